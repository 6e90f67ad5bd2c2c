import { apiUserId } from '../families/organisation.js';
import { day, numberOf } from '../seed.js';
import { notes, times } from './notes-and-time.js';
import { at, type RowMaker } from './row-maker.js';

/** What else stands below the ticket: charges, a checklist, its history, further people. */
export const recordMakers: Readonly<Record<string, RowMaker>> = {
  TicketNotes: async (ticket, _, ids) => notes(ticket, await ids('TicketNotes')).map((row) => ({ row })),

  TimeEntries: async (ticket, _, ids) => times(ticket, await ids('TimeEntries')).map((row) => ({ row })),

  TicketCharges: async (ticket, _, ids) => [
    {
      row: {
        id: await ids('TicketCharges'),
        ticketID: ticket.id,
        name: 'Docking station',
        chargeType: 1,
        unitQuantity: 2,
        unitPrice: 94.75,
        unitCost: 61.2,
        billableAmount: 189.5,
        extendedCost: 122.4,
        isBillableToCompany: true,
        isBilled: false,
        datePurchased: at(ticket, 0) - (at(ticket, 0) % day),
        createDate: at(ticket, 35),
        creatorResourceID: ticket.assignedResourceID ?? null,
      },
    },
  ],

  TicketChecklistItems: async (ticket, _, ids) => {
    const first = await ids('TicketChecklistItems');
    return ['Ask for the device name', 'Compare drivers', 'Tell the customer'].map((itemName, i) => ({
      row: {
        id: first + i,
        ticketID: ticket.id,
        itemName,
        position: i + 1,
        isImportant: i === 2,
        isCompleted: i < 2,
        completedByResourceID: i < 2 ? (ticket.assignedResourceID ?? null) : null,
        completedDateTime: i < 2 ? at(ticket, 20 + i) : null,
      },
    }));
  },

  TicketHistory: async (ticket, _, ids) => {
    const first = await ids('TicketHistory');
    const seen = { ticketID: ticket.id, resourceID: numberOf(ticket, 'assignedResourceID') };
    return ['priority: Medium to High', 'status: New to In Progress'].map((detail, i) => ({
      row: { id: first + i, ...seen, date: at(ticket, 5 + i), action: 'Updated', detail },
    }));
  },

  TicketSecondaryResources: async (ticket, seed, ids) => {
    const other = (await seed.rows('Resources')).find(
      (row) => row.isActive === true && row.id !== ticket.assignedResourceID && row.id !== apiUserId,
    );
    if (other === undefined) return [];
    const roleID = other.defaultServiceDeskRoleID ?? null;
    return [
      {
        row: { id: await ids('TicketSecondaryResources'), ticketID: ticket.id, resourceID: other.id, roleID },
      },
    ];
  },
};
