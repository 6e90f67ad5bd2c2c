import type { Row } from '../../../client/types.js';
import { clean } from '../../../text.js';
import type { EntityMetadata } from '../../metadata/entity-metadata.js';

/** A call of a read tool that finds out whether a write happened. */
export interface OutcomeQuery {
  readonly tool: 'query-entity' | 'get-entity';
  readonly args: Readonly<Record<string, unknown>>;
}

const createdFields = ['createDate', 'createDateTime', 'createdDateTime', 'dateCreated', 'attachDate'];
const mostConditions = 5;
const longestText = 250;

/** A record that was created up to so many minutes before the call still counts: Autotask has more than one clock. */
const tolerance = 5 * 60_000;

/** Text that an answer shows unchanged: no characters that it would remove, nothing like a confirm token. */
const isPlain = (text: string) =>
  clean(text) === text && !/[A-Z]_[A-Z]/.test(text) && !/<\s*\/?\s*data-/i.test(text);

/** Finds a record that may have been created: by its mark if it has one, else by what tells it apart. `since` is of Autotask's clock. */
export function outcomeQueryOfCreate(
  { entity, field }: EntityMetadata,
  body: Row,
  mark: Row,
  since: Date,
): OutcomeQuery {
  const probe = (query: Row): OutcomeQuery => ({
    tool: 'query-entity',
    args: { entity: entity.name, query },
  });
  if (Object.keys(mark).length > 0) return probe(mark);
  const usable = (name: string) => {
    const value = body[name];
    const facts = field(name);
    if (facts === undefined || facts.isQueryable === false) return false;
    if (facts.dataType === 'datetime' || facts.dataType === 'byte[]') return false;
    if (typeof value === 'number') return true;
    return typeof value === 'string' && value !== '' && value.length <= longestText && isPlain(value);
  };
  const parents = entity.parents.flatMap(({ parentField }) => parentField ?? []);
  const references = Object.keys(body).filter((name) => typeof field(name)?.referenceEntityType === 'string');
  const names = new Set([...entity.nameFields, ...parents, ...references, ...Object.keys(body)]);
  const chosen = [...names].filter(usable).slice(0, mostConditions);
  const created = createdFields.find((name) => (field(name)?.isQueryable ?? false) !== false);
  const from = new Date(since.getTime() - tolerance).toISOString().replace(/\.\d+Z$/, 'Z');
  return probe({
    ...Object.fromEntries(chosen.map((name) => [name, body[name]])),
    ...(created === undefined ? {} : { [created]: { gte: from } }),
  });
}

/** Reads the record that may have been changed or deleted. */
export const outcomeQueryOfRecord = (
  entity: string,
  id: number,
  parentId: number | undefined,
  includeFields: readonly string[],
): OutcomeQuery => ({
  tool: 'get-entity',
  args: {
    entity,
    id,
    ...(parentId === undefined ? {} : { parentId }),
    ...(includeFields.length === 0 ? {} : { includeFields }),
  },
});
