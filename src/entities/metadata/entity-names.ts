import { entities } from '../../../generated/table.js';
import { InvalidInput } from '../../errors.js';
import type { Entity } from '../../model.js';
import { nearest } from '../../names/nearest.js';
import { fold } from '../../names/spelling.js';
import { quotedName } from '../../text.js';
import { entityHint, entitySynonyms, partOf } from './entity-synonyms.js';

/**
 * Finds an entity by what people and models call it: `Tickets`, `ticket`, `ticket notes`, `Tickets/Notes`.
 * Built once from the table; the collection name below a parent is the spelling that URLs use.
 */
const byName = new Map<string, Entity>();
const bySpelling = new Map<string, Entity>();

function learn(spelling: string, entity: Entity): void {
  const key = fold(spelling);
  if (!bySpelling.has(key)) bySpelling.set(key, entity);
}

for (const entity of entities) {
  byName.set(entity.name, entity);
  learn(entity.name, entity);
}
for (const entity of entities) learn(entity.singular, entity);
for (const entity of entities) {
  for (const { entity: parent, collection, path } of entity.parents) {
    learn(`${parent}/${collection}`, entity);
    learn(`${path.split('/')[0]}/${collection}`, entity);
    const singular = byName.get(parent)?.singular;
    if (singular !== undefined) learn(`${singular}/${collection}`, entity);
  }
}

export const allEntities: readonly Entity[] = entities;

/** The entity of a collection name as the table spells it; undefined when unknown. */
export const entityNamed = (name: string): Entity | undefined => byName.get(name);

const bySingular = new Map(entities.map((entity) => [entity.singular.toLowerCase(), entity]));

/** The entity that a `referenceEntityType` (singular) names. */
export const entityOfType = (type: string | null): Entity | undefined =>
  type === null ? undefined : bySingular.get(type.toLowerCase());

/** The one entity of a spelling or of a word of people's; undefined for any other text. */
export function entityCalled(name: string): Entity | undefined {
  const meant = entitySynonyms(name);
  return bySpelling.get(fold(name)) ?? (meant.length === 1 ? byName.get(meant[0] ?? '') : undefined);
}

/** Throws InvalidInput with the closest names when there is no such entity. No upstream call. */
export function findEntity(name: string, parentEntity?: string, field = 'entity'): Entity {
  if (parentEntity !== undefined) {
    const parent = findEntity(parentEntity, undefined, 'parentEntity');
    const child = bySpelling.get(fold(`${parent.name}/${name}`)) ?? bySpelling.get(fold(name));
    if (child?.parents.some((candidate) => candidate.entity === parent.name)) return child;
    const children = entities
      .filter((entity) => entity.parents.some((candidate) => candidate.entity === parent.name))
      .map((entity) => entity.name);
    throw new InvalidInput('Nothing was sent to Autotask.', [
      { field, problem: `${name} is not a child collection of ${parent.name}`, allowed: children },
    ]);
  }
  const found = bySpelling.get(fold(name));
  if (found !== undefined) return found;
  const meant = entitySynonyms(name);
  const [only, ...others] = meant.flatMap((one) => byName.get(one) ?? []);
  if (only !== undefined && others.length === 0) return only;
  if (others.length > 0) {
    throw new InvalidInput('Nothing was sent to Autotask.', [
      { field, problem: `${JSON.stringify(name)} has several meanings; name one`, allowed: meant },
    ]);
  }
  const part = partOf(name);
  if (part !== undefined) {
    const call = JSON.stringify({ entity: part.of, fields: [part.field] });
    throw new InvalidInput(
      'Nothing was sent to Autotask.',
      [
        {
          field,
          problem: `${JSON.stringify(name)} is not an Autotask entity: ${part.of} have it as a field`,
        },
      ],
      `describe-entity-fields ${call} tells the field and its values.`,
    );
  }
  const close = nearest(
    name,
    entities.map((entity) => entity.name),
    5,
  );
  throw new InvalidInput(
    'Nothing was sent to Autotask.',
    [{ field, problem: `${JSON.stringify(name)} is not an Autotask entity`, allowed: close }],
    'Use list-known-entities with a search text to find the entity.',
  );
}

/** How a word of people's for an entity was understood; none where it is what Autotask calls it. */
export function entityMeaning(name: string, entity: Entity): readonly string[] {
  if (bySpelling.get(fold(name)) !== undefined || !entitySynonyms(name).includes(entity.name)) return [];
  const hint = entityHint(name);
  return [`entity: ${entity.name} (for ${quotedName(name)}${hint === undefined ? '' : `; ${hint}`})`];
}
