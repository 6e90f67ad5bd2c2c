import * as z from 'zod';
import { InvalidInput } from '../../errors.js';
import { readJson } from '../../limits/argument-bounds.js';
import { fold } from '../../names/spelling.js';
import { implied } from './operator-synonyms.js';

/** What a caller asks for, before any of it is checked against an entity. */
export interface RawQuery {
  readonly filter: readonly unknown[];
  readonly includeFields: readonly string[] | undefined;
  readonly maxRecords: number | undefined;
}

const invalid = (problem: string): InvalidInput =>
  new InvalidInput('Nothing was sent to Autotask.', [{ field: 'query', problem }], example);

const example =
  'Example: {"filter":[{"op":"eq","field":"status","value":1}]}, or short {"status":"New","assignedResourceID":null}.';

const object = z.record(z.string(), z.unknown());

const names = z.union([
  z.array(z.string()),
  z.string().transform((text) =>
    text
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean),
  ),
]);
const count = z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]).pipe(z.int());

function parseJson(text: string): unknown {
  try {
    return readJson(text);
  } catch (error) {
    throw invalid(`is not valid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

type Fields = Readonly<Record<string, unknown>>;

const groupWord = /^\$?(and|or|not|nor)$/i;
const isCondition = (given: Fields) => ['op', 'operator', 'field', 'items'].some((key) => key in given);

/** Autotask has no group that is turned round: each condition is, by its operator. */
function negationProblem(key: string, value: unknown): InvalidInput {
  const [[field, operand] = ['status', 'Complete'], ...others] = Object.entries(
    object.safeParse(value).data ?? {},
  );
  const isSimple = others.length === 0 && !isCondition({ [field]: 0 }) && !object.safeParse(operand).success;
  const [name, than] = isSimple ? [field, operand] : ['status', 'Complete'];
  const instead = than === null ? { exist: true } : { [Array.isArray(than) ? 'notIn' : 'noteq']: than };
  return invalid(
    `has ${JSON.stringify(key)}, which Autotask does not know: say it in each condition, ${JSON.stringify({ [name]: instead })}`,
  );
}

/** `{"or":[{"status":"New"},{"priority":"High"}]}`: members in the short form or as conditions. */
function group(key: string, op: string, value: unknown): unknown {
  const members = Array.isArray(value) ? value : object.safeParse(value).success ? conditionsIn(value) : [];
  if (members.length === 0) {
    throw invalid(
      `has ${JSON.stringify(key)} without a list of conditions: {${JSON.stringify(op)}:[{"status":"New"},{"priority":"High"}]}`,
    );
  }
  return { op, items: members.map(member) };
}

/** One member of a group, which in the short form may hold several conditions. */
function member(given: unknown): unknown {
  const [only, ...others] = conditionsIn(given);
  return others.length === 0 ? only : { op: 'and', items: [only, ...others] };
}

/** The conditions in a member of a list: one of Autotask's, or those of the short form. */
function conditionsIn(given: unknown): unknown[] {
  const { data } = object.safeParse(given);
  if (data === undefined) return [given];
  if (!isCondition(data)) {
    if (Object.keys(data).length === 0) throw invalid('holds an empty condition');
    return conditions(data);
  }
  const { operator, ...rest } = data;
  const named = operator === undefined || 'op' in data ? data : { ...rest, op: operator };
  return [Array.isArray(named.items) ? { ...named, items: named.items.map(member) } : named];
}

/** `{"status":"New","hours":{"gt":1}}`: one condition a key; null means empty, a list means any of. */
function conditions(fields: Fields): unknown[] {
  return Object.entries(fields).flatMap(([field, value]): unknown[] => {
    const word = groupWord.exec(field)?.[1]?.toLowerCase();
    if (word === 'and' || word === 'or') return [group(field, word, value)];
    if (word !== undefined) throw negationProblem(field, value);
    if (value === null) return [{ op: 'notExist', field }];
    if (Array.isArray(value)) return [{ op: implied.in, field, value }];
    const operators = object.safeParse(value);
    if (!operators.success) return [{ op: implied.eq, field, value }];
    if (Object.keys(operators.data).length === 0) throw invalid(`has an empty condition on ${field}`);
    // As the answers of this server show a record or a label.
    const shown = ['id', 'value'].find((key) => key in operators.data);
    const isShown = Object.keys(operators.data).every((key) =>
      ['id', 'name', 'value', 'label'].includes(key),
    );
    if (shown !== undefined && isShown)
      throw invalid(
        `has an object for ${field}, which takes its ${shown === 'id' ? 'id or name' : 'code or label'} alone: ${JSON.stringify({ [field]: operators.data[shown] })}`,
      );
    // A condition of Autotask's under the name of its field.
    const { op = operators.data.operator, value: than } = operators.data;
    if (typeof op === 'string' && 'value' in operators.data) return [{ op, field, value: than }];
    return Object.entries(operators.data).map(([op, operand]) => {
      const [[inner, than] = [], ...others] = Object.entries(object.safeParse(operand).data ?? {});
      // `{"not":{"eq":5}}` is one operator, `not eq`.
      if (inner !== undefined && others.length === 0 && !isCondition({ [inner]: than }))
        throw invalid(
          `has an object after ${JSON.stringify(op)} of ${field}, which takes a value: ${JSON.stringify({ [field]: { [`${op} ${inner}`]: than } })}`,
        );
      return { op, field, value: operand };
    });
  });
}

/**
 * Reads the `query` argument: Autotask's own body as JSON text or object, a bare list of conditions, one
 * condition, or the short form of field-value pairs. Two forms in one query are refused.
 */
export function parseQuery(query: unknown): RawQuery {
  if (query === undefined) return { filter: [], includeFields: undefined, maxRecords: undefined };
  const given = typeof query === 'string' ? parseJson(query) : query;
  if (given === null) throw invalid('is null: leave it out for all records');
  if (Array.isArray(given))
    return { filter: given.flatMap(conditionsIn), includeFields: undefined, maxRecords: undefined };
  const parsed = object.safeParse(given);
  if (!parsed.success) throw invalid('must be an object or its JSON text');
  const isOne = ['op', 'operator'].some((key) => typeof parsed.data[key] === 'string');
  if (isOne && ('field' in parsed.data || 'items' in parsed.data)) {
    return { filter: conditionsIn(parsed.data), includeFields: undefined, maxRecords: undefined };
  }
  const known: Record<string, unknown> = {};
  const rest: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(parsed.data)) {
    const word = fold(key);
    const isFilter = typeof value === 'object' && ['filters', 'where', 'conditions'].includes(word);
    const name = isFilter ? 'filter' : word;
    if (!['filter', 'includefields', 'maxrecords'].includes(name)) rest[key] = value;
    else if (name in known) throw invalid(`gives ${name} twice`);
    else known[name] = value;
  }
  let filter: unknown[] = conditions(rest);
  if (known.filter === null) throw invalid('has a filter of null: leave it out for all records');
  if (known.filter !== undefined) {
    const [stray] = Object.keys(rest);
    if (stray !== undefined) {
      throw invalid(
        `mixes a filter with the key ${JSON.stringify(stray)}: put it into the filter as a condition`,
      );
    }
    if (Array.isArray(known.filter)) filter = known.filter.flatMap(conditionsIn);
    else {
      const single = object.safeParse(known.filter);
      if (!single.success) throw invalid('has a filter that is not a list of conditions');
      if (Object.keys(single.data).length === 0)
        throw invalid('has an empty filter: leave it out for all records');
      filter = conditionsIn(single.data);
    }
  }
  const include = names.optional().safeParse(known.includefields ?? undefined);
  if (!include.success) throw invalid('has IncludeFields that is not a list of field names');
  const most = count.optional().safeParse(known.maxrecords ?? undefined);
  if (!most.success) throw invalid('has MaxRecords that is not a whole number');
  return { filter, includeFields: include.data, maxRecords: most.data };
}
