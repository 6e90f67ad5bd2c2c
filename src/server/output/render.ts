import type { Row } from '../../client/types.js';
import type { Cell } from '../../entities/display/display.js';
import { titleOf } from '../../entities/metadata/entity-metadata.js';
import type { ListResult, RecordResult } from '../../entities/result.js';
import type { WriteResult } from '../../entities/write/plan.js';
import { type AutotaskError, InvalidArguments, InvalidInput } from '../../errors.js';
import type { Entity } from '../../model.js';
import { type Redact, redactNothing } from '../../redact.js';
import { quoted } from '../../text.js';
import type { Result } from '../../tools/define/define-tool.js';
import { type Reader, type Rendered, renderFile } from './render-file.js';
import { groupsJson, groupsText } from './render-groups.js';
import { markedJson, neutralize, notes, tenantData } from './untrusted-text.js';

/** What a tool answers, as text for a model or JSON for a program. */
export type Format = 'text' | 'json';

/** How the caller gets the following records. */
function continuation({ cursor, orderBy, lastId }: ListResult): string {
  if (cursor !== undefined) {
    return `; to continue, same arguments and cursor ${cursor.text} (until ${cursor.until.slice(0, 16)}Z)`;
  }
  // Lists below a parent take no id to go on from.
  if (orderBy !== undefined || lastId === null) return '; raise maxRecords for more';
  return `; continue with afterId ${lastId}`;
}

function listText(list: ListResult): string {
  const shown = list.rows.length;
  const { entity, continued = false, understood = [] } = list;
  if (shown === 0 && !list.more) {
    const noteTexts = [...understood, ...notes(list.notes)];
    const lines = noteTexts.length > 0 ? tenantData(noteTexts) : [];
    return [`No ${continued ? 'more ' : ''}${entity} match.`, ...lines].join('\n');
  }
  const by = list.orderBy === undefined ? '' : ` by ${list.orderBy}`;
  const total = list.total === null ? 'more exist' : `${list.total} match`;
  const head = list.more
    ? `${shown} of ${entity}${by}, ${total}${continuation(list)}`
    : `${shown} ${entity}${by}, ${continued ? 'the last that match' : 'all that match'}`;
  const rows = list.rows.map((row) => row.map((cell) => cell.text).join('\t'));
  return [head, ...tenantData([...understood, ...notes(list.notes), list.columns.join('\t'), ...rows])].join(
    '\n',
  );
}

/** Values of a record by field name. */
const byField = (columns: readonly string[], cells: readonly Cell[]) =>
  Object.fromEntries(columns.map((column, index) => [column, cells[index]?.json ?? null]));

/** Stands before the marker, so nothing but a number is taken from the tenant. */
const headOf = ({ singular }: Entity, { id }: Row) =>
  typeof id === 'number' ? `${singular} ${id}` : singular;

function recordText({ entity, row, fields, cells, notes: noteTexts }: RecordResult): string {
  const lines = fields.map((field, index) => `${titleOf(field)}: ${cells[index]?.text ?? ''}`);
  return [headOf(entity, row), ...tenantData([...notes(noteTexts), ...lines])].join('\n');
}

function accountText(account: Extract<Result, { kind: 'account' }>): string {
  const { record, lists, facts, notes: noteTexts } = account;
  const head = headOf(record.entity, record.row);
  const lines = record.fields.map((field, index) => `${titleOf(field)}: ${record.cells[index]?.text ?? ''}`);
  for (const { title, list } of lists) {
    lines.push(
      '',
      `${title}:`,
      list.columns.join('\t'),
      ...list.rows.map((row) => row.map((cell) => cell.text).join('\t')),
    );
  }
  return [head, ...tenantData([...facts, ...notes(noteTexts), ...lines])].join('\n');
}

const pastTense = { create: 'Created', update: 'Updated', delete: 'Deleted' } as const;

function writeText(write: WriteResult): string {
  const { action, entity, id, link, differences, called, stored, moved, notes: noteTexts } = write;
  const lines = [`${pastTense[action]} ${entity.singular} ${id}.`];
  if (link !== null) lines.push(link);
  if (differences.length > 0) lines.push('Autotask stored something else than was sent:');
  else if (stored.length > 0) lines.push('Read back: every field is stored as sent.');
  const changed = moved.map((line) => `changed too, though not sent: ${line}`);
  return [
    ...lines,
    ...tenantData([...differences, ...called, ...stored, ...changed, ...notes(noteTexts)]),
  ].join('\n');
}

/** Results that are text and nothing else. */
type TextResult = Exclude<Result, { kind: 'file' }>;

function json(result: TextResult): unknown {
  if (result.kind === 'facts') return result.json;
  if (result.kind === 'record') {
    const { entity, fields, cells } = result.record;
    return {
      entity: entity.name,
      record: byField(fields.map(titleOf), cells),
    };
  }
  if (result.kind === 'list') {
    const { columns, rows, ...rest } = result.list;
    return { ...rest, records: rows.map((row) => byField(columns, row)) };
  }
  if (result.kind === 'account') {
    const { record, lists, facts, notes: noteTexts } = result;
    return {
      entity: record.entity.name,
      record: byField(record.fields.map(titleOf), record.cells),
      lists: Object.fromEntries(
        lists.map(({ title, list }) => [title, list.rows.map((row) => byField(list.columns, row))]),
      ),
      facts,
      notes: noteTexts,
    };
  }
  if (result.kind === 'groups') return groupsJson(result.groups);
  const { entity, changes: _, ...rest } = result.write;
  return { entity: entity.name, ...rest };
}

/** The one way from what a tool found to what leaves this server. */
export const renderResult = async (
  result: Result,
  format: Format,
  reader: Reader = 'model',
  redact: Redact = redactNothing,
): Promise<Rendered> =>
  result.kind === 'file'
    ? renderFile(result.file, format, reader, redact)
    : { text: resultText(result, format), blocks: [] };

export function resultText(result: TextResult, format: Format): string {
  if (format === 'json') return markedJson(json(result));
  if (result.kind === 'facts') {
    const { lines, labels = [] } = result;
    return [
      ...lines.map((line) => quoted(neutralize(line))),
      ...(labels.length > 0 ? tenantData(labels) : []),
    ].join('\n');
  }
  if (result.kind === 'list') return listText(result.list);
  if (result.kind === 'account') return accountText(result);
  if (result.kind === 'groups') return groupsText(result.groups);
  return result.kind === 'record' ? recordText(result.record) : writeText(result.write);
}

const actors = {
  caller: '',
  operator: ' (for the operator of this server)',
  autotask: ' (Autotask)',
  server: ' (this server)',
} as const;

/** An error says what happened, who can act, what Autotask said (as data), and what to do next. */
export function errorText(error: AutotaskError): string {
  const lines: string[] = [];
  if (error instanceof InvalidInput && !(error instanceof InvalidArguments)) {
    // What is wrong and what would be right is said with names and labels of the tenant.
    lines.push(`${quoted(neutralize(error.what))}${actors[error.actor]}`, ...tenantData(error.lines));
  } else if (error instanceof InvalidArguments) {
    lines.push(error.what, ...error.lines.map((line) => quoted(neutralize(line))));
  } else lines.push(`${quoted(neutralize(error.message))}${actors[error.actor]}`);
  if (error.upstream.length > 0) lines.push('Autotask said:', ...tenantData(error.upstream));
  if (error.retryAfter !== undefined) lines.push(`Try again in ${error.retryAfter} seconds.`);
  if (error.next !== undefined) lines.push(quoted(neutralize(error.next)));
  return lines.join('\n');
}
