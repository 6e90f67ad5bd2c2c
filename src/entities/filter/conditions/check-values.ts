import type { FilterNode } from '../../../client/types.js';
import type { Problem } from '../../../errors.js';
import type { Operator } from '../../../operators.js';
import type { EntityMetadata, FieldMetadata } from '../../metadata/entity-metadata.js';
import { entityOfType } from '../../metadata/entity-names.js';
import { numberTypes } from '../../metadata/field-metadata.js';
import { choicesByLabel, meansClosed } from '../../metadata/picklists.js';
import { calledLikeIds } from '../../references/id-or-name.js';
import { meansMe, resolveMe } from '../../references/resolve-me.js';
import { comparisonListProblem, comparisonProblem } from '../../values/comparisons/comparison-problem.js';
import { comparisonIn } from '../../values/comparisons/comparison-signs.js';
import type { Conversion } from '../../values/conversion.js';
import { convertValue } from '../../values/convert.js';
import type { Converted } from '../../values/converted.js';
import { pointsTo } from '../../values/name-order.js';
import type { FilterFindings } from './filter-findings.js';
import { idProblem } from './id-problem.js';

/** Operators that compare a part of a text. */
export const textOperators: ReadonlySet<string> = new Set(['beginsWith', 'endsWith', 'contains']);

/** What a condition becomes whose one value stands for several. */
const plural: Readonly<Record<string, Operator>> = { eq: 'in', noteq: 'notIn', in: 'in', notIn: 'notIn' };

/** Why a number or date cannot be compared with another field, and what can: the difference of the two. */
function fieldProblem({ entity, field: find }: EntityMetadata, field: FieldMetadata, given: unknown) {
  const other = typeof given === 'string' ? find(given.trim()) : undefined;
  const isDate = field.dataType === 'datetime';
  if (other === undefined || field.isPickList === true || field.referenceEntityType !== null)
    return undefined;
  if (
    isDate
      ? other.dataType !== 'datetime'
      : !numberTypes.has(field.dataType) || !numberTypes.has(other.dataType)
  )
    return undefined;
  const metric = `max(${field.name}-${other.name}${isDate ? ':hours' : ''})`;
  const call = { entity: entity.name, groupBy: ['id'], metrics: [metric], having: [`${metric} > 0`] };
  const problem = `${other.name} is a field, and Autotask compares with values only; aggregate-entity ${JSON.stringify(call)} compares the two`;
  return { field: field.name, problem };
}

/** Why a name cannot be more or less than another: the ids say when records were made, no more. */
const nameOrder = ({ name }: FieldMetadata, operator: Operator, id: unknown): Problem => ({
  field: name,
  problem: `names have no order, and ids say which record was made first: ${JSON.stringify({ [name]: { [operator]: id } })}, or ${JSON.stringify({ [name]: id })} for this one`,
});

/** Turns names and labels that a condition compares with into ids and codes. */
export class ValueCheck {
  constructor(
    private readonly metadata: EntityMetadata,
    private readonly conversion: Conversion,
    private readonly findings: FilterFindings,
  ) {}

  async check(
    operator: Operator,
    field: FieldMetadata,
    value: unknown,
    depth: number,
  ): Promise<FilterNode | undefined> {
    const many = operator === 'in' || operator === 'notIn';
    const given: readonly unknown[] = many && Array.isArray(value) ? value : [value];
    if (!many && Array.isArray(value)) {
      return this.findings.addProblem(
        field.name,
        `${operator} takes one value; use ${plural[operator] ?? 'in'} for a list`,
      );
    }
    const values: unknown[] = [];
    const names: string[] = [];
    const refused: { readonly item: unknown; readonly problem: Problem }[] = [];
    for (const item of given) {
      const converted = await this.convert(field, operator, item, many);
      if (!converted.ok) refused.push({ item, problem: converted.problem });
      else {
        if (converted.record !== undefined) names.push(converted.record);
        if (converted.record !== undefined && /^[gl]te?$/.test(operator))
          refused.push({ item, problem: nameOrder(field, operator, converted.value) });
        else if (field.referenceEntityType !== null && typeof converted.value === 'number')
          this.findings.interpretation.ids.push({ field, op: operator, id: converted.value });
        values.push(...(Array.isArray(converted.value) ? converted.value : [converted.value]));
      }
    }
    const { references, signal } = this.conversion;
    if (references !== null && pointsTo(field)) {
      const entity = entityOfType(field.referenceEntityType);
      const called = await calledLikeIds(references, entity, given, signal);
      this.findings.notes.push(...called.map((note) => `${field.name}: ${note}`));
    }
    if (refused.length > 0) {
      const isValue = (text: string) => choicesByLabel(field, text, 'label').length > 0;
      const items = refused.map(({ item }) => item);
      // One query for all of them, not one for each.
      const compared = many && refused.length > 1 ? comparisonListProblem(field, items, isValue) : undefined;
      this.findings.problems.push(...(compared ? [compared] : refused.map(({ problem }) => problem)));
    }
    const unknown = this.findings.interpretation.addValues(field, operator, values, names, depth > 0);
    if (unknown.length > 0 && this.metadata.live) {
      this.findings.notes.push(
        `${field.name}: ${unknown.map(String).join(', ')} is no value of this picklist, active or inactive`,
      );
    }
    if (many) {
      if (values.length === 0 && given.length === 0)
        return this.findings.addProblem(field.name, `${operator} needs at least one value`);
      return this.findings.withUdfMark(
        { op: operator, field: field.name, value: [...new Set(values)] },
        field,
        depth,
      );
    }
    if (depth === 0 && operator === 'eq' && values.length === 1)
      this.findings.foundIds[field.name] = values[0];
    if (values.length <= 1)
      return this.findings.withUdfMark({ op: operator, field: field.name, value: values[0] }, field, depth);
    const instead = plural[operator];
    if (instead === undefined) {
      return this.findings.addProblem(
        field.name,
        `${JSON.stringify(value)} stands for several values; give one`,
        values.map(String),
      );
    }
    return this.findings.withUdfMark({ op: instead, field: field.name, value: values }, field, depth);
  }

  /** A fragment of a code or name is text, whatever the field's choices are. */
  private async convert(
    field: FieldMetadata,
    operator: Operator,
    value: unknown,
    many: boolean,
  ): Promise<Converted> {
    if (field.name === 'id' && typeof value === 'string' && meansMe(this.metadata.entity, value)) {
      const { id, name } = await resolveMe();
      return { ok: true, value: id, record: `${name} (id ${id})` };
    }
    const other = field.name === 'id' ? idProblem(this.metadata.entity, value) : undefined;
    if (other !== undefined) return { ok: false, problem: other };
    const beside = fieldProblem(this.metadata, field, value);
    if (beside !== undefined) return { ok: false, problem: beside };
    const isTicket = this.metadata.entity.name === 'Tickets';
    // The same codes mean something else in the picklists of other entities.
    const closedStatusIds = isTicket ? (this.conversion.closedStatusIds ?? []) : [];
    if (isTicket && meansClosed(field, value) && closedStatusIds.length > 0)
      return { ok: true, value: closedStatusIds };
    const compared = typeof value === 'string' ? comparisonIn(value) : undefined;
    if (isTicket && compared?.values.some((one) => meansClosed(field, one))) {
      const problem = comparisonProblem(field, value, { many });
      if (problem !== undefined) return { ok: false, problem };
    }
    return convertValue(textOperators.has(operator) ? { ...field, isPickList: false } : field, value, {
      ...this.conversion,
      closedStatusIds,
      many,
      negated: operator === 'noteq' || operator === 'notIn',
      knownValues: this.findings.foundIds,
    });
  }
}
