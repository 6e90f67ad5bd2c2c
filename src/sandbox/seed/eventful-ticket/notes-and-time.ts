import type { Row } from '../../store/value.js';
import { billingCode } from '../families/catalogue.js';
import { apiUserId } from '../families/organisation.js';
import { timeEntry } from '../families/time-entries.js';
import { hour, minute, numberOf } from '../seed.js';
import { at } from './row-maker.js';

export function notes(ticket: Row, first: number): Row[] {
  const technician = numberOf(ticket, 'assignedResourceID');
  const texts: readonly (readonly [
    minutes: number,
    type: number,
    publish: number,
    title: string,
    description: string,
  ])[] = [
    [1, 13, 2, 'Workflow rule: acknowledge', 'The rule "Acknowledge new tickets" was applied.'],
    [2, 1, 2, 'Service Desk Notification', 'An e-mail was sent to the contact of the ticket.'],
    // Pictures pasted into a note leave its text empty. The customer answered a notification.
    [10, 18, 1, 'Service Desk Notification: photo of the screen', ''],
    [
      25,
      3,
      2,
      'Cause',
      'The driver was replaced by an update last night.\nRolling it back helps on one device.',
    ],
    [26, 91, 2, 'Workflow rule: escalate', 'The rule "Escalate after 20 minutes" was applied.'],
    [40, 2, 4, 'Question to the partner', 'Please check whether the other site has the same update.'],
    [60, 2, 1, 'Solved', 'We went back to the previous driver. Please tell us if it happens again.'],
    [61, 92, 2, 'Merged', 'A second ticket of the same contact was merged into this one.'],
  ];
  return texts.map(([minutes, noteType, publish, title, description], i) => ({
    id: first + i,
    ticketID: ticket.id,
    title,
    description,
    noteType,
    publish,
    createDateTime: at(ticket, minutes),
    lastActivityDate: at(ticket, minutes),
    ...(noteType === 18
      ? { createdByContactID: ticket.contactID ?? null, creatorResourceID: null }
      : { creatorResourceID: [1, 2, 3].includes(noteType) && minutes > 2 ? technician : apiUserId }),
  }));
}

/** Position of the customer's note among the notes, and of the entry that has a file among the time entries. */
export const pictureNote = 2;

export function times(ticket: Row, first: number): Row[] {
  const who = numberOf(ticket, 'assignedResourceID');
  const more = {
    ticketID: ticket.id,
    roleID: ticket.assignedResourceRoleID ?? null,
    contractID: ticket.contractID ?? null,
    billingCodeID: billingCode(0),
  };
  const start = at(ticket, 15) - (at(ticket, 15) % minute);
  return [
    timeEntry(first, 2, who, start, 0.5, {
      ...more,
      summaryNotes: 'Compared the driver versions.',
      internalNotes: 'The same update is due at two other customers.',
    }),
    timeEntry(first + 1, 2, who, start + hour, 0.25, {
      ...more,
      startDateTime: null,
      endDateTime: null,
      isNonBillable: true,
      showOnInvoice: false,
      hoursToBill: 0,
      summaryNotes: 'Called the customer back.',
    }),
  ];
}
