import type { FilterNode } from '../../client/types.js';
import { InvalidInput } from '../../errors.js';
import { operators } from '../../operators.js';
import { quotedName } from '../../text.js';
import type { EntityMetadata, FieldMetadata } from '../metadata/entity-metadata.js';
import { fieldElsewhere, unknownField } from '../metadata/unknown-field.js';
import { textComparisonProblem } from '../values/comparisons/comparison-problem.js';
import { comparisonIn } from '../values/comparisons/comparison-signs.js';
import type { Conversion } from '../values/conversion.js';
import { byDependency, isName } from '../values/name-order.js';
import { splitIntoBatches } from './batches.js';
import type { CheckedFilter } from './checked-filter.js';
import { ConditionCheck } from './conditions/check-condition.js';
import { conditionShape, shapeProblem } from './conditions/condition-shape.js';
import { contradictions } from './conditions/contradictions.js';
import { FilterFindings } from './conditions/filter-findings.js';
import { isImplied, isOtherWord, resolveOperator } from './operator-synonyms.js';
import { postFilters } from './post-filter.js';

/**
 * Autotask drops a condition whose operator it does not know and answers with everything, and finds nothing
 * when a number is given as text. So nothing leaves here that it would not understand.
 */

const signAtEnd = /^(.+?)\s*([!=<>≠≥≤]{1,3})$/;

/** Where a field may end and an operator begin: `status__ne`, `status.ne`, `status[ne]`, `statusNot`, `status not in`. */
const wordEnds = /(?<=[\p{L}\p{N}])(?=[_.\s:[-]|\p{Lu})/gu;

/** A field and the operator after it, in each way that the name can be parted. */
function partings(name: string): readonly (readonly [field: string, op: string])[] {
  const [, before, sign] = signAtEnd.exec(name) ?? [];
  if (before !== undefined && sign !== undefined) return [[before, sign]];
  return [...name.matchAll(wordEnds)].map(
    ({ index }) =>
      [
        name.slice(0, index),
        name
          .slice(index)
          .replace(/^[_.\s:[-]+|\]$/g, '')
          .replace(/(?<=\p{Ll})(?=\p{Lu})/gu, ' '),
      ] as const,
  );
}

class FilterCheck {
  private readonly conditions: ConditionCheck;

  constructor(
    private readonly metadata: EntityMetadata,
    private readonly conversion: Conversion,
    private readonly findings: FilterFindings,
  ) {
    this.conditions = new ConditionCheck(metadata, conversion, findings);
  }

  /** `depth` 0 is the top level, where all conditions must hold. */
  async node(raw: unknown, path: string, depth = 0): Promise<FilterNode | undefined> {
    const parsed = conditionShape.safeParse(raw);
    if (!parsed.success) {
      this.findings.problems.push({ field: path, ...shapeProblem(parsed.error) });
      return undefined;
    }
    const { op, field, items } = parsed.data;
    const group = op.trim().toLowerCase();
    if (group === 'and' || group === 'or') {
      if (items === undefined || items.length === 0)
        return this.findings.addProblem(path, `${group} needs a list "items"`);
      if (field !== undefined || parsed.data.value !== undefined) {
        return this.findings.addProblem(path, `${group} takes items only, no field or value of its own`);
      }
      const { interpretation } = this.findings;
      const nodes: FilterNode[] = [];
      interpretation.beginGroup(group);
      for (const [index, item] of items.entries()) {
        interpretation.member();
        const node = await this.node(item, `${path}.items[${index}]`, depth + 1);
        if (node !== undefined) nodes.push(node);
      }
      interpretation.endGroup();
      return { op: group, items: nodes };
    }
    const meant = resolveOperator(op, parsed.data.value);
    if ('problem' in meant) {
      // `{"ticketID":{"companyID":…}}`, a field of the other record in the place of an operator.
      const elsewhere =
        field === undefined ? undefined : await fieldElsewhere(this.metadata, `${field}.${op}`);
      if (elsewhere !== undefined) return this.findings.addProblem(field ?? path, elsewhere);
      return this.findings.addProblem(field ?? path, meant.problem, [...operators, 'and', 'or']);
    }
    if (field === undefined) return this.findings.addProblem(path, `the condition ${op} names no field`);
    if (items !== undefined) return this.findings.addProblem(path, `only and and or take items, not ${op}`);
    const facts = await this.metadata.find(field, this.conversion.signal);
    if (facts === undefined) {
      const named = await this.operatorInName(field, meant.value);
      const negated = meant.operator === 'noteq' || meant.operator === 'notIn';
      const condition = { value: meant.value, negated };
      return this.findings.addProblem(path, named ?? (await unknownField(this.metadata, field, condition)));
    }
    this.findings.interpretation.addFieldName(field, facts);
    if (facts.isQueryable === false) {
      const shown = JSON.stringify([facts.name]);
      const group = facts.dataType === 'datetime' ? JSON.stringify([`${facts.name}:age`]) : shown;
      const instead = `Autotask takes no condition on it. Leave it out: orderBy ${facts.name} sorts by it, includeFields ${shown} shows it, aggregate-entity counts by it with groupBy ${group}`;
      return this.findings.addProblem(facts.name, `cannot be used in a filter: ${instead}`);
    }
    const literal = meant.operator === 'contains' ? 'contains' : 'eq';
    const compared = isImplied(op) ? textComparisonProblem(facts, meant.value, literal) : undefined;
    if (compared !== undefined) return this.findings.addProblem(facts.name, compared);
    const { interpretation } = this.findings;
    const { told } = interpretation;
    const node = await this.conditions.check(meant.operator, facts, meant.value, depth);
    const than = meant.value === undefined ? '' : ` ${JSON.stringify(meant.value)}`;
    const condition = `${meant.operator}${than}`;
    // What was told otherwise says how it was compared.
    if (isOtherWord(op, meant.operator) && interpretation.told === told)
      interpretation.addMeaning(facts.name, 'eq', [`${condition} (for ${quotedName(op)})`]);
    interpretation.addAsWritten(facts.name, condition);
    return node;
  }

  /** Why `!status`, `status__ne` or `createDate >=` is no field, with the form that works: never the field alone. */
  private async operatorInName(given: string, value: unknown): Promise<string | undefined> {
    const read = comparisonIn(given);
    const parted = partings(given).map(([name, op]) => ({ name, operator: resolveOperator(op, value) }));
    const found = [
      ...(read === undefined ? [] : [{ name: read.values[0], operator: { operator: read.op, value } }]),
      ...parted,
    ];
    for (const { name, operator } of found) {
      if ('problem' in operator) continue;
      const field = await this.metadata.find(name, this.conversion.signal);
      if (field === undefined) continue;
      const query = JSON.stringify({ [field.name]: { [operator.operator]: operator.value } });
      return `${JSON.stringify(given)} is a field with an operator, which stands before the value: ${query}`;
    }
    return undefined;
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
}

/** Checks and converts a filter. Throws InvalidInput with every problem at once; then nothing was sent. */
export async function checkFilter(
  raw: readonly unknown[],
  metadata: EntityMetadata,
  conversion: Conversion,
): Promise<CheckedFilter> {
  const findings = new FilterFindings();
  const check = new FilterCheck(metadata, { ...conversion, filter: true }, findings);
  const checked = new Map<number, FilterNode | undefined>();
  for (const index of await check.checkOrder(raw)) {
    checked.set(index, await check.node(raw[index], `filter[${index}]`));
  }
  const nodes = [...raw.keys()].flatMap((index) => checked.get(index) ?? []);
  if (findings.problems.length > 0) {
    throw new InvalidInput('The query was not sent to Autotask.', findings.problems);
  }
  const remaining = postFilters(nodes, findings.phoneConditions, metadata);
  const notes = remaining.loose.map(
    (field) =>
      `${field} was compared by the notation of its last four digits: it stands in a group with other conditions`,
  );
  // Autotask refuses an empty filter; every record has an id, and 0 is one of them.
  const filter = nodes.length > 0 ? nodes : [{ op: 'exist', field: 'id' }];
  const batches = splitIntoBatches(filter);
  if (batches.length > 1) notes.push(`a long in list was sent as ${batches.length} queries`);
  return {
    batches,
    postFilters: [...findings.postFilters, ...remaining.predicates],
    postFilterFields: [...new Set([...findings.postFilterFields, ...remaining.fields])],
    notes: [...findings.notes, ...contradictions(nodes, metadata), ...notes],
    interpretation: findings.interpretation,
  };
}
