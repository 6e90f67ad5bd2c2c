import { firstId } from '../lookup-tables.js';
import { day, type Seeder } from '../seed.js';
import { apiUserId } from './organisation.js';

export const timeOff: Readonly<Record<string, Seeder>> = {
  Holidays: async (seed) => {
    const year = new Date(seed.today).getUTCFullYear();
    const days: readonly (readonly [string, number, number])[] = [
      ["New Year's Day", 0, 1],
      ['Spring Holiday', 3, 20],
      ['Midsummer', 5, 24],
      ['Harvest Day', 9, 4],
      ['Winter Holiday', 11, 25],
    ];
    return [1, 2].flatMap((holidaySetID) =>
      days.map(([holidayName, month, date], i) => ({
        id: (holidaySetID - 1) * days.length + i + 1,
        holidaySetID,
        holidayName,
        holidayDate: Date.UTC(year, month, date),
      })),
    );
  },

  /** The first person approves everybody else's time off. */
  ResourceTimeOffApprovers: async (seed) =>
    (await seed.rows('Resources'))
      .filter((person) => person.id !== apiUserId && person.id !== firstId('Resources'))
      .map((person, i) => ({
        id: i + 1,
        resourceID: person.id,
        approverResourceID: firstId('Resources'),
        approvalLevel: 1,
      })),

  TimeOffRequests: async (seed) =>
    (await seed.rows('Resources'))
      .filter((person) => person.isActive === true && person.id > firstId('Resources'))
      .slice(0, 12)
      .map((person, i) => ({
        id: i + 1,
        resourceID: person.id,
        requestDate: seed.today + (i * 5 - 20) * day,
        hours: 8,
        timeOffRequestType: (i % 4) + 1,
        status: i < 4 ? 2 : 1,
        reason: 'Family day',
        createDateTime: seed.today - (30 - i) * day,
        createdByResourceID: person.id,
        approveRejectResourceID: i < 4 ? firstId('Resources') : null,
        approvedDateTime: i < 4 ? seed.today - (25 - i) * day : null,
      })),

  ResourceTimeOffBalances: async (seed) => {
    const year = new Date(seed.today).getUTCFullYear();
    return (await seed.rows('Resources'))
      .filter((person) => person.id !== apiUserId)
      .map((person, i) => ({
        id: i + 1,
        resourceID: person.id,
        year,
        vacationTimeAnnualAllowance: 160,
        vacationTimeUsed: (i % 10) * 8,
        vacationTimeBalance: 160 - (i % 10) * 8,
        sickTimeAnnualAllowance: 40,
        sickTimeUsed: 0,
        sickTimeBalance: 40,
      }));
  },
};
