import type { FilterNode, Row } from '../../client/types.js';
import type { EntityMetadata } from '../metadata/entity-metadata.js';
import { samePhone } from '../values/phones.js';
import { matchesTextCondition } from './match-text.js';

/** Conditions that Autotask can only narrow down; the records that it finds are compared here. */

export type PhoneConditions = ReadonlyMap<FilterNode, { readonly field: string; readonly digits: string }>;

type Predicate = (row: Row) => boolean;

const comparable = new Set(['eq', 'noteq', 'in', 'notIn', 'beginsWith', 'endsWith', 'contains']);

/** Whether a row meets the condition; undefined where only Autotask can tell. */
function predicateOf(
  node: FilterNode,
  narrowed: PhoneConditions,
  facts: EntityMetadata,
): Predicate | undefined {
  const phone = narrowed.get(node);
  if (phone !== undefined) return (row) => samePhone(row[phone.field], phone.digits);
  if (node.items !== undefined) {
    const parts = node.items.map((item) => predicateOf(item, narrowed, facts));
    const known = parts.filter((part) => part !== undefined);
    if (known.length < parts.length) return undefined;
    return node.op === 'or'
      ? (row) => known.some((part) => part(row))
      : (row) => known.every((part) => part(row));
  }
  const { field } = node;
  const isText = field !== undefined && node.udf !== true && facts.field(field)?.dataType === 'string';
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

const phoneFields = (node: FilterNode, narrowed: PhoneConditions): readonly string[] => {
  const own = narrowed.get(node);
  if (own !== undefined) return [own.field];
  return (node.items ?? []).flatMap((item) => phoneFields(item, narrowed));
};

/** What is left to compare here of the conditions that must all hold, and fields for which that is impossible. */
export function localPredicates(
  nodes: readonly FilterNode[],
  narrowed: PhoneConditions,
  facts: EntityMetadata,
) {
  const local: Predicate[] = [];
  const fields = new Set<string>();
  const loose = new Set<string>();
  for (const node of nodes) {
    const concerned = phoneFields(node, narrowed);
    if (concerned.length === 0) continue;
    const matches = predicateOf(node, narrowed, facts);
    if (matches === undefined) for (const field of concerned) loose.add(field);
    else {
      local.push(matches);
      for (const field of fieldsOf(node)) fields.add(field);
    }
  }
  return { local, fields: [...fields], loose: [...loose] };
}
