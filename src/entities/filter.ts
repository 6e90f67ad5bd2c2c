import { z } from 'zod';
import type { FilterNode, Row } from '../client/types.js';
import { InvalidInput, type Problem } from '../errors.js';
import { nearest } from '../nearest.js';
import { type Conversion, convertValue } from './convert.js';
import { isDay, isDayField, nextDay, toUtc } from './dates.js';
import { type EntityFacts, type FieldFacts, unknownField } from './facts.js';
import { mostOrConditions } from './references.js';

/**
 * Autotask drops a condition whose operator it does not know and answers with everything, and finds nothing
 * when a number is given as text. So nothing leaves here that it would not understand.
 */
export const operators = [
  'eq',
  'noteq',
  'gt',
  'gte',
  'lt',
  'lte',
  'beginsWith',
  'endsWith',
  'contains',
  'exist',
  'notExist',
  'in',
  'notIn',
] as const;

type Operator = (typeof operators)[number];

const textOperators = new Set<string>(['beginsWith', 'endsWith', 'contains']);
const opposite: Readonly<Record<string, Operator>> = { eq: 'notExist', noteq: 'exist' };
const plural: Readonly<Record<string, Operator>> = { eq: 'in', noteq: 'notIn', in: 'in', notIn: 'notIn' };

export interface CheckedFilter {
  /** One or more top-level lists of conditions; several when an `in` list was too long for one query. */
  readonly batches: readonly (readonly FilterNode[])[];
  /** Conditions that Autotask cannot take in the same query, applied to the rows it returns. */
  readonly local: readonly ((row: Row) => boolean)[];
  /** What was changed on the way, for the answer. */
  readonly notes: readonly string[];
}

const nodeShape = z.looseObject({
  op: z.string(),
  field: z.string().optional(),
  value: z.unknown(),
  items: z.array(z.unknown()).optional(),
  udf: z.unknown().optional(),
});

const findOperator = (op: string) =>
  operators.find((operator) => operator.toLowerCase() === op.trim().toLowerCase());

class Check {
  readonly problems: Problem[] = [];
  readonly notes: string[] = [];
  readonly local: ((row: Row) => boolean)[] = [];
  private udfSent = false;

  constructor(
    private readonly facts: EntityFacts,
    private readonly how: Conversion,
  ) {}

  private bad(field: string, problem: string, allowed?: readonly string[]): undefined {
    this.problems.push(allowed === undefined ? { field, problem } : { field, problem, allowed });
    return undefined;
  }

  /** `depth` 0 is the top level, where all conditions must hold. */
  async node(raw: unknown, path: string, depth = 0): Promise<FilterNode | undefined> {
    const parsed = nodeShape.safeParse(raw);
    if (!parsed.success) return this.bad(path, 'must be a condition { op, field, value }', operators);
    const { op, field, items } = parsed.data;
    const group = op.trim().toLowerCase();
    if (group === 'and' || group === 'or') {
      if (items === undefined || items.length === 0) return this.bad(path, `${group} needs a list "items"`);
      const nodes: FilterNode[] = [];
      for (const [index, item] of items.entries()) {
        const node = await this.node(item, `${path}.items[${index}]`, depth + 1);
        if (node !== undefined) nodes.push(node);
      }
      return { op: group, items: nodes };
    }
    const operator = findOperator(op);
    if (operator === undefined) {
      const close = nearest(op, operators, 1)[0];
      const hint = close === undefined ? '' : ` Did you mean ${close}?`;
      return this.bad(path, `${JSON.stringify(op)} is not an operator.${hint}`, [...operators, 'and', 'or']);
    }
    if (field === undefined) return this.bad(path, `the condition ${op} names no field`);
    const facts = await this.facts.find(field, this.how.signal);
    if (facts === undefined) return this.bad(path, await unknownField(this.facts, field));
    if (facts.isQueryable === false) return this.bad(facts.name, 'cannot be used in a filter');
    return this.condition(operator, facts, parsed.data.value, depth);
  }

  private async condition(
    operator: Operator,
    field: FieldFacts,
    value: unknown,
    depth: number,
  ): Promise<FilterNode | undefined> {
    if (operator === 'exist' || operator === 'notExist')
      return this.place({ op: operator, field: field.name }, field, depth);
    if (value === null || value === undefined) {
      const instead = opposite[operator];
      if (instead === undefined) return this.bad(field.name, `${operator} needs a value`);
      this.notes.push(`${field.name} ${operator} null was sent as ${instead}`);
      return this.place({ op: instead, field: field.name }, field, depth);
    }
    if (textOperators.has(operator) && field.dataType !== 'string') {
      return this.bad(field.name, `${operator} works on text only, and this is ${field.dataType}`, [
        'eq',
        'noteq',
        'gt',
        'gte',
        'lt',
        'lte',
        'in',
        'notIn',
      ]);
    }
    const day = this.wholeDay(operator, field, value);
    if (day !== undefined) return day;
    const many = operator === 'in' || operator === 'notIn';
    const given: unknown[] = many && Array.isArray(value) ? value : [value];
    if (!many && Array.isArray(value)) {
      return this.bad(field.name, `${operator} takes one value; use ${plural[operator] ?? 'in'} for a list`);
    }
    const values: unknown[] = [];
    for (const item of given) {
      if (item === null) return this.bad(field.name, 'a list cannot hold null: use notExist in an or group');
      const converted = await this.convert(field, operator, item);
      if (!converted.ok) this.problems.push(converted.problem);
      else {
        if (converted.note !== undefined) this.notes.push(converted.note);
        values.push(...(Array.isArray(converted.value) ? converted.value : [converted.value]));
      }
    }
    if (many) {
      if (values.length === 0 && given.length === 0)
        return this.bad(field.name, `${operator} needs at least one value`);
      return this.place({ op: operator, field: field.name, value: [...new Set(values)] }, field, depth);
    }
    if (values.length <= 1)
      return this.place({ op: operator, field: field.name, value: values[0] }, field, depth);
    const instead = plural[operator];
    if (instead === undefined) {
      return this.bad(
        field.name,
        `${JSON.stringify(value)} stands for several values; give one`,
        values.map(String),
      );
    }
    return this.place({ op: instead, field: field.name, value: values }, field, depth);
  }

  /** A fragment of a code or name is text, whatever the field's choices are. */
  private convert(field: FieldFacts, operator: Operator, value: unknown) {
    return convertValue(
      textOperators.has(operator) ? { ...field, isPickList: false } : field,
      value,
      this.how,
    );
  }

  /** A day compared with a moment: `eq` would only match midnight, so the whole day is meant. */
  private wholeDay(operator: Operator, field: FieldFacts, value: unknown): FilterNode | undefined {
    if (field.dataType !== 'datetime' || typeof value !== 'string' || !isDay(value) || isDayField(field.name))
      return;
    const from = { op: 'gte', field: field.name, value: toUtc(value, this.how.timeZone) };
    const until = { op: 'lt', field: field.name, value: toUtc(nextDay(value), this.how.timeZone) };
    if (operator === 'eq') return { op: 'and', items: [from, until] };
    if (operator === 'noteq')
      return {
        op: 'or',
        items: [
          { ...from, op: 'lt' },
          { ...until, op: 'gte' },
        ],
      };
    if (operator === 'gt') return { ...until, op: 'gte' };
    return operator === 'lte' ? until : undefined;
  }

  /** Marks a user-defined field; Autotask takes one in a query, so any further one is applied here. */
  private place(node: FilterNode, field: FieldFacts, depth: number): FilterNode | undefined {
    if (!field.udf) return node;
    if (!this.udfSent) {
      this.udfSent = true;
      return { ...node, udf: true };
    }
    if (depth > 0) {
      return this.bad(
        field.name,
        'Autotask allows one user-defined field in a query; use the second one outside groups',
      );
    }
    this.local.push((row) => matchesUdf(row, node));
    this.notes.push(
      `${field.name} was compared by this server: Autotask takes one user-defined field in a query`,
    );
    return undefined;
  }
}

function udfValue(row: Row, name: string): string | null {
  const fields = z.array(z.object({ name: z.string(), value: z.unknown() })).safeParse(row.userDefinedFields);
  const found = fields.data?.find((field) => field.name === name)?.value;
  return found === undefined || found === null || found === '' ? null : String(found);
}

function matchesUdf(row: Row, node: FilterNode): boolean {
  const stored = udfValue(row, node.field ?? '');
  if (node.op === 'notExist') return stored === null;
  if (node.op === 'exist') return stored !== null;
  const wanted = (Array.isArray(node.value) ? node.value : [node.value]).map(String);
  if (stored === null) return node.op === 'noteq' || node.op === 'notIn';
  const text = stored.toLowerCase();
  const [first = ''] = wanted;
  const order =
    Number.isNaN(Number(stored)) || Number.isNaN(Number(first))
      ? text.localeCompare(first.toLowerCase(), 'en')
      : Number(stored) - Number(first);
  const among = wanted.some((value) => value.toLowerCase() === text);
  const verdicts: Readonly<Record<string, boolean>> = {
    eq: among,
    in: among,
    noteq: !among,
    notIn: !among,
    gt: order > 0,
    gte: order >= 0,
    lt: order < 0,
    lte: order <= 0,
    beginsWith: text.startsWith(first.toLowerCase()),
    endsWith: text.endsWith(first.toLowerCase()),
    contains: text.includes(first.toLowerCase()),
  };
  return verdicts[node.op] ?? false;
}

/** OR conditions as Autotask counts them: each value of an `in`, each item of an `or`. */
function orConditions(node: FilterNode): number {
  const own = Array.isArray(node.value) ? node.value.length : 1;
  const items = (node.items ?? []).reduce((sum, item) => sum + orConditions(item), 0);
  return node.items === undefined ? own : items;
}

/** Splits one top-level `in` so that every query stays within Autotask's limit. */
function split(filter: readonly FilterNode[]): readonly (readonly FilterNode[])[] {
  const total = filter.reduce((sum, node) => sum + orConditions(node), 0);
  if (total <= mostOrConditions) return [filter];
  const longest = filter
    .filter((node) => node.op === 'in' && Array.isArray(node.value))
    .sort((a, b) => orConditions(b) - orConditions(a))[0];
  const room = longest === undefined ? 0 : mostOrConditions - (total - orConditions(longest));
  if (longest === undefined || !Array.isArray(longest.value) || room < 1) {
    throw new InvalidInput('Nothing was sent to Autotask.', [
      {
        field: 'query',
        problem: `has ${total} alternatives, and Autotask takes ${mostOrConditions} in a query`,
      },
    ]);
  }
  const values: readonly unknown[] = longest.value;
  const batches: FilterNode[][] = [];
  for (let from = 0; from < values.length; from += room) {
    const part = { ...longest, value: values.slice(from, from + room) };
    batches.push(filter.map((node) => (node === longest ? part : node)));
  }
  return batches;
}

/** Checks and converts a filter. Throws InvalidInput with every problem at once; then nothing was sent. */
export async function checkFilter(
  raw: readonly unknown[],
  facts: EntityFacts,
  how: Conversion,
): Promise<CheckedFilter> {
  const check = new Check(facts, how);
  const nodes: FilterNode[] = [];
  for (const [index, item] of raw.entries()) {
    const node = await check.node(item, `filter[${index}]`);
    if (node !== undefined) nodes.push(node);
  }
  if (check.problems.length > 0) {
    throw new InvalidInput('The query was not sent to Autotask.', check.problems);
  }
  // Autotask refuses an empty filter; every record has an id, and 0 is one of them.
  const filter = nodes.length > 0 ? nodes : [{ op: 'exist', field: 'id' }];
  const batches = split(filter);
  const notes =
    batches.length > 1
      ? [...check.notes, `a long in list was sent as ${batches.length} queries`]
      : check.notes;
  return { batches, local: check.local, notes };
}

/** The fields to return: the caller's, checked, or all when one is `*`. Undefined means the default. */
export async function checkIncludeFields(
  given: readonly string[] | undefined,
  facts: EntityFacts,
  signal?: AbortSignal,
): Promise<{ readonly fields: readonly FieldFacts[]; readonly all: boolean } | undefined> {
  if (given === undefined || given.length === 0) return undefined;
  if (given.includes('*')) return { fields: [], all: true };
  const fields: FieldFacts[] = [];
  const problems: Problem[] = [];
  for (const name of given) {
    const field = await facts.find(name, signal);
    if (field === undefined)
      problems.push({ field: 'includeFields', problem: await unknownField(facts, name) });
    else if (!fields.includes(field)) fields.push(field);
  }
  if (problems.length > 0) throw new InvalidInput('The query was not sent to Autotask.', problems);
  return { fields, all: false };
}
