import type { AutotaskReader } from '../../client/types.js';
import { AutotaskError } from '../../errors.js';
import type { Finding } from './finding.js';

const written = [
  ['TicketNotes', 'impersonatorCreatorResourceID'],
  ['Tickets', 'impersonatorCreatorResourceID'],
  ['TimeEntries', 'impersonatorCreatorResourceID'],
] as const;

const toSet =
  'In Autotask, Resources/Users > Security Levels: that of the API user must let it impersonate, that of each person must let others impersonate them for the entities that are written. The first write tells; it is refused otherwise, never made as the API user.';

/**
 * Whether the API user may write in the names of people. Autotask says so when something is written and at no other
 * time, so what is looked for is a record that it wrote so.
 */
export async function examineImpersonation(reader: AutotaskReader, userName: string): Promise<Finding> {
  const check = 'Impersonation';
  const skipped = (why: string): Finding => ({ check, status: 'skipped', detail: `${why}. ${toSet}` });
  try {
    const filter = [{ op: 'eq', field: 'userName', value: userName }];
    const { rows } = await reader.query('Resources', { filter, includeFields: ['id'] }, { limit: 1 });
    const own = rows[0]?.id;
    // Autotask does not list every API user among the resources.
    const [who, condition] =
      typeof own === 'number'
        ? ['the API user', { op: 'eq', value: own }]
        : ['an integration', { op: 'exist' }];
    for (const [path, field] of written) {
      const search = { filter: [{ field, ...condition }], includeFields: ['id'] };
      const { rows: found } = await reader.query(path, search, { limit: 1 });
      if (found.length > 0)
        return { check, status: 'ok', detail: `${who} has written ${path} in the names of others` };
    }
    return skipped('nothing was written in the names of others yet, and Autotask tells only then');
  } catch (error) {
    if (!(error instanceof AutotaskError)) throw error;
    return skipped(error.message);
  }
}
