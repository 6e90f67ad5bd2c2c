import type { Row } from '../../../store/value.js';
import { day, hour, numberOf, type Seeder } from '../../seed.js';

/** What is logged and measured of tickets. */
export const ticketHistory: Readonly<Record<string, Seeder>> = {
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
};
