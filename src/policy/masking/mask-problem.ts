import { load } from '../../../generated/load.js';
import { entities } from '../../../generated/table.js';
import { nearest, repeatable } from '../../names/nearest.js';
import { entityNames } from '../entity-names.js';
import { type Mask, maskOf, maskPattern } from './masks.js';
import { unmatched } from './patterns.js';

/** Built-in fields of the entities that the mask is about. */
async function fieldsOf(mask: Mask): Promise<ReadonlySet<string>> {
  const found = entities.filter(({ name }) => mask.entity.test(name));
  const lists = await Promise.all(found.map(async ({ name }) => (await load[name]?.fields()) ?? []));
  return new Set(lists.flat().map(({ name }) => name));
}

/** See `fieldProblem` in check-field.ts. */
export async function fieldProblem(text: string, entry: number): Promise<string | null> {
  const described = `entry ${entry} (${text.length} characters)`;
  const [, entity, udf, field = ''] = maskPattern.exec(text) ?? [];
  const mask = maskOf(text);
  if (udf === undefined && (text.startsWith('!') || /[.!:]/.test(field) || /^\.|\.$/.test(text))) {
    return `${described} must read Entity.field, field or Entity.udf:Name`;
  }
  const [unknownEntity] = entity === undefined ? [] : unmatched([entity], entityNames, 'entity');
  if (unknownEntity !== undefined) return unknownEntity.replace(/^entry 1 /, `the entity of entry ${entry} `);
  if (udf !== undefined) {
    const named = entities.find(({ name }) => name.toLowerCase() === entity?.toLowerCase());
    if (named === undefined) return `${described} must name one entity: Entity.udf:Name`;
    return named.userDefinedFields ? null : `${named.name} has no user-defined fields`;
  }
  if (field.toLowerCase() === 'id')
    return `${JSON.stringify(text)} cannot be named here: the id of a record is never hidden`;
  const known = await fieldsOf(mask);
  if ([...known].some((name) => mask.field.test(name))) return null;
  const [close] = nearest(field, known, 1);
  const meant = entity === undefined ? close : `${entity}.${close}`;
  const hint = close === undefined ? '' : ` Did you mean ${meant}?`;
  const where = entity === undefined ? 'any entity' : entity;
  const shown = repeatable(field, known, `entry ${entry}`);
  return `${shown} fits no field of ${where}.${hint} A user-defined field is written ${entity ?? 'Entity'}.udf:Name.`;
}
