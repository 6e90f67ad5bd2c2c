import type { Definition, FieldDefinition } from '../../entities/metadata/definition.js';
import type { UdfDefinition } from '../../entities/metadata/udf.js';
import { isObject, property } from '../../json.js';
import { Refusal } from '../../refusal.js';
import { parseTime } from '../value.js';
import { type Comparison, comparisonNamed } from './operators.js';

/** A value to compare with. `nothing` never matches: the literal's type does not fit the field. */
export type Literal = string | number | boolean;

export interface Test {
  readonly kind: 'test';
  readonly field: FieldDefinition;
  readonly op: Comparison;
  /** In lower case for text; empty when no literal fits the field's type. */
  readonly values: readonly Literal[];
}

export interface Group {
  readonly kind: 'and' | 'or';
  readonly items: readonly Condition[];
}

export type Condition = Test | Group;

export interface FilterRules {
  /** What happens to an operator that does not exist. */
  readonly unknownOperator: 'drop' | 'refuse';
  /** Whether `"true"` counts as true for a boolean field. */
  readonly stringBooleans: boolean;
}

/** Most OR conditions of a query; each value of an `in` counts. */
const mostOrs = 500;

export function unknownField(name: string, entity: string): Refusal {
  return new Refusal(`Unable to find ${name} in the ${entity} Entity.`);
}

/** Checks a filter as the API does and turns it into conditions; what the API drops is gone. */
export function parseFilter(
  filter: readonly unknown[],
  definition: Definition,
  udfs: readonly UdfDefinition[],
  rules: FilterRules,
): Group {
  const reader = new FilterReader(definition, udfs, rules);
  const group = reader.group('and', filter);
  if (reader.ors > mostOrs) {
    throw new Refusal(`Queries are limited to ${mostOrs} or fewer 'OR' conditions`);
  }
  if (reader.udfConditions > 1) {
    throw new Refusal('Queries are limited to one user-defined field condition.');
  }
  return group;
}

class FilterReader {
  ors = 0;
  udfConditions = 0;

  constructor(
    private readonly definition: Definition,
    private readonly udfs: readonly UdfDefinition[],
    private readonly rules: FilterRules,
  ) {}

  group(kind: 'and' | 'or', nodes: readonly unknown[]): Group {
    const items: Condition[] = [];
    for (const node of nodes) {
      if (!isObject(node)) throw new Refusal('Invalid query syntax.');
      const condition = this.condition(node);
      if (condition !== undefined) items.push(condition);
    }
    if (kind === 'or') this.ors += nodes.length;
    return { kind, items };
  }

  private condition(node: Readonly<Record<string, unknown>>): Condition | undefined {
    const op = String(property(node, 'op') ?? '');
    const items = property(node, 'items');
    const lower = op.toLowerCase();
    if (lower === 'and' || lower === 'or') {
      const group = this.group(lower, Array.isArray(items) ? items : []);
      // A group whose conditions were all dropped restricts nothing.
      return group.items.length === 0 ? undefined : group;
    }
    const known = comparisonNamed(op);
    const field = this.field(node);
    if (known === undefined) {
      if (this.rules.unknownOperator === 'refuse') throw new Refusal(`Invalid query operator: ${op}.`);
      return undefined;
    }
    return { kind: 'test', field, op: known, values: this.values(known, field, property(node, 'value')) };
  }

  private field(node: Readonly<Record<string, unknown>>): FieldDefinition {
    const name = String(property(node, 'field') ?? '');
    const singular = this.definition.entity.singular;
    if (property(node, 'udf') === true) {
      this.udfConditions++;
      const udf = this.udfs.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
      if (udf === undefined) throw unknownField(name, singular);
      return udf;
    }
    const field = this.definition.byName.get(name.toLowerCase());
    if (field === undefined || !field.isQueryable) throw unknownField(name, singular);
    return field;
  }

  private values(op: Comparison, field: FieldDefinition, value: unknown): readonly Literal[] {
    if (op === 'exist' || op === 'notExist') return [];
    const given: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (op === 'in' || op === 'notIn') this.ors += given.length;
    const literals: Literal[] = [];
    for (const one of given) {
      const literal = this.literal(field, one);
      if (literal !== undefined) literals.push(literal);
    }
    return literals;
  }

  /** Undefined when the literal cannot equal any value of the field: text for a number, null for anything. */
  private literal(field: FieldDefinition, value: unknown): Literal | undefined {
    if (value === null || value === undefined || typeof value === 'object') return undefined;
    switch (field.kind) {
      case 'whole':
      case 'number': {
        if (typeof value === 'number') return value;
        // User-defined fields travel as text, so text is compared there.
        const isUdf = field.key !== field.name;
        return isUdf && typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value))
          ? Number(value)
          : undefined;
      }
      case 'flag':
        if (typeof value === 'boolean') return value;
        if (!this.rules.stringBooleans || typeof value !== 'string') return undefined;
        return /^(true|false)$/i.test(value) ? value.toLowerCase() === 'true' : undefined;
      case 'time': {
        if (typeof value !== 'string') return undefined;
        const time = parseTime(value);
        if (time === null) {
          throw new Refusal('Conversion failed when converting date and/or time from character string.');
        }
        return time;
      }
      default:
        return String(value).toLowerCase();
    }
  }
}
