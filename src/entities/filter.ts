import * as z from 'zod';
import type { FilterNode, Row } from '../client/types.js';
import { InvalidInput, type Problem } from '../errors.js';
import { didYouMean, nearest } from '../nearest.js';
import { type Operator, operators } from '../operators.js';
import { boolean, datetime } from '../scalars.js';
import { splitIntoBatches } from './batches.js';
import { type Conversion, convertValue, isName, ownersFirst } from './convert.js';
import { isDay, nextDay, parseRange, toUtc } from './dates.js';
import { type EntityFacts, type FieldFacts, unknownField } from './facts.js';
import { matchesUdf } from './udf-condition.js';

/**
 * Autotask drops a condition whose operator it does not know and answers with everything, and finds nothing
 * when a number is given as text. So nothing leaves here that it would not understand.
 */

const textOperators = new Set<string>(['beginsWith', 'endsWith', 'contains']);
const opposite: Readonly<Record<string, Operator>> = { eq: 'notExist', noteq: 'exist' };
const plural: Readonly<Record<string, Operator>> = { eq: 'in', noteq: 'notIn', in: 'in', notIn: 'notIn' };

export interface CheckedFilter {
  /** One or more top-level lists of conditions; several when an `in` list was too long for one query. */
  readonly batches: readonly (readonly FilterNode[])[];
  /** Conditions that Autotask cannot take in the same query, applied to the rows it returns. */
  readonly local: readonly ((row: Row) => boolean)[];
  /** Fields that those conditions read. */
  readonly localFields: readonly string[];
  /** What was changed on the way, for the answer. */
  readonly notes: readonly string[];
}

const nodeShape = z.strictObject({
  op: z.string(),
  field: z.string().optional(),
  value: z.unknown().optional(),
  items: z.array(z.unknown()).optional(),
  udf: z.unknown().optional(),
});

const findOperator = (op: string) =>
  operators.find((operator) => operator.toLowerCase() === op.trim().toLowerCase());

class Check {
  readonly problems: Problem[] = [];
  readonly notes: string[] = [];
  readonly local: ((row: Row) => boolean)[] = [];
  readonly localFields: string[] = [];
  /** Ids that all found records have, by field. */
  private readonly beside: Record<string, unknown> = {};
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
    if (!parsed.success) {
      const stray = parsed.error.issues.find((issue) => issue.code === 'unrecognized_keys');
      const keys = Object.keys(nodeShape.shape);
      const [key = ''] = stray?.code === 'unrecognized_keys' ? stray.keys : [];
      if (stray !== undefined) {
        return this.bad(
          path,
          `${JSON.stringify(key)} is no part of a condition.${didYouMean(key, keys)}`,
          keys,
        );
      }
      return this.bad(path, 'must be a condition { op, field, value }', operators);
    }
    const { op, field, items } = parsed.data;
    const group = op.trim().toLowerCase();
    if (group === 'and' || group === 'or') {
      if (items === undefined || items.length === 0) return this.bad(path, `${group} needs a list "items"`);
      if (field !== undefined || parsed.data.value !== undefined) {
        return this.bad(path, `${group} takes items only, no field or value of its own`);
      }
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
    if (items !== undefined) return this.bad(path, `only and and or take items, not ${op}`);
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
    if (operator === 'exist' || operator === 'notExist') return this.existence(operator, field, value, depth);
    if (value === undefined) return this.bad(field.name, `${operator} needs a value; null means empty`);
    if (value === null) {
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
    if (textOperators.has(operator) && String(value).trim() === '') {
      return this.bad(field.name, `${operator} needs a text that is not empty`);
    }
    const span = this.span(operator, field, value, depth);
    if (span !== undefined) return span;
    const many = operator === 'in' || operator === 'notIn';
    const given: unknown[] = many && Array.isArray(value) ? value : [value];
    if (many && field.dataType === 'datetime' && given.length > 0) {
      // A day in a list means all of it, as it does alone.
      const one = operator === 'in' ? 'eq' : 'noteq';
      const items: FilterNode[] = [];
      for (const item of given) {
        const node = await this.condition(one, field, item, depth + 1);
        if (node !== undefined) items.push(node);
      }
      return { op: operator === 'in' ? 'or' : 'and', items };
    }
    if (!many && Array.isArray(value)) {
      return this.bad(field.name, `${operator} takes one value; use ${plural[operator] ?? 'in'} for a list`);
    }
    const values: unknown[] = [];
    for (const item of given) {
      if (item === null) return this.bad(field.name, 'a list cannot hold null: use notExist in an or group');
      const converted = await this.convert(field, operator, item, many);
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
    if (depth === 0 && operator === 'eq' && values.length === 1) this.beside[field.name] = values[0];
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

  /** `exist` takes no value; people who give one mean yes or no by it. */
  private existence(
    operator: 'exist' | 'notExist',
    field: FieldFacts,
    value: unknown,
    depth: number,
  ): FilterNode | undefined {
    const said = value === undefined || value === null ? true : boolean.safeParse(value).data;
    if (said === undefined)
      return this.bad(field.name, `${operator} takes no value; use ${opposite.eq} for the contrary`);
    const meant = said === (operator === 'exist') ? 'exist' : 'notExist';
    if (!said) this.notes.push(`${field.name} ${operator} false was sent as ${meant}`);
    return this.place({ op: meant, field: field.name }, field, depth);
  }

  /** A fragment of a code or name is text, whatever the field's choices are. */
  private convert(field: FieldFacts, operator: Operator, value: unknown, many: boolean) {
    return convertValue(textOperators.has(operator) ? { ...field, isPickList: false } : field, value, {
      ...this.how,
      many,
      beside: this.beside,
    });
  }

  /** The conditions in an order in which a name is looked for after what it may belong to is known. */
  async ordered(raw: readonly unknown[]): Promise<readonly number[]> {
    const names: { readonly field: FieldFacts; readonly index: number }[] = [];
    for (const [index, node] of raw.entries()) {
      const { data } = nodeShape.safeParse(node);
      if (data?.field === undefined || typeof data.value !== 'string') continue;
      const field = await this.facts.find(data.field, this.how.signal);
      if (field !== undefined && isName(field, data.value)) names.push({ field, index });
    }
    const last = (await ownersFirst(names, this.how.references)).map(({ index }) => index);
    return [...[...raw.keys()].filter((index) => !last.includes(index)), ...last];
  }

  /**
   * A day compared with a moment: `eq` would only match midnight, so the whole day is meant. Ranges in words
   * and `from..to` stand for all moments in them. Fields that hold days have no zone to shift by.
   */
  private span(operator: Operator, field: FieldFacts, value: unknown, depth: number): FilterNode | undefined {
    if (field.dataType !== 'datetime' || typeof value !== 'string') return;
    const zone = field.day ? 'UTC' : this.how.timeZone;
    const now = this.how.now ?? Date.now();
    if (/^\s*now\s*$/i.test(value) && /^[gl]te?$/.test(operator)) {
      return this.place(
        { op: operator, field: field.name, value: new Date(now).toISOString() },
        field,
        depth,
      );
    }
    const wholeDay = isDay(value) && datetime.safeParse(value).success;
    const range = wholeDay
      ? { from: toUtc(value, zone), until: toUtc(nextDay(value), zone) }
      : parseRange(value, this.how.timeZone, field.day, now);
    if (range === undefined) return;
    const bound = (op: Operator, at: string | undefined): FilterNode[] => {
      const node =
        at === undefined ? undefined : this.place({ op, field: field.name, value: at }, field, depth);
      return node === undefined ? [] : [node];
    };
    const { from, until } = range;
    if (operator === 'gt') return bound('gte', until)[0];
    if (operator === 'gte') return bound('gte', from)[0];
    if (operator === 'lt') return bound('lt', from)[0];
    if (operator === 'lte') return bound('lt', until)[0];
    if (operator === 'noteq') return { op: 'or', items: [...bound('lt', from), ...bound('gte', until)] };
    return operator === 'eq'
      ? { op: 'and', items: [...bound('gte', from), ...bound('lt', until)] }
      : undefined;
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
    this.localFields.push(field.name);
    this.notes.push(
      `${field.name} was compared by this server: Autotask takes one user-defined field in a query`,
    );
    return undefined;
  }
}

/** Checks and converts a filter. Throws InvalidInput with every problem at once; then nothing was sent. */
export async function checkFilter(
  raw: readonly unknown[],
  facts: EntityFacts,
  how: Conversion,
): Promise<CheckedFilter> {
  const check = new Check(facts, { ...how, filter: true });
  const checked = new Map<number, FilterNode | undefined>();
  for (const index of await check.ordered(raw)) {
    checked.set(index, await check.node(raw[index], `filter[${index}]`));
  }
  const nodes = [...raw.keys()].flatMap((index) => checked.get(index) ?? []);
  if (check.problems.length > 0) {
    throw new InvalidInput('The query was not sent to Autotask.', check.problems);
  }
  // Autotask refuses an empty filter; every record has an id, and 0 is one of them.
  const filter = nodes.length > 0 ? nodes : [{ op: 'exist', field: 'id' }];
  const batches = splitIntoBatches(filter);
  const notes =
    batches.length > 1
      ? [...check.notes, `a long in list was sent as ${batches.length} queries`]
      : check.notes;
  return { batches, local: check.local, localFields: check.localFields, notes };
}
