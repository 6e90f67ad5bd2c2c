import { activity } from './activity.js';
import { business } from './business.js';
import { catalogue } from './catalogue.js';
import { contracts } from './contracts.js';
import { customers } from './customers.js';
import { fileSeeders } from './files.js';
import { organisation } from './organisation.js';
import { projects } from './projects.js';
import { records } from './records.js';
import type { Seeder } from './seed.js';
import { tickets } from './tickets.js';
import { udfs } from './udfs.js';

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
