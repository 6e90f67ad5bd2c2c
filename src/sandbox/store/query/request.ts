import type { Behaviour } from '../../behaviour.js';
import type { Definition } from '../../entities/metadata/definition.js';
import type { UdfDefinition } from '../../entities/metadata/udf.js';
import { parseJson } from '../../http/lenient-json.js';
import { property } from '../../json.js';
import { Refusal } from '../../refusal.js';
import type { Call } from '../../routes/request-context.js';
import { type Group, parseFilter } from './filter.js';

/** A query as it was asked, in either of its two forms. */
export interface QueryRequest {
  readonly filter: Group;
  readonly includeFields: readonly string[] | undefined;
  readonly size: number;
  /** The text of the query: the `search` parameter or the body. */
  readonly text: string;
}

/** Rows on a page at most; also what a query gets that does not say. */
const mostRows = 500;

export function readQuery(call: Call, definition: Definition, udfs: readonly UdfDefinition[]): QueryRequest {
  const text = call.method === 'GET' ? (call.query.get('search') ?? '') : call.bodyText;
  const body = call.method === 'GET' && text !== '' ? parseJson(text) : call.body();
  const filter = property(body, 'filter');
  if (!Array.isArray(filter) || (filter.length === 0 && call.behaviour.emptyFilter === 'refuse')) {
    throw new Refusal('A filter is required to query. Query must contain at least one filter condition.');
  }
  const includeFields = property(body, 'includeFields');
  return {
    filter: parseFilter(filter, definition, udfs, rules(call.behaviour)),
    includeFields:
      Array.isArray(includeFields) && includeFields.length > 0 ? includeFields.map(String) : undefined,
    size: pageSize(property(body, 'maxRecords')),
    text,
  };
}

export function rules({ unknownOperator, stringBooleans }: Behaviour) {
  return { unknownOperator, stringBooleans };
}

function pageSize(given: unknown): number {
  if (given === undefined || given === null) return mostRows;
  const size = Number(given);
  if (Number.isInteger(size) && size >= 1 && size <= mostRows) return size;
  throw new Refusal(`maxCountOfRecordsToReturn must be between 1 and ${mostRows}`);
}
