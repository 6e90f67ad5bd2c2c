import type { FilterNode } from '../../../client/types.js';
import type { Operator } from '../../../operators.js';
import { boolean } from '../../../scalars.js';
import type { EntityMetadata, FieldMetadata } from '../../metadata/entity-metadata.js';
import type { Conversion } from '../../values/conversion.js';
import { isNumeric } from '../../values/converted.js';
import { isName } from '../../values/name-order.js';
import { meansUnassigned } from '../../values/text-patterns.js';
import { textOperators, ValueCheck } from './check-values.js';
import { dateCondition } from './date-condition.js';
import type { FilterFindings } from './filter-findings.js';
import { patternProblem, rewriteText } from './rewrite-text.js';

const opposite: Readonly<Record<string, Operator>> = { eq: 'notExist', noteq: 'exist' };

/** How the items of a list stand for themselves. */
const eachAlone = {
  in: { group: 'or', one: 'eq' },
  notIn: { group: 'and', one: 'noteq' },
} as const;

/** A part of a label or of a name, where Autotask keeps a code or an id, as the value that means it. */
function asPattern(operator: Operator, field: FieldMetadata, value: string): string | undefined {
  const isNamed = field.isPickList === true || isName(field, value);
  if (!isNamed || field.dataType === 'string' || value.trim() === '' || isNumeric(value)) return undefined;
  if (operator === 'contains') return `*${value}*`;
  if (operator === 'beginsWith') return `${value}*`;
  return operator === 'endsWith' ? `*${value}` : undefined;
}

/** Turns one condition on a known field into what Autotask takes, or notes why that is impossible. */
export class ConditionCheck {
  private readonly values: ValueCheck;

  constructor(
    private readonly metadata: EntityMetadata,
    private readonly conversion: Conversion,
    private readonly findings: FilterFindings,
  ) {
    this.values = new ValueCheck(metadata, conversion, findings);
  }

  /** `depth` 0 is the top level, where all conditions must hold. */
  async check(
    operator: Operator,
    field: FieldMetadata,
    value: unknown,
    depth: number,
  ): Promise<FilterNode | undefined> {
    if (operator === 'exist' || operator === 'notExist') return this.existence(operator, field, value, depth);
    if (value === undefined)
      return this.findings.addProblem(field.name, `${operator} needs a value; null means empty`);
    if (meansUnassigned(value) && field.referenceEntityType === 'Resource' && operator in opposite) {
      return this.check(operator, field, null, depth);
    }
    // No record has an empty text; whoever asks for one means that there is none.
    const isNothing =
      typeof value === 'string' && value.trim() === '' && operator in opposite && field.dataType === 'string';
    if (value === null || isNothing) {
      const instead = opposite[operator];
      if (instead === undefined) return this.findings.addProblem(field.name, `${operator} needs a value`);
      return this.check(instead === 'exist' ? 'exist' : 'notExist', field, undefined, depth);
    }
    // A list can only mean any of it, or none.
    if (Array.isArray(value) && (operator === 'eq' || operator === 'noteq'))
      return this.check(operator === 'eq' ? 'in' : 'notIn', field, value, depth);
    if (textOperators.has(operator) && Array.isArray(value)) {
      const or = value.slice(0, 3).map((part: unknown) => ({ [field.name]: { [operator]: part } }));
      return this.findings.addProblem(field.name, `${operator} takes one value; ${JSON.stringify({ or })}`);
    }
    const pattern = typeof value === 'string' ? asPattern(operator, field, value) : undefined;
    if (pattern !== undefined) return this.check('eq', field, pattern, depth);
    if (textOperators.has(operator) && field.dataType !== 'string') {
      return this.findings.addProblem(
        field.name,
        `${operator} works on text only, and this is ${field.dataType}`,
        ['eq', 'noteq', 'gt', 'gte', 'lt', 'lte', 'in', 'notIn'],
      );
    }
    if (textOperators.has(operator) && String(value).trim() === '') {
      return this.findings.addProblem(field.name, `${operator} needs a text that is not empty`);
    }
    const span = dateCondition(operator, field, value, this.conversion);
    if (span !== undefined) {
      this.findings.interpretation.addMeaning(field.name, span.operator, [span.range]);
      const nodes = span.nodes.flatMap((node) => this.findings.withUdfMark(node, field, depth) ?? []);
      return span.op === null ? nodes[0] : { op: span.op, items: nodes };
    }
    const refused = Array.isArray(value) ? undefined : patternProblem(field, operator, String(value));
    if (refused !== undefined) return this.findings.addProblem(field.name, refused);
    const text = this.text(operator, field, value, depth);
    if (text !== undefined) return text;
    const many = operator === 'in' || operator === 'notIn';
    const isOfOurs = field.referenceEntityType === 'Resource';
    // Nobody, in a list as alone.
    const given: readonly unknown[] = (many && Array.isArray(value) ? value : [value]).map((item: unknown) =>
      many && isOfOurs && meansUnassigned(item) ? null : item,
    );
    const each =
      field.dataType === 'datetime' ||
      given.includes(null) ||
      given.some(
        (item) =>
          rewriteText(this.metadata.entity, field, 'eq', String(item)) !== undefined ||
          patternProblem(field, operator === 'in' ? 'eq' : operator, String(item)) !== undefined,
      );
    if (many && each && given.length > 0) return this.eachOf(eachAlone[operator], field, given, depth);
    return this.values.check(operator, field, value, depth);
  }

  /** What an item means alone it means in a list: a day all of it, a number of a telephone any notation, null empty. */
  private async eachOf(
    { group, one }: (typeof eachAlone)[keyof typeof eachAlone],
    field: FieldMetadata,
    given: readonly unknown[],
    depth: number,
  ): Promise<FilterNode> {
    const { interpretation } = this.findings;
    // Names and labels stay one condition, with what is empty beside it.
    const isPlain = field.dataType !== 'string' && field.dataType !== 'datetime';
    const others = given.filter((item) => item !== null);
    const isSplit = isPlain && others.length > 1;
    const parts = isSplit ? [others, null] : given;
    const items: FilterNode[] = [];
    interpretation.beginGroup(group);
    for (const part of parts) {
      interpretation.member();
      const node = await this.check(one, field, part, depth + 1);
      interpretation.addAsWritten(field.name, `${one} ${JSON.stringify(part)}`);
      if (node !== undefined) items.push(node);
    }
    interpretation.endGroup();
    return { op: group, items };
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
    const { interpretation } = this.findings;
    interpretation.addMeaning(field.name, operator, [found.meaning]);
    for (const { op, value: text } of found.compared) interpretation.addText(field.name, op, text, depth > 0);
    if (found.besideAddress !== undefined) interpretation.namesBesideAddresses.push(found.besideAddress);
    const { items } = found.node;
    if (field.udf && items !== undefined) {
      const nodes = items.flatMap((item) => this.findings.withUdfMark(item, field, depth) ?? []);
      return nodes.length > 1 ? { ...found.node, items: nodes } : nodes[0];
    }
    if (found.phone === undefined) return this.findings.withUdfMark(found.node, field, depth);
    this.findings.phoneConditions.set(found.node, { field: field.name, number: found.phone });
    return found.node;
  }

  /** `exist` takes no value; people who give one mean yes or no by it. */
  private existence(
    operator: 'exist' | 'notExist',
    field: FieldMetadata,
    value: unknown,
    depth: number,
  ): FilterNode | undefined {
    const isAffirmed = value === undefined || value === null ? true : boolean.safeParse(value).data;
    if (isAffirmed === undefined)
      return this.findings.addProblem(
        field.name,
        `${operator} takes no value; use ${opposite.eq} for the contrary`,
      );
    const meant = isAffirmed === (operator === 'exist') ? 'exist' : 'notExist';
    this.findings.interpretation.addMeaning(field.name, 'eq', [meant === 'exist' ? 'any value' : 'empty']);
    return this.findings.withUdfMark({ op: meant, field: field.name }, field, depth);
  }
}
