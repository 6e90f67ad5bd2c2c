import type { FilterNode } from '../../client/types.js';
import type { Order } from './order.js';

/** Dates that Autotask moves whenever the record, or a note or time entry on it, is written. */
const volatile = /^(lastActivity|lastModified|lastTrackedModif|lastCustomerVisibleActivity)\w*$/i;

const fieldsIn = (nodes: readonly FilterNode[]): string[] =>
  nodes.flatMap(({ field, items }) => [
    ...(field === undefined ? [] : [field]),
    ...(items === undefined ? [] : fieldsIn(items)),
  ]);

/** Fields by which a list is sorted or selected and that a write to one of its records changes. */
export const volatileFields = (order: Order | null, conditions: readonly FilterNode[]): string[] => [
  ...new Set(
    [...(order === null ? [] : [order.field.name]), ...fieldsIn(conditions)].filter((name) =>
      volatile.test(name),
    ),
  ),
];

/** Dates that follow from a status. */
const ofStatus = /^(completed|resolved|closed)\w*$/i;

/** Fields by which records were chosen and that a write to them changes; `sent` are those that it sets. */
export const movedConditions = (conditions: readonly FilterNode[], sent: ReadonlySet<string>): string[] =>
  [...new Set(fieldsIn(conditions))].filter(
    (name) => sent.has(name) || volatile.test(name) || (sent.has('status') && ofStatus.test(name)),
  );

export const movedConditionNote = (field: string): string =>
  `the query chooses by ${field}, which this write changes: the same query finds other records afterwards`;

export const volatileNote = (field: string): string =>
  `${field} moves when a record, or a note or time entry on it, is written: read the whole list before you write to any of it`;
