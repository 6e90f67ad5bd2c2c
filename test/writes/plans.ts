import { expect } from 'vitest';
import type { Sandbox } from '../../src/sandbox/types.js';
import { everyRecord, type Item, makeRecord, recordsWhere } from '../support/records.js';

/** Plans of several writes, and what the tenant says of how far each of them is. */

/** Entities of which a plan here may write a record. */
export const entities = [
  'Tickets',
  'TicketNotes',
  'TimeEntries',
  'TicketSecondaryResources',
  'ContactGroups',
  'ServiceCalls',
  'ServiceCallTickets',
  'ServiceCallTicketResources',
] as const;
type Name = (typeof entities)[number];
/** Every record of these entities, as JSON by `entity/id`. */
export type Snapshot = ReadonlyMap<string, string>;

export async function snapshot(sandbox: Sandbox): Promise<Snapshot> {
  const all = await Promise.all(
    entities.map(async (entity) =>
      (await everyRecord(sandbox, entity)).map((row): [string, string] => [
        `${entity}/${String(row.id)}`,
        JSON.stringify(row),
      ]),
    ),
  );
  return new Map(all.flat());
}
export const changed = (before: Snapshot, after: Snapshot) =>
  [...new Set([...before.keys(), ...after.keys()])].filter((key) => before.get(key) !== after.get(key));
const rowOf = (state: Snapshot, key: string): Item => JSON.parse(state.get(key) ?? '{}');

/** Records of an entity that were not there before. */
const madeIn = (before: Snapshot, after: Snapshot, name: Name) =>
  [...after.keys()].filter((key) => key.startsWith(`${name}/`) && !before.has(key)).length;
const allMade = (before: Snapshot, after: Snapshot) =>
  entities.reduce((sum, name) => sum + madeIn(before, after, name), 0);
const gone = (keys: readonly string[], state: Snapshot) => keys.filter((key) => !state.has(key)).length;
const holding = (keys: readonly string[], fields: Item, state: Snapshot) =>
  keys.filter((key) => Object.entries(fields).every(([name, value]) => rowOf(state, key)[name] === value))
    .length;

/** Records by what they hold besides their id, which a record that comes back has anew. */
const contents = (state: Snapshot, name: Name) =>
  [...state]
    .filter(([key]) => key.startsWith(`${name}/`))
    .map(([, row]) => row.replace(/^\{"id":\d+,/, '{').replace(/"create(d)?Date(Time)?":"[^"]*"/i, ''))
    .sort();

export interface Call {
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** Records that are there already and may change. */
  readonly on: readonly string[];
  /** How many records it may make of each entity. */
  readonly makes: Partial<Record<Name, number>>;
  readonly steps: number;
  /** The records were chosen by a query, which writes what its preview showed. */
  readonly isChosen?: true;
  /** Tickets of which each is changed once at most. */
  readonly once: readonly number[];
  /** Steps that were made, by the tenant. */
  done(before: Snapshot, after: Snapshot): number;
  /** After undo: what it claims to set back is as it was. */
  restored(before: Snapshot, last: Snapshot): void;
}

/** What stands in the tenant is at most what was asked for, and nothing else changed. */
export function onlyWithin(call: Call, before: Snapshot, after: Snapshot): void {
  const others = changed(before, after).filter((key) => !call.on.includes(key));
  for (const key of others) expect(before.has(key), `${call.tool} changed ${key}`).toBe(false);
  for (const entity of entities) {
    expect(madeIn(before, after, entity), `${call.tool} made ${entity}`).toBeLessThanOrEqual(
      call.makes[entity] ?? 0,
    );
  }
}

const sameFields =
  (keys: readonly string[], fields: readonly string[]) => (before: Snapshot, last: Snapshot) => {
    for (const key of keys)
      for (const field of fields)
        expect(rowOf(last, key)[field], `${key} ${field}`).toEqual(rowOf(before, key)[field]);
  };
const nothingChanged = (before: Snapshot, last: Snapshot) => expect(changed(before, last)).toEqual([]);

type Plan = (at: number, count: number) => Call | Promise<Call>;

/** Plans of so many records of the tenant, beginning with the record at a place. */
export async function plansOf(sandbox: Sandbox): Promise<Readonly<Record<string, Plan>>> {
  const rows = await recordsWhere(sandbox, 'Tickets', { op: 'eq', field: 'ticketCategory', value: 1 });
  const tickets = rows.filter(({ status }) => status !== 5).map(({ id }) => Number(id));
  const staff = await recordsWhere(sandbox, 'Resources', { op: 'eq', field: 'isActive', value: true });
  const [helper, ...others] = staff
    .filter((row) => typeof row.defaultServiceDeskRoleID === 'number')
    .slice(1);
  const visitors = others.slice(0, 2).map(({ id }) => Number(id));
  const [leaving, taking] = others.slice(2);
  let unique = 0;
  const text = () => {
    unique += 1;
    return `Plan ${unique}`;
  };
  const chosen = (at: number, count: number) =>
    Array.from({ length: count }, (_, one) => tickets[(at + one) % tickets.length] ?? 0);
  const keysOf = (ids: readonly number[]) => ids.map((id) => `Tickets/${id}`);
  const base = { companyID: 175, status: 1, priority: 2, ticketCategory: 1 };

  return {
    updates: (at, count) => {
      const ids = chosen(at, count);
      const data = { title: text(), priority: 1 + (unique % 4) };
      const on = keysOf(ids);
      return {
        tool: 'update-entity',
        args: { entity: 'Tickets', ids, data },
        on,
        makes: {},
        steps: count,
        once: ids,
        done: (_, after) => holding(on, data, after),
        restored: sameFields(on, ['title', 'priority']),
      };
    },
    notes: (at, count) => ({
      tool: 'create-ticket-note',
      args: { ids: chosen(at, count), title: text(), description: 'A note' },
      // A note moves the last activity of its ticket.
      on: keysOf(chosen(at, count)),
      makes: { TicketNotes: count },
      steps: count,
      once: [],
      done: allMade,
      // Autotask deletes none.
      restored: () => undefined,
    }),
    groups: (_, count) => ({
      tool: 'create-entity',
      args: {
        entity: 'ContactGroups',
        items: Array.from({ length: count }, () => ({ name: text(), isActive: true })),
      },
      on: [],
      makes: { ContactGroups: count },
      steps: count,
      once: [],
      done: allMade,
      restored: nothingChanged,
    }),
    visit: (at, count) => {
      const resourceIDs = visitors.slice(0, count);
      return {
        tool: 'book-service-call',
        args: {
          ticketIDs: chosen(at, 1),
          resourceIDs,
          startDateTime: '2030-01-08T09:00:00Z',
          endDateTime: '2030-01-08T10:00:00Z',
          description: text(),
          allowConflicts: true,
        },
        on: [],
        makes: { ServiceCalls: 1, ServiceCallTickets: 1, ServiceCallTicketResources: resourceIDs.length },
        steps: 2 + resourceIDs.length,
        once: [],
        done: allMade,
        restored: nothingChanged,
      };
    },
    deletes: async (_, count) => {
      const ids: number[] = [];
      for (let one = 0; one < count; one++)
        ids.push(await makeRecord(sandbox, 'ContactGroups', { name: text(), isActive: true }));
      const on = ids.map((id) => `ContactGroups/${id}`);
      return {
        tool: 'delete-entity',
        args: { entity: 'ContactGroups', ids },
        on,
        // What undo brings back.
        makes: { ContactGroups: count },
        steps: count,
        once: [],
        done: (_before, after) => gone(on, after),
        restored: (before, last) =>
          expect(contents(last, 'ContactGroups')).toEqual(contents(before, 'ContactGroups')),
      };
    },
    closing: (at) => {
      const [id = 0] = chosen(at, 1);
      const fields = { resolution: text(), title: text() };
      const on = keysOf([id]);
      const roleID = helper?.defaultServiceDeskRoleID;
      return {
        tool: 'update-ticket',
        args: {
          id,
          ...fields,
          time: {
            resourceID: helper?.id,
            roleID,
            hoursWorked: 1,
            dateWorked: '2026-11-10',
            summaryNotes: text(),
          },
          note: { title: text(), description: 'Done' },
        },
        on,
        makes: { TimeEntries: 1, TicketNotes: 1 },
        steps: 3,
        once: [id],
        done: (before, after) => allMade(before, after) + holding(on, fields, after),
        restored: (before, last) => {
          sameFields(on, ['resolution', 'title'])(before, last);
          expect(madeIn(before, last, 'TimeEntries')).toBe(0);
        },
      };
    },
    transfer: async (_, count) => {
      const [from, to] = [Number(leaving?.id), Number(taking?.id)];
      const assigned = {
        assignedResourceID: from,
        assignedResourceRoleID: leaving?.defaultServiceDeskRoleID,
      };
      await makeRecord(sandbox, 'Tickets', { ...base, ...assigned, title: text() });
      const helped = await makeRecord(sandbox, 'Tickets', { ...base, title: text() });
      await makeRecord(sandbox, `Tickets/${helped}/SecondaryResources`, {
        ticketID: helped,
        resourceID: from,
        roleID: leaving?.defaultServiceDeskRoleID,
      });
      const own = (field: string) => ({ op: 'eq', field, value: from });
      const isOpen = ({ status }: Item) => status !== 5;
      const theirs = (await recordsWhere(sandbox, 'Tickets', own('assignedResourceID'))).filter(isOpen);
      const open = new Set((await everyRecord(sandbox, 'Tickets')).filter(isOpen).map((row) => row.id));
      const help = await everyRecord(sandbox, 'TicketSecondaryResources');
      const helping = help.filter(({ resourceID, ticketID }) => resourceID === from && open.has(ticketID));
      const there = new Set(help.filter(({ resourceID }) => resourceID === to).map((row) => row.ticketID));
      if (theirs.some(({ id }) => there.has(id)) || helping.some(({ ticketID }) => there.has(ticketID)))
        throw new Error('who takes over helps already');
      const keys = keysOf(theirs.map(({ id }) => Number(id)));
      const old = helping.map(({ id }) => `TicketSecondaryResources/${String(id)}`);
      const entities =
        count % 2 === 0 ? ['Tickets', 'TicketSecondaryResources'] : ['TicketSecondaryResources'];
      const moved = entities.includes('Tickets') ? keys : [];
      return {
        tool: 'transfer-work',
        args: { kind: 'resource', from, to, entities },
        on: [...moved, ...old],
        // As many come back by undo.
        makes: { TicketSecondaryResources: 2 * old.length },
        steps: moved.length + 2 * old.length,
        isChosen: true,
        once: [],
        done: (before, after) =>
          holding(moved, { assignedResourceID: to }, after) +
          gone(old, after) +
          madeIn(before, after, 'TicketSecondaryResources'),
        restored: (before, last) => {
          sameFields(moved, ['assignedResourceID', 'assignedResourceRoleID'])(before, last);
          expect(contents(last, 'TicketSecondaryResources')).toEqual(
            contents(before, 'TicketSecondaryResources'),
          );
        },
      };
    },
  };
}
