import { attachmentEntities } from '../entities/attachment-entities.js';
import { definition } from '../entities/metadata/definition.js';
import type { Row } from '../store/value.js';
import { apiUserId } from './families/organisation.js';
import { firstId } from './lookup-tables.js';
import { day, hour, numberOf, type Seeder } from './seed.js';

/** Small lists and logs that have to agree with other records. */
export const records: Readonly<Record<string, Seeder>> = {
  /** One entry for every file of every entity, under the file's own id. */
  AttachmentInfo: async (seed) => {
    const { fields } = await definition('AttachmentInfo');
    const rows: Row[] = [];
    for (const { name } of attachmentEntities) {
      for (const file of await seed.rows(name)) {
        const row: Row = { id: file.id };
        for (const { key } of fields) {
          const value = file[key];
          if (value !== undefined && key !== 'id') row[key] = value;
        }
        rows.push(row);
      }
    }
    return rows.sort((a, b) => a.id - b.id);
  },

  /** Tickets of the last ninety days; older history is archived. */
  TicketHistory: async (seed) => {
    const rows: Row[] = [];
    const add = (ticket: Row, date: number, action: string, detail: string): void => {
      const person = numberOf(ticket, 'assignedResourceID') || numberOf(ticket, 'creatorResourceID');
      rows.push({ id: 0, ticketID: ticket.id, resourceID: person, date, action, detail });
    };
    for (const ticket of await seed.rows('Tickets')) {
      const created = numberOf(ticket, 'createDate');
      if (created < seed.today - 90 * day) continue;
      add(ticket, created, 'Created', `Ticket ${String(ticket.ticketNumber)} created`);
      if (ticket.assignedResourceID !== null)
        add(ticket, created + hour / 2, 'Updated', 'assignedResourceID');
      if (ticket.status === 5) add(ticket, numberOf(ticket, 'completedDate'), 'Updated', 'status: Complete');
    }
    rows.sort((a, b) => numberOf(a, 'date') - numberOf(b, 'date'));
    for (const [i, row] of rows.entries()) row.id = i + 1;
    return rows;
  },

  ServiceLevelAgreementResults: async (seed) => {
    const rows: Row[] = [];
    for (const ticket of await seed.rows('Tickets')) {
      if (ticket.serviceLevelAgreementID === null || ticket.status !== 5) continue;
      const created = numberOf(ticket, 'createDate');
      const hours = (field: string): number =>
        Math.round(((numberOf(ticket, field) - created) / hour) * 100) / 100;
      rows.push({
        id: rows.length + 1,
        ticketID: ticket.id,
        serviceLevelAgreementName: 'Standard',
        firstResponseElapsedHours: hours('firstResponseDateTime'),
        firstResponseResourceID: ticket.assignedResourceID ?? null,
        firstResponseInitiatingResourceID: ticket.assignedResourceID ?? null,
        isFirstResponseMet:
          numberOf(ticket, 'firstResponseDateTime') <= numberOf(ticket, 'firstResponseDueDateTime'),
        resolutionPlanElapsedHours: hours('resolutionPlanDateTime'),
        resolutionPlanResourceID: ticket.assignedResourceID ?? null,
        isResolutionPlanMet:
          numberOf(ticket, 'resolutionPlanDateTime') <= numberOf(ticket, 'resolutionPlanDueDateTime'),
        resolutionElapsedHours: hours('resolvedDateTime'),
        resolutionResourceID: ticket.assignedResourceID ?? null,
        isResolutionMet: ticket.serviceLevelAgreementHasBeenMet ?? null,
      });
    }
    return rows;
  },

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
