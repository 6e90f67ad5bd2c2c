import type { Problem } from '../../../errors.js';
import type { Entity } from '../../../model.js';
import { entityCalled } from '../../metadata/entity-names.js';
import { alternativesIn, severalAre } from '../../values/alternatives.js';
import { comparisonIn } from '../../values/comparisons/comparison-signs.js';
import { isNumeric } from '../../values/converted.js';
import { idIn, soughtNumberIn } from '../../values/text-patterns.js';

/** Why a number or a name in the place of an id is none, with the field that holds it. */
export function idProblem({ nameFields, summaryFields }: Entity, given: unknown): Problem | undefined {
  if (typeof given !== 'string' || isNumeric(given) || given.trim() === '') return undefined;
  const number = soughtNumberIn(given);
  const field =
    number === undefined
      ? nameFields.find((name) => !name.endsWith('Number'))
      : [...nameFields, ...summaryFields].find((name) => name.endsWith('Number'));
  if (field === undefined || comparisonIn(given) !== undefined) return undefined;
  const what =
    number === undefined ? 'is no id, which must be a whole number' : 'is a number that people see and no id';
  const id = idIn(given);
  if (id !== undefined) return { field: 'id', problem: `an id is a number: ${JSON.stringify({ id })}` };
  const several = alternativesIn(given, 'labels');
  if (several?.every(isNumeric) === true)
    return {
      field: 'id',
      problem: `${JSON.stringify(given)} is no id; ${severalAre('id', several.map(Number))}`,
    };
  const query = JSON.stringify({ [field]: number ?? given.trim() });
  return { field: 'id', problem: `${JSON.stringify(given)} ${what}; as a query: ${query}` };
}

/**
 * The arguments of the query-entity that finds the record which a text names where only an id is taken; undefined for a text that names none.
 * `entity` is as its caller spells it.
 */
export function queryForId(entity: unknown, given: unknown): string | undefined {
  const found = typeof entity === 'string' ? entityCalled(entity) : undefined;
  if (found === undefined || typeof given !== 'string' || given.trim() === '' || isNumeric(given))
    return undefined;
  const number = soughtNumberIn(given);
  const names = found.nameFields.filter((name) => !name.endsWith('Number'));
  const numbers = [...found.nameFields, ...found.summaryFields].filter((name) => name.endsWith('Number'));
  const field = number === undefined ? (names.length === 1 ? names[0] : undefined) : numbers[0];
  if (field === undefined) return undefined;
  return JSON.stringify({ entity: found.name, query: { [field]: number ?? given.trim() } });
}
