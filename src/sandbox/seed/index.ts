import { activity } from './families/activity.js';
import { fileSeeders } from './families/attachments.js';
import { business } from './families/business.js';
import { catalogue } from './families/catalogue.js';
import { contracts } from './families/contracts.js';
import { customers } from './families/customers.js';
import { organisation } from './families/organisation.js';
import { projects } from './families/projects.js';
import { tickets } from './families/tickets.js';
import { udfs } from './families/user-defined-fields.js';
import { records } from './records.js';
import type { Seeder } from './seed.js';

/** Entities with a story of their own. Each may look at others of this list, never in a circle. */
export const seeders: Readonly<Record<string, Seeder>> = {
  ...organisation,
  ...customers,
  ...catalogue,
  ...contracts,
  ...projects,
  ...udfs,
  ...activity,
  ...records,
  ...business,
  ...fileSeeders,
  Tickets: tickets,
};
