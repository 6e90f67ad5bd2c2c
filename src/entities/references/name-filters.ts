import type { FilterNode } from '../../client/types.js';
import type { Entity } from '../../model.js';
import { autotaskNumber, partOfNumber, personNameSplits } from '../values/text-patterns.js';
import { numberField } from './record-names.js';

/** Filters to try one after the other, from exact to loose. */
export function searches(entity: Entity, text: string): FilterNode[][] {
  const ownNumber = entity.nameFields.find((field) => field.endsWith('Number'));
  const numbered = autotaskNumber.test(text) ? (ownNumber ?? numberField(entity)) : undefined;
  if (numbered !== undefined) return [[eq(numbered, text)]];
  const anyNumber = ownNumber ?? numberField(entity);
  const part = anyNumber === undefined ? undefined : partOfNumber(text);
  if (part !== undefined && anyNumber !== undefined) return [[{ ...part, field: anyNumber }]];
  const [first, last] = entity.nameFields;
  if (first === undefined) return [];
  if (first === 'firstName' && last === 'lastName') {
    const words = text.split(/[\s,]+/).filter((word) => word !== '');
    const [a, ...rest] = words;
    if (a === undefined) return [];
    if (rest.length === 0) {
      return [
        [any(eq('lastName', a), eq('firstName', a))],
        [any(begins('lastName', a), begins('firstName', a))],
      ];
    }
    // Every word counts: who is called otherwise in the middle is somebody else.
    const splits = personNameSplits(text);
    if (splits.length === 0) return [];
    return [eq, begins].map((compare) => [
      any(...splits.map(([front, back]) => both(compare('firstName', front), compare('lastName', back)))),
    ]);
  }
  const [number, name] = first.endsWith('Number') ? [first, last] : [undefined, first];
  const filters: FilterNode[][] = [];
  if (number !== undefined) filters.push([begins(number, text)]);
  if (name === undefined) return filters;
  // The exact name, in whatever company of longer ones; then the looser forms.
  return [
    ...filters,
    [any(eq(name, text), begins(name, text))],
    [{ op: 'contains', field: name, value: text }],
  ];
}

/** Whatever is called exactly so. */
export const exactly = (entity: Entity, text: string): FilterNode[] => [
  any(...entity.nameFields.map((field) => eq(field, text))),
];

const eq = (field: string, value: string): FilterNode => ({ op: 'eq', field, value });
const begins = (field: string, value: string): FilterNode => ({ op: 'beginsWith', field, value });
const both = (...items: FilterNode[]): FilterNode => ({ op: 'and', items });
const any = (...items: FilterNode[]): FilterNode => ({ op: 'or', items });
