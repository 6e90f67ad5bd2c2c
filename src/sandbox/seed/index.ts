import { attachments } from './families/attachments.js';
import { catalogue } from './families/catalogue.js';
import { contracts } from './families/contracts.js';
import { customers } from './families/customers.js';
import { invoices } from './families/invoices.js';
import { opportunities } from './families/opportunities.js';
import { organisation } from './families/organisation.js';
import { projects } from './families/projects.js';
import { serviceCalls } from './families/service-calls.js';
import { ticketHistory } from './families/tickets/ticket-history.js';
import { ticketNotes } from './families/tickets/ticket-notes.js';
import { tickets } from './families/tickets/tickets.js';
import { timeEntries } from './families/time-entries.js';
import { timeOff } from './families/time-off.js';
import { userDefinedFields } from './families/user-defined-fields.js';
import type { Seeder } from './seed.js';

/** Entities whose records are written by hand. Each may look at others of this list, never in a circle. */
export const seeders: Readonly<Record<string, Seeder>> = {
  ...organisation,
  ...timeOff,
  ...customers,
  ...catalogue,
  ...contracts,
  ...projects,
  ...userDefinedFields,
  ...ticketNotes,
  ...ticketHistory,
  ...timeEntries,
  ...opportunities,
  ...invoices,
  ...serviceCalls,
  ...attachments,
  Tickets: tickets,
};
