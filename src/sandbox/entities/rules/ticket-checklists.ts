import type { Rules } from './rule.js';

/** Adding a checklist library to a ticket copies its items. */
export const ticketChecklistLibraries: Rules = {
  after: async (pending, row) => {
    const source = (await pending.tenant.table('ChecklistLibraryChecklistItems')).rows;
    const items = await pending.tenant.table('TicketChecklistItems');
    for (const item of source.filter((one) => one.checklistLibraryID === row.checklistLibraryID)) {
      items.insert({
        id: items.nextId(),
        ticketID: row.ticketID ?? null,
        itemName: item.itemName ?? null,
        isImportant: item.isImportant ?? false,
        isCompleted: false,
        position: item.position ?? null,
      });
    }
  },
};

/** `completedByResourceID` and the time follow from ticking the item off. */
export const ticketChecklistItems: Rules = {
  prepare: (pending) => {
    pending.values.isCompleted ??= false;
    const done = pending.values.isCompleted === true;
    if (done === (typeof pending.values.completedDateTime === 'number')) return;
    pending.values.completedDateTime = done ? pending.now : null;
    pending.values.completedByResourceID = done ? pending.actor : null;
  },
};
