import type { FilterNode, Row } from '../../client/types.js';
import { InvalidInput, type Problem } from '../../errors.js';
import { type Operator, operators } from '../../operators.js';
import { boolean } from '../../scalars.js';
import { type EntityMetadata, type FieldMetadata, unknownField } from '../metadata/entity-metadata.js';
import { meansClosed } from '../metadata/picklists.js';
import { meansUnassigned, resolveOperator } from '../metadata/synonyms.js';
import { byDependency, type Conversion, type Converted, convertValue, isName } from '../values/convert.js';
import { splitIntoBatches } from './batches.js';
import { conditionShape, shapeProblem } from './condition-shape.js';
import { dateCondition } from './date-condition.js';
import { Interpretation } from './interpretation.js';
import { localPredicates } from './local-conditions.js';
import { matchesUdfCondition } from './match-text.js';
import { exclusionProblem, rewriteText } from './rewrite-text.js';

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
  /** What a reader has to notice. */
  readonly notes: readonly string[];
  /** How names, labels and ranges were understood, and what has to be looked at when nothing matches. */
  readonly interpretation: Interpretation;
}

class FilterCheck {
  readonly problems: Problem[] = [];
  readonly notes: string[] = [];
  readonly local: ((row: Row) => boolean)[] = [];
  readonly localFields: string[] = [];
  readonly interpretation = new Interpretation();
  /** Conditions on telephone numbers, of which Autotask can only compare a part. */
  readonly phoneConditions = new Map<FilterNode, { readonly field: string; readonly digits: string }>();
  /** Ids that all found records have, by field. */
  private readonly foundIds: Record<string, unknown> = {};
  private udfSent = false;

  constructor(
    private readonly metadata: EntityMetadata,
    private readonly conversion: Conversion,
  ) {}

  private addProblem(field: string, problem: string, allowed?: readonly string[]): undefined {
    this.problems.push(allowed === undefined ? { field, problem } : { field, problem, allowed });
    return undefined;
  }

  /** `depth` 0 is the top level, where all conditions must hold. */
  async node(raw: unknown, path: string, depth = 0): Promise<FilterNode | undefined> {
    const parsed = conditionShape.safeParse(raw);
    if (!parsed.success) {
      this.problems.push({ field: path, ...shapeProblem(parsed.error) });
      return undefined;
    }
    const { op, field, items } = parsed.data;
    const group = op.trim().toLowerCase();
    if (group === 'and' || group === 'or') {
      if (items === undefined || items.length === 0)
        return this.addProblem(path, `${group} needs a list "items"`);
      if (field !== undefined || parsed.data.value !== undefined) {
        return this.addProblem(path, `${group} takes items only, no field or value of its own`);
      }
      const nodes: FilterNode[] = [];
      for (const [index, item] of items.entries()) {
        const node = await this.node(item, `${path}.items[${index}]`, depth + 1);
        if (node !== undefined) nodes.push(node);
      }
      return { op: group, items: nodes };
    }
    const meant = resolveOperator(op, parsed.data.value);
    if ('problem' in meant) return this.addProblem(path, meant.problem, [...operators, 'and', 'or']);
    if (field === undefined) return this.addProblem(path, `the condition ${op} names no field`);
    if (items !== undefined) return this.addProblem(path, `only and and or take items, not ${op}`);
    const facts = await this.metadata.find(field, this.conversion.signal);
    if (facts === undefined) return this.addProblem(path, await unknownField(this.metadata, field));
    if (facts.isQueryable === false) return this.addProblem(facts.name, 'cannot be used in a filter');
    return this.condition(meant.operator, facts, meant.value, depth);
  }

  private async condition(
    operator: Operator,
    field: FieldMetadata,
    value: unknown,
    depth: number,
  ): Promise<FilterNode | undefined> {
    if (operator === 'exist' || operator === 'notExist') return this.existence(operator, field, value, depth);
    if (value === undefined)
      return this.addProblem(field.name, `${operator} needs a value; null means empty`);
    if (meansUnassigned(value) && field.referenceEntityType === 'Resource' && operator in opposite) {
      return this.condition(operator, field, null, depth);
    }
    if (value === null) {
      const instead = opposite[operator];
      if (instead === undefined) return this.addProblem(field.name, `${operator} needs a value`);
      this.notes.push(`${field.name} ${operator} null was sent as ${instead}`);
      return this.withUdfMark({ op: instead, field: field.name }, field, depth);
    }
    if (textOperators.has(operator) && field.dataType !== 'string') {
      return this.addProblem(field.name, `${operator} works on text only, and this is ${field.dataType}`, [
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
      return this.addProblem(field.name, `${operator} needs a text that is not empty`);
    }
    const span = dateCondition(operator, field, value, this.conversion);
    if (span !== undefined) {
      if (span.range !== undefined) this.interpretation.addMeaning(field.name, span.operator, [span.range]);
      const nodes = span.nodes.flatMap((node) => this.withUdfMark(node, field, depth) ?? []);
      return span.op === null ? nodes[0] : { op: span.op, items: nodes };
    }
    const excluded = exclusionProblem(field, operator, String(value));
    if (excluded !== undefined) return this.addProblem(field.name, excluded);
    const text = this.text(operator, field, value, depth);
    if (text !== undefined) return text;
    const many = operator === 'in' || operator === 'notIn';
    const given: unknown[] = many && Array.isArray(value) ? value : [value];
    const each =
      field.dataType === 'datetime' ||
      given.some((item) => rewriteText(this.metadata.entity, field, 'eq', String(item)) !== undefined);
    if (many && each && given.length > 0) {
      // What an item means alone it means in a list: a day all of it, a number of a telephone any notation.
      const one = operator === 'in' ? 'eq' : 'noteq';
      const items: FilterNode[] = [];
      for (const item of given) {
        const node = await this.condition(one, field, item, depth + 1);
        if (node !== undefined) items.push(node);
      }
      return { op: operator === 'in' ? 'or' : 'and', items };
    }
    if (!many && Array.isArray(value)) {
      return this.addProblem(
        field.name,
        `${operator} takes one value; use ${plural[operator] ?? 'in'} for a list`,
      );
    }
    const values: unknown[] = [];
    const names: string[] = [];
    for (const item of given) {
      if (item === null)
        return this.addProblem(field.name, 'a list cannot hold null: use notExist in an or group');
      const converted = await this.convert(field, operator, item, many);
      if (!converted.ok) this.problems.push(converted.problem);
      else {
        if (converted.record !== undefined) names.push(converted.record);
        else if (field.referenceEntityType !== null && typeof converted.value === 'number')
          this.interpretation.ids.push({ field, op: operator, id: converted.value });
        values.push(...(Array.isArray(converted.value) ? converted.value : [converted.value]));
      }
    }
    const unknown = this.interpretation.addValues(field, operator, values, names, depth > 0);
    if (unknown.length > 0 && this.metadata.live) {
      this.notes.push(
        `${field.name}: ${unknown.map(String).join(', ')} is no value of this picklist, active or inactive`,
      );
    }
    if (many) {
      if (values.length === 0 && given.length === 0)
        return this.addProblem(field.name, `${operator} needs at least one value`);
      return this.withUdfMark({ op: operator, field: field.name, value: [...new Set(values)] }, field, depth);
    }
    if (depth === 0 && operator === 'eq' && values.length === 1) this.foundIds[field.name] = values[0];
    if (values.length <= 1)
      return this.withUdfMark({ op: operator, field: field.name, value: values[0] }, field, depth);
    const instead = plural[operator];
    if (instead === undefined) {
      return this.addProblem(
        field.name,
        `${JSON.stringify(value)} stands for several values; give one`,
        values.map(String),
      );
    }
    return this.withUdfMark({ op: instead, field: field.name, value: values }, field, depth);
  }

  /** Texts that mean something else than what could be stored in the field: patterns, pasted names, numbers. */
  private text(
    operator: Operator,
    field: FieldMetadata,
    value: unknown,
    depth: number,
  ): FilterNode | undefined {
    if (typeof value !== 'string' && typeof value !== 'number') return;
    const found = rewriteText(this.metadata.entity, field, operator, String(value));
    if (found === undefined) return;
    this.interpretation.addMeaning(field.name, operator, [found.meaning]);
    this.interpretation.addText(field.name, found.compared.op, found.compared.value, depth > 0);
    if (found.digits === undefined) return this.withUdfMark(found.node, field, depth);
    this.phoneConditions.set(found.node, { field: field.name, digits: found.digits });
    return found.node;
  }

  /** `exist` takes no value; people who give one mean yes or no by it. */
  private existence(
    operator: 'exist' | 'notExist',
    field: FieldMetadata,
    value: unknown,
    depth: number,
  ): FilterNode | undefined {
    const said = value === undefined || value === null ? true : boolean.safeParse(value).data;
    if (said === undefined)
      return this.addProblem(field.name, `${operator} takes no value; use ${opposite.eq} for the contrary`);
    const meant = said === (operator === 'exist') ? 'exist' : 'notExist';
    if (!said) this.notes.push(`${field.name} ${operator} false was sent as ${meant}`);
    return this.withUdfMark({ op: meant, field: field.name }, field, depth);
  }

  /** A fragment of a code or name is text, whatever the field's choices are. */
  private async convert(
    field: FieldMetadata,
    operator: Operator,
    value: unknown,
    many: boolean,
  ): Promise<Converted> {
    const closed = this.metadata.entity.name === 'Tickets' && meansClosed(field, value);
    const { closedStatusIds = [] } = this.conversion;
    if (closed && closedStatusIds.length > 0) return { ok: true, value: closedStatusIds };
    return convertValue(textOperators.has(operator) ? { ...field, isPickList: false } : field, value, {
      ...this.conversion,
      many,
      knownValues: this.foundIds,
    });
  }

  /** The conditions in an order in which a name is looked for after what it may belong to is known. */
  async checkOrder(raw: readonly unknown[]): Promise<readonly number[]> {
    const names: { readonly field: FieldMetadata; readonly index: number }[] = [];
    for (const [index, node] of raw.entries()) {
      const { data } = conditionShape.safeParse(node);
      if (data?.field === undefined || typeof data.value !== 'string') continue;
      const field = await this.metadata.find(data.field, this.conversion.signal);
      if (field !== undefined && isName(field, data.value)) names.push({ field, index });
    }
    const last = (await byDependency(names, this.conversion.references)).map(({ index }) => index);
    return [...[...raw.keys()].filter((index) => !last.includes(index)), ...last];
  }

  /** Marks a user-defined field; Autotask takes one in a query, so any further one is applied here. */
  private withUdfMark(node: FilterNode, field: FieldMetadata, depth: number): FilterNode | undefined {
    if (!field.udf) return node;
    if (!this.udfSent) {
      this.udfSent = true;
      return { ...node, udf: true };
    }
    if (depth > 0) {
      return this.addProblem(
        field.name,
        'Autotask allows one user-defined field in a query; use the second one outside groups',
      );
    }
    this.local.push((row) => matchesUdfCondition(row, node));
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
  metadata: EntityMetadata,
  conversion: Conversion,
): Promise<CheckedFilter> {
  const check = new FilterCheck(metadata, { ...conversion, filter: true });
  const checked = new Map<number, FilterNode | undefined>();
  for (const index of await check.checkOrder(raw)) {
    checked.set(index, await check.node(raw[index], `filter[${index}]`));
  }
  const nodes = [...raw.keys()].flatMap((index) => checked.get(index) ?? []);
  if (check.problems.length > 0) {
    throw new InvalidInput('The query was not sent to Autotask.', check.problems);
  }
  const here = localPredicates(nodes, check.phoneConditions, metadata);
  const notes = here.loose.map(
    (field) =>
      `${field} was compared by the notation of its last four digits: it stands in a group with other conditions`,
  );
  // Autotask refuses an empty filter; every record has an id, and 0 is one of them.
  const filter = nodes.length > 0 ? nodes : [{ op: 'exist', field: 'id' }];
  const batches = splitIntoBatches(filter);
  if (batches.length > 1) notes.push(`a long in list was sent as ${batches.length} queries`);
  return {
    batches,
    local: [...check.local, ...here.local],
    localFields: [...new Set([...check.localFields, ...here.fields])],
    notes: [...check.notes, ...notes],
    interpretation: check.interpretation,
  };
}
