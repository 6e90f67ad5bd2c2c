import type { FilterNode, Row } from '../../client/types.js';
import type { EntityMetadata } from '../metadata/entity-metadata.js';
import { type PhoneNumber, samePhone } from '../values/phones.js';
import { matchesTextCondition } from './match-text.js';

/** Conditions that Autotask can only narrow down; the records that it finds are compared here. */

export type PhoneConditions = ReadonlyMap<
  FilterNode,
  { readonly field: string; readonly number: PhoneNumber }
>;

type Predicate = (row: Row) => boolean;

const comparable = new Set(['eq', 'noteq', 'in', 'notIn', 'beginsWith', 'endsWith', 'contains']);

/** Whether a row meets the condition; undefined where only Autotask can tell. */
function predicateOf(
  node: FilterNode,
  phoneConditions: PhoneConditions,
  metadata: EntityMetadata,
): Predicate | undefined {
  const phone = phoneConditions.get(node);
  if (phone !== undefined) return (row) => samePhone(row[phone.field], phone.number);
  if (node.items !== undefined) {
    const parts = node.items.map((item) => predicateOf(item, phoneConditions, metadata));
    const known = parts.filter((part) => part !== undefined);
    if (known.length < parts.length) return undefined;
    return node.op === 'or'
      ? (row) => known.some((part) => part(row))
      : (row) => known.every((part) => part(row));
  }
  const { field } = node;
  const isText = field !== undefined && node.udf !== true && metadata.field(field)?.dataType === 'string';
  if (!isText || !comparable.has(node.op)) return undefined;
  return (row) => {
    const stored = row[field];
    return matchesTextCondition(typeof stored === 'string' && stored !== '' ? stored : null, node);
  };
}

const fieldsOf = (node: FilterNode): readonly string[] =>
  node.items === undefined
    ? node.field === undefined
      ? []
      : [node.field]
    : [...new Set(node.items.flatMap(fieldsOf))];

const phoneFields = (node: FilterNode, phoneConditions: PhoneConditions): readonly string[] => {
  const own = phoneConditions.get(node);
  if (own !== undefined) return [own.field];
  return (node.items ?? []).flatMap((item) => phoneFields(item, phoneConditions));
};

/** What is left to compare here of the conditions that must all hold, and fields for which that is impossible. */
export function postFilters(
  nodes: readonly FilterNode[],
  phoneConditions: PhoneConditions,
  metadata: EntityMetadata,
) {
  const predicates: Predicate[] = [];
  const fields = new Set<string>();
  const unchecked = new Set<string>();
  for (const node of nodes) {
    const phones = phoneFields(node, phoneConditions);
    if (phones.length === 0) continue;
    const matches = predicateOf(node, phoneConditions, metadata);
    if (matches === undefined) for (const field of phones) unchecked.add(field);
    else {
      predicates.push(matches);
      for (const field of fieldsOf(node)) fields.add(field);
    }
  }
  return { predicates, fields: [...fields], loose: [...unchecked] };
}
