import { linkTo } from '../../entities/display/link.js';
import { titleOf } from '../../entities/metadata/entity-metadata.js';
import { entityNamed, entityOfType } from '../../entities/metadata/entity-names.js';
import type { ListResult, RecordResult } from '../../entities/result.js';
import type { Entity } from '../../model.js';
import { plural } from '../../text.js';
import type { Result, ToolContext } from '../../tools/define/define-tool.js';
import type { Entry } from '../../tools/define/ticket-timeline.js';
import type { EntryView, FieldView, GroupsView, ListView, TicketView, Value } from '../../view-data.js';
import { fieldViewValue, viewValue } from './value.js';

type Context = Pick<ToolContext, 'entities' | 'signal'>;

/** Opens records in Autotask's web interface, where it is known how: the address of one, without its id. */
async function linkOf(
  entity: Entity | undefined,
  context: Context,
): Promise<((id: number) => string) | null> {
  if (entity === undefined) return null;
  const { reader } = context.entities.tenant();
  const link = await linkTo(reader, entity, 0, context.signal ? { signal: context.signal } : {});
  return link === null ? null : (id) => link.replace(/0$/, String(id));
}

const referencedId = (json: unknown): number | null =>
  typeof json === 'object' && json !== null && 'id' in json && typeof json.id === 'number' ? json.id : null;

/** Columns that say which record a row is. */
const namesOf = ({ nameFields }: Entity): ReadonlySet<string> =>
  new Set(['id', 'ticketNumber', ...nameFields]);

async function listView(list: ListResult, context: Context): Promise<ListView> {
  const { entity: name, columns, rows, total, more, cursor, orderBy, lastId, notes } = list;
  const { continued = false, understood = [] } = list;
  const entity = entityNamed(name);
  const own = await linkOf(entity, context);
  const names = entity === undefined ? new Set<string>() : namesOf(entity);
  const metadata =
    entity === undefined ? null : await context.entities.facts(entity, context.signal, [...columns]);
  const links = await Promise.all(
    columns.map((column) =>
      linkOf(entityOfType(metadata?.field(column)?.referenceEntityType ?? null), context),
    ),
  );
  const idAt = columns.indexOf('id');
  const cellsOf = (row: ListResult['rows'][number]): Value[] => {
    const id = row[idAt]?.json;
    return row.map((cell, at) => {
      const column = columns[at] ?? '';
      const value = fieldViewValue(column, cell);
      const reference = referencedId(cell.json);
      const link =
        names.has(column) && typeof id === 'number'
          ? own?.(id)
          : reference === null
            ? undefined
            : links[at]?.(reference);
      return link === undefined ? value : { ...value, link };
    });
  };
  const next =
    cursor !== undefined
      ? { cursor: cursor.text }
      : more && orderBy === undefined && lastId !== null
        ? { afterId: lastId }
        : null;
  return {
    view: 'list',
    entity: name,
    columns,
    rows: rows.map(cellsOf),
    total,
    more,
    continued,
    next,
    orderBy: orderBy ?? null,
    remarks: [...understood, ...notes],
  };
}

function groupsView({ groups }: Extract<Result, { kind: 'groups' }>): GroupsView {
  const { entity, records, table, understood, notes } = groups;
  const { keys, metrics, rows, others, outside, total } = table;
  return {
    view: 'groups',
    entity,
    keys,
    metrics,
    rows: rows.map((row) =>
      row.map((cell, at) =>
        at < keys.length ? { text: fieldViewValue(keys[at] ?? '', cell).text } : viewValue(cell),
      ),
    ),
    lines: [
      ...(others === null
        ? []
        : [{ label: `Others (${plural(others.groups, 'group')})`, values: others.cells.map(viewValue) }]),
      ...(outside === null
        ? []
        : [
            {
              label: `Not meeting having (${plural(outside.groups, 'group')})`,
              values: outside.cells.map(viewValue),
            },
          ]),
    ],
    total: total.cells.map(viewValue),
    records,
    remarks: [...understood, ...notes],
  };
}

async function fieldsOf({ fields, cells }: RecordResult, context: Context): Promise<FieldView[]> {
  return Promise.all(
    fields.map(async (field, at) => {
      const cell = cells[at] ?? { text: '', json: null };
      const value = fieldViewValue(field.name, cell);
      const id = referencedId(cell.json);
      const link =
        id === null ? undefined : (await linkOf(entityOfType(field.referenceEntityType), context))?.(id);
      return { name: titleOf(field), value: link === undefined ? value : { ...value, link } };
    }),
  );
}

const entryView = ({ kind, id, key, at, seenBy, head, texts, files }: Entry): EntryView => ({
  kind,
  id,
  at: viewValue({ text: at, json: key }),
  seenBy: seenBy ?? null,
  head,
  texts,
  files: files.map(entryView),
});

/** The number of a ticket stands in its row; a record without one is not shown as a ticket. */
async function ticketView(
  record: RecordResult,
  rest: Omit<TicketView, 'view' | 'id' | 'link' | 'fields'>,
  context: Context,
): Promise<TicketView | null> {
  const { id } = record.row;
  if (typeof id !== 'number' || record.entity.name !== 'Tickets') return null;
  const link = (await linkOf(record.entity, context))?.(id) ?? null;
  return { view: 'ticket', id, link, fields: await fieldsOf(record, context), ...rest };
}

/** What a view shows of a result; null where its text is all there is to show. */
export async function resultView(
  result: Result,
  context: Context,
): Promise<ListView | GroupsView | TicketView | null> {
  if (result.kind === 'list') return listView(result.list, context);
  if (result.kind === 'groups') return groupsView(result);
  if (result.kind === 'account') {
    const rest = {
      entries: null,
      checklist: null,
      secondaryResources: [],
      remarks: [...result.facts, ...result.notes],
    };
    return ticketView(result.record, rest, context);
  }
  if (result.kind !== 'facts' || result.timeline === undefined) return null;
  const { record, entries, checklist, secondaryResources, notes } = result.timeline;
  return ticketView(
    record,
    { entries: entries.map(entryView), checklist, secondaryResources, remarks: notes },
    context,
  );
}
