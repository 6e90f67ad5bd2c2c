import type { CallOptions, FilterNode } from '../../client/types.js';
import type { Entity } from '../../model.js';
import { type CompanyScope, entityNamed, stepsOf } from './company-scope.js';

/** Autotask takes this many alternatives in one query; each value of `in` is one. */
const mostAlternatives = 500;

/** A query that a company scope has been added to. */
export type Narrowed =
  /** Together these find the records in scope, each once, and no others. */
  | { readonly filters: readonly (readonly FilterNode[])[] }
  /** This finds others as well. */
  | { readonly wider: readonly FilterNode[] };

function alternatives(nodes: readonly FilterNode[]): number {
  let count = 0;
  for (const { op, value, items } of nodes) {
    if (items !== undefined) count += alternatives(items) + (op === 'or' ? items.length : 0);
    else if (Array.isArray(value)) count += value.length;
  }
  return count;
}

/** A condition that must hold and asks for ids of a field; undefined where none does. */
function askedIds(
  filter: readonly FilterNode[],
  field: string,
): { readonly node: FilterNode; readonly ids: readonly number[] } | undefined {
  for (const node of filter) {
    if (node.field !== field || node.udf === true) continue;
    const values: readonly unknown[] =
      node.op === 'in' && Array.isArray(node.value) ? node.value : [node.value];
    const ids = values.filter((value) => typeof value === 'number');
    if ((node.op === 'eq' || node.op === 'in') && ids.length === values.length) return { node, ids };
  }
  return undefined;
}

/** `filter` with the companies, or with those of the parents that it asks for which belong to them. */
export async function narrow(
  scope: CompanyScope,
  entity: Entity,
  filter: readonly FilterNode[],
  options: CallOptions,
): Promise<Narrowed> {
  const [step, ...others] = stepsOf(entity);
  const target = step === undefined ? undefined : entityNamed(step.entity);
  if (step === undefined || target === undefined) return { filters: [] };
  const asked = askedIds(filter, step.field);
  const isCompany = target.singular === 'Company';
  // In its place: Autotask takes no second condition on a field that it has to be asked by (TicketHistory).
  const rest = filter.filter((node) => node !== asked?.node);
  const room = mostAlternatives - alternatives(rest);
  if (others.length > 0 || (asked === undefined && !isCompany)) return { wider: filter };
  const ids = [
    ...(asked === undefined ? await scope.companies() : await scope.holds(target, asked.ids, options)),
  ];
  if (room < 1 && ids.length > 0) return { wider: filter };
  const filters: (readonly FilterNode[])[] = [];
  for (let start = 0; start < ids.length; start += room) {
    const value = ids.slice(start, start + room);
    const [only] = value;
    const condition: FilterNode =
      value.length === 1
        ? { op: 'eq', field: step.field, value: only }
        : { op: 'in', field: step.field, value };
    filters.push([...rest, condition]);
  }
  return { filters };
}
