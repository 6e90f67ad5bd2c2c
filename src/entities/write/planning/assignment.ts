import type { Row } from '../../../client/types.js';
import type { Problem } from '../../../errors.js';
import type { EntityMetadata } from '../../metadata/entity-metadata.js';

/** Autotask keeps a resource and the role that it works in together, or neither. */
const [resource, role] = ['assignedResourceID', 'assignedResourceRoleID'];

interface WholeAssignment {
  readonly data: Row;
  readonly notes: readonly string[];
  readonly problems: readonly Problem[];
}

/** The data with the role of a resource that it takes away. A role alone is not taken away. */
export function withWholeAssignment({ field }: EntityMetadata, data: Row, stored: Row): WholeAssignment {
  const given = new Map(Object.entries(data).map(([name, value]) => [field(name)?.name ?? name, value]));
  const after = (name: string) => (given.has(name) ? given.get(name) : stored[name]) ?? null;
  const has = field(resource) !== undefined && field(role) !== undefined;
  if (has && given.get(resource) === null && !given.has(role) && after(role) !== null) {
    const note = `${role} is emptied with ${resource}: Autotask keeps the two together or neither`;
    return { data: { ...data, [role]: null }, notes: [note], problems: [] };
  }
  if (has && given.get(resource) === null && given.has(role) && after(role) !== null) {
    const problem = `is given while ${resource} is emptied: Autotask keeps the two together or neither`;
    return { data, notes: [], problems: [{ field: role, problem }] };
  }
  const isAlone = has && given.get(role) === null && after(resource) !== null;
  const problem = `cannot be empty while a resource is assigned: name a role, or empty ${resource} too`;
  return { data, notes: [], problems: isAlone ? [{ field: role, problem }] : [] };
}
