import { randomBytes } from 'node:crypto';
import type { Cell } from '../entities/display.js';
import type { ListResult, RecordResult } from '../entities/read.js';
import type { WritePlan, WriteResult } from '../entities/write.js';
import type { AutotaskError } from '../errors.js';
import { clean } from '../text.js';
import type { Result } from '../tools/define.js';

/** What a tool answers, as text for a model or JSON for a program. */
export type Format = 'text' | 'json';

/**
 * Text from the tenant stands between two lines with a marker that nobody who wrote it could know, so that
 * nothing in it can pass for a word of this server.
 */
function tenantData(lines: readonly string[]): string[] {
  const marker = randomBytes(4).toString('hex');
  return [`<data-${marker}>`, ...lines, `</data-${marker}>`];
}

const notes = (list: readonly string[]) => list.map((note) => `Note: ${note}`);

function listText(list: ListResult): string {
  const shown = list.rows.length;
  if (shown === 0) return [`No ${list.entity} match.`, ...notes(list.notes)].join('\n');
  const total = list.total === null ? 'more exist' : `${list.total} match`;
  const head = list.more
    ? `${shown} of ${list.entity}, ${total}; continue with afterId ${list.lastId}`
    : `${shown} ${list.entity}, all that match`;
  const rows = list.rows.map((row) => row.map((cell) => cell.text).join('\t'));
  return [head, ...notes(list.notes), ...tenantData([list.columns.join('\t'), ...rows])].join('\n');
}

/** Values of a record by field name. */
const byField = (columns: readonly string[], cells: readonly Cell[]) =>
  Object.fromEntries(columns.map((column, index) => [column, cells[index]?.json ?? null]));

function recordText({ entity, row, fields, cells, notes: said }: RecordResult): string {
  const lines = fields.map((field, index) => `${field.name}: ${cells[index]?.text ?? ''}`);
  return [`${entity.singular} ${String(row.id ?? '')}`.trim(), ...notes(said), ...tenantData(lines)].join(
    '\n',
  );
}

function accountText({ record, lists, notes: said }: Extract<Result, { kind: 'account' }>): string {
  const head = `${record.entity.singular} ${String(record.row.id ?? '')}`.trim();
  const lines = record.fields.map((field, index) => `${field.name}: ${record.cells[index]?.text ?? ''}`);
  for (const { title, list } of lists) {
    lines.push(
      '',
      `${title}:`,
      list.columns.join('\t'),
      ...list.rows.map((row) => row.map((cell) => cell.text).join('\t')),
    );
  }
  return [head, ...notes(said), ...tenantData(lines)].join('\n');
}

const done = { create: 'Created', update: 'Updated', delete: 'Deleted' } as const;
const would = { create: 'create', update: 'update', delete: 'delete' } as const;

function writeText(write: WriteResult): string {
  const lines = [`${done[write.action]} ${write.entity.singular} ${write.id}.`];
  if (write.link !== null) lines.push(write.link);
  if (write.differences.length > 0) {
    lines.push('Autotask stored something else than was sent:', ...tenantData(write.differences));
  } else if (write.action !== 'delete' && write.notes.every((note) => !note.includes('read back'))) {
    lines.push('Read back: every field is stored as sent.');
  }
  return [...lines, ...notes(write.notes)].join('\n');
}

const changeLine = (plan: WritePlan, change: WritePlan['changes'][number]) => {
  const after = change.after.text === '' ? '(empty)' : change.after.text;
  const before = change.before?.text === '' ? '(empty)' : change.before?.text;
  if (plan.action === 'create') return `${change.field}: ${after}`;
  return plan.action === 'delete' ? `${change.field}: ${before}` : `${change.field}: ${before} -> ${after}`;
};

/** What a write would do, and the word that makes it happen. */
export function previewText(plan: WritePlan, token: string, given: string | undefined): string {
  const what = `${plan.entity.singular}${plan.id === null ? '' : ` ${plan.id}`}`;
  const wrong = given === undefined ? '' : ` confirm was not ${token}.`;
  return [
    `PREVIEW, nothing was written.${wrong} This would ${would[plan.action]} ${what} (${plan.path}):`,
    ...tenantData(plan.changes.map((change) => changeLine(plan, change))),
    ...notes(plan.notes),
    `To do it, call again with the same arguments and confirm: "${token}".`,
  ].join('\n');
}

function json(result: Result): unknown {
  if (result.kind === 'facts') return result.json;
  if (result.kind === 'record') {
    const { entity, fields, cells } = result.record;
    return {
      entity: entity.name,
      record: byField(
        fields.map((field) => field.name),
        cells,
      ),
    };
  }
  if (result.kind === 'list') {
    const { columns, rows, ...rest } = result.list;
    return { ...rest, records: rows.map((row) => byField(columns, row)) };
  }
  if (result.kind === 'account') {
    const { record, lists, notes: said } = result;
    return {
      entity: record.entity.name,
      record: byField(
        record.fields.map((field) => field.name),
        record.cells,
      ),
      lists: Object.fromEntries(
        lists.map(({ title, list }) => [title, list.rows.map((row) => byField(list.columns, row))]),
      ),
      notes: said,
    };
  }
  const { entity, changes: _, ...rest } = result.write;
  return { entity: entity.name, ...rest };
}

export function resultText(result: Result, format: Format): string {
  if (format === 'json') return JSON.stringify(json(result));
  if (result.kind === 'facts') return result.lines.map(clean).join('\n');
  if (result.kind === 'list') return listText(result.list);
  if (result.kind === 'account') return accountText(result);
  return result.kind === 'record' ? recordText(result.record) : writeText(result.write);
}

const actors = {
  caller: '',
  operator: ' (for the operator of this server)',
  autotask: ' (Autotask)',
} as const;

/** An error says what happened, who can act, what Autotask said (as data), and what to do next. */
export function errorText(error: AutotaskError): string {
  const lines = [`${error.message}${actors[error.actor]}`];
  if (error.upstream.length > 0) lines.push('Autotask said:', ...tenantData(error.upstream.map(clean)));
  if (error.retryAfter !== undefined) lines.push(`Try again in ${error.retryAfter} seconds.`);
  if (error.next !== undefined) lines.push(error.next);
  return lines.join('\n');
}
