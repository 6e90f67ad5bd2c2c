import type { Problem } from '../../../errors.js';
import type { Entity } from '../../../model.js';
import { entityCalled } from '../../metadata/entity-names.js';
import { alternativesIn, severalAre } from '../../values/alternatives.js';
import { comparisonIn } from '../../values/comparisons/comparison-signs.js';
import { isNumeric } from '../../values/converted.js';
import { idIn, soughtNumberIn } from '../../values/text-patterns.js';

/** What a text in the place of an id seems to be: a name, or a number that people see; with the fields that hold such. */
function soughtIn({ nameFields, summaryFields }: Entity, given: unknown) {
  if (typeof given !== 'string' || isNumeric(given) || given.trim() === '') return undefined;
  const number = soughtNumberIn(given);
  const fields =
    number === undefined
      ? nameFields.filter((name) => !name.endsWith('Number'))
      : [...nameFields, ...summaryFields].filter((name) => name.endsWith('Number'));
  return { given, isName: number === undefined, value: number ?? given.trim(), fields };
}

/** Why a number or a name in the place of an id is none, with the field that holds it. */
export function idProblem(entity: Entity, text: unknown): Problem | undefined {
  const sought = soughtIn(entity, text);
  if (sought === undefined) return undefined;
  const { given, isName, value, fields } = sought;
  const [field] = fields;
  if (field === undefined || comparisonIn(given) !== undefined) return undefined;
  const what = isName ? 'is no id, which must be a whole number' : 'is a number that people see and no id';
  const id = idIn(given);
  if (id !== undefined) return { field: 'id', problem: `an id is a number: ${JSON.stringify({ id })}` };
  const several = alternativesIn(given, 'labels');
  if (several?.every(isNumeric) === true)
    return {
      field: 'id',
      problem: `${JSON.stringify(given)} is no id; ${severalAre('id', several.map(Number))}`,
    };
  const query = JSON.stringify({ [field]: value });
  return { field: 'id', problem: `${JSON.stringify(given)} ${what}; as a query: ${query}` };
}

/**
 * The arguments of the query-entity that finds the record which a text names where only an id is taken; undefined for a
 * text that names none. `entity` is as its caller spells it.
 */
export function queryForId(entity: unknown, given: unknown): string | undefined {
  const found = typeof entity === 'string' ? entityCalled(entity) : undefined;
  const sought = found === undefined ? undefined : soughtIn(found, given);
  if (found === undefined || sought === undefined) return undefined;
  const { isName, value, fields } = sought;
  const [field, ...more] = fields;
  if (field === undefined || (isName && more.length > 0)) return undefined;
  return JSON.stringify({ entity: found.name, query: { [field]: value } });
}
