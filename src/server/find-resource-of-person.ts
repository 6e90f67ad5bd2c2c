import type { AutotaskReader, FilterNode, Row } from '../client/types.js';
import type { Person, PersonResource } from '../identity/acting-person.js';

/** As long as this a person is taken for the same resource, and nobody for nobody. */
const keptMs = 5 * 60_000;
const missingMs = 30_000;
const mostKept = 2_000;

/** By which a resource is found; several of them may hold the same address. */
const addresses = ['email', 'email2', 'email3', 'userName'];

const lower = (value: unknown) => (typeof value === 'string' ? value.trim().toLowerCase() : '');

/** The conditions for whatever a person is known as, and whether a record is truly the one. */
function searchFor(knownAs: string | number): { filter: FilterNode; is(row: Row): boolean } {
  if (typeof knownAs === 'number') {
    return { filter: { op: 'eq', field: 'id', value: knownAs }, is: ({ id }) => id === knownAs };
  }
  const fields = knownAs.includes('@') ? addresses : ['userName'];
  const items = fields.map((field): FilterNode => ({ op: 'eq', field, value: knownAs }));
  const wanted = lower(knownAs);
  return { filter: { op: 'or', items }, is: (row) => fields.some((field) => lower(row[field]) === wanted) };
}

/**
 * Answers a function that finds the one active resource of a person in this tenant. It reads past the policy, which
 * says what callers see: of the record they learn their own name. Rejects when Autotask does not answer.
 */
export function createPersonFinder(
  reader: AutotaskReader | null,
  now: () => number = Date.now,
): (person: Person) => Promise<PersonResource> {
  const kept = new Map<string | number, { readonly found: PersonResource; readonly until: number }>();

  async function find(knownAs: string | number): Promise<PersonResource> {
    if (reader === null) return { problem: 'There are no Autotask credentials to find anybody with.' };
    const { filter, is } = searchFor(knownAs);
    const includeFields = ['id', 'firstName', 'lastName', 'isActive', ...addresses];
    const { rows } = await reader.query('Resources', { filter: [filter], includeFields }, { limit: 25 });
    const fitting = rows.filter(is);
    const active = fitting.filter(({ isActive }) => isActive === true || isActive === 1);
    const [only, ...others] = active;
    if (fitting.length === 0) return { problem: `No resource in Autotask is known as ${knownAs}.` };
    if (only === undefined || typeof only.id !== 'number') {
      return { problem: `The resource in Autotask that is known as ${knownAs} is not active.` };
    }
    if (others.length > 0) {
      return { problem: `${active.length} active resources in Autotask are known as ${knownAs}.` };
    }
    const name = [only.firstName, only.lastName].filter((part) => typeof part === 'string').join(' ');
    return { id: only.id, name: name === '' ? `#${only.id}` : name };
  }

  return async ({ knownAs, issuer }) => {
    if (knownAs === null) {
      return {
        problem: `${issuer ?? 'Nobody'} says no verified e-mail address or user name of whoever signed in.`,
      };
    }
    const key = typeof knownAs === 'string' ? lower(knownAs) : knownAs;
    const known = kept.get(key);
    if (known !== undefined && known.until > now()) return known.found;
    const found = await find(knownAs);
    kept.delete(key);
    kept.set(key, { found, until: now() + ('problem' in found ? missingMs : keptMs) });
    const [oldest] = kept.keys();
    if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
    return found;
  };
}
