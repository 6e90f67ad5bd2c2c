import { load } from '../../../../generated/load.js';
import type { Entity } from '../../../model.js';
import { fold } from '../../../names/spelling.js';
import { allEntities, entityNamed } from '../entity-names.js';
import { fieldSynonyms } from '../field-synonyms.js';

/** As far as aggregate-entity follows references. */
const mostReferences = 2;

/** Entities named in one message. */
const mostNamed = 2;

/** Paths from the records of an entity to the one that they belong to: `taskID.projectID` of time entries to projects. */
function pathsUp(from: Entity, to: Entity, references = 0): readonly string[] {
  const owners =
    typeof from.companyScope === 'string' ? [] : from.companyScope.filter(({ field }) => field !== 'id');
  const parents = from.parents.flatMap(({ entity, parentField }) =>
    parentField === null ? [] : [{ entity, field: parentField }],
  );
  const links = [...owners, ...parents];
  const direct = [...new Set(links.filter(({ entity }) => entity === to.name).map(({ field }) => field))];
  if (direct.length > 0 || references === mostReferences) return direct;
  return owners.flatMap(({ entity, field }) => {
    const owner = entityNamed(entity);
    const more = owner === undefined || owner === from ? [] : pathsUp(owner, to, references + 1);
    return more.map((path) => `${field}.${path}`);
  });
}

/**
 * Where a field stands that an entity lacks and that what belongs to its records has, by the call that reads it: hours
 * worked of a task are those of its time entries. Undefined where no such entity has it.
 */
export async function fieldBelow(
  entity: Entity,
  given: string,
  isCondition: boolean,
): Promise<string | undefined> {
  const wanted = [given, ...fieldSynonyms(given)].map(fold);
  const below = allEntities
    .filter((other) => other !== entity && other.operations.includes('query') && other.queryBy.length === 0)
    .map((other) => ({ other, paths: pathsUp(other, entity) }))
    .filter(({ paths }) => paths.length > 0);
  const found: { other: Entity; paths: readonly string[]; field: string; isMade: boolean }[] = [];
  for (const { other, paths } of below) {
    const fields = (await load[other.name]?.fields()) ?? [];
    const field = fields.find(({ name }) => wanted.includes(fold(name)))?.name;
    // What people write comes before logs of it.
    if (field !== undefined) found.push({ other, paths, field, isMade: other.createVia !== 'none' });
  }
  const depth = (paths: readonly string[]) => Math.min(...paths.map((path) => path.split('.').length));
  const made = found.filter(({ isMade }) => isMade);
  const named = (made.length > 0 ? made : found)
    .toSorted((a, b) => depth(a.paths) - depth(b.paths))
    .slice(0, mostNamed);
  const [first] = named;
  if (first === undefined) return undefined;
  const [link = ''] = first.paths;
  const isPlain = first.paths.length === 1 && !link.includes('.');
  const asked = isCondition
    ? { query: { [first.field]: '…' }, includeFields: [link] }
    : { query: { [link]: '…' } };
  const told = JSON.stringify({ entity: first.other.name, ...asked });
  const query = isPlain ? `query-entity ${told} ${isCondition ? `tells their ${link}` : 'lists them'}, ` : '';
  return `${JSON.stringify(given)} is not a field of ${entity.name} but of ${named.map(({ other }) => other.name).join(' and ')}, which belong to them: ${query}aggregate-entity of ${first.other.name} groups by ${JSON.stringify(first.paths.join('|'))}`;
}
