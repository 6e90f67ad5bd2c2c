import type { FilterNode } from '../../../client/types.js';
import type { EntityMetadata } from '../../metadata/entity-metadata.js';
import { labelOf } from '../../metadata/picklists.js';

const valuesOf = ({ value }: FilterNode): readonly unknown[] => (Array.isArray(value) ? value : [value]);

/** Conditions that must all hold, those within groups of them too. */
const flat = (nodes: readonly FilterNode[]): readonly FilterNode[] =>
  nodes.flatMap((node) => (node.op === 'and' ? flat(node.items ?? []) : [node]));

const sizeOf = (value: unknown): number =>
  typeof value === 'string' ? Date.parse(value) : typeof value === 'number' ? value : Number.NaN;

/** Fields with bounds between which nothing lies: a range that ends before it begins. */
function emptyRanges(nodes: readonly FilterNode[]): string[] {
  return [...new Set(nodes.flatMap(({ field }) => field ?? []))].filter((name) => {
    const bounds = (ops: readonly string[]) =>
      nodes.filter(({ op, field }) => field === name && ops.includes(op)).map(({ value }) => sizeOf(value));
    return Math.max(...bounds(['gt', 'gte'])) > Math.min(...bounds(['lt', 'lte']));
  });
}

/**
 * Remarks on values of one field that one condition asks for and another leaves out, as `openOnly` does with a closed
 * status: what is left is less than was asked for, and often nothing.
 */
export function contradictions(given: readonly FilterNode[], metadata: EntityMetadata): string[] {
  const nodes = flat(given);
  const notes = emptyRanges(nodes).map((name) => `${name}: ends before it begins, so nothing can match`);
  for (const name of new Set(nodes.flatMap(({ field }) => field ?? []))) {
    const own = nodes.filter(({ field }) => field === name);
    const required = own.filter(({ op }) => op === 'eq' || op === 'in').map(valuesOf);
    const excluded = own.filter(({ op }) => op === 'noteq' || op === 'notIn').flatMap(valuesOf);
    const [first = [], ...others] = required;
    const field = metadata.field(name);
    // Texts are the same in another case too, which is Autotask's to tell.
    if (required.length === 0 || (field?.dataType === 'string' && field.isPickList !== true)) continue;
    const lost = new Set(
      required
        .flat()
        .filter((value) => excluded.includes(value) || required.some((list) => !list.includes(value))),
    );
    const isEmpty = own.some(({ op }) => op === 'notExist');
    const left = first.filter((value) => !lost.has(value) && others.every((list) => list.includes(value)));
    const shown = (value: unknown) =>
      (field === undefined ? undefined : labelOf(field, value)) ?? String(value);
    const rest =
      left.length === 0 || isEmpty
        ? 'so nothing can match'
        : `so only ${left.map(shown).join(', ')} can match`;
    if (lost.size > 0)
      notes.push(
        `${name}: ${[...lost].map(shown).join(', ')} is asked for and left out by another condition, ${rest}`,
      );
    else if (isEmpty)
      notes.push(`${name}: a value is asked for and that there is none, so nothing can match`);
  }
  return notes;
}
