import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { everyRecord, type Item, recordsWhere } from '../support/records.js';
import { program, tenantEnvironment } from '../support/tenant.js';
import { freshLog, linesOf } from './audit-support.js';
import { type Rig, rig, writesSince } from './support.js';

/**
 * Random plans of several writes, with a fault at a random step: what the answer says of each record is what the tenant
 * holds, a resumed plan writes none twice, undo restores what it claims, and nothing else is touched. What is right is
 * read from the tenant by plain HTTP.
 */
let sandbox: Sandbox;
let tickets: readonly number[];
let seconds: readonly number[];
beforeAll(async () => {
  sandbox = await startSandbox({
    today: new Date('2026-11-20T12:00:00Z'),
    scale: 0.05,
    limits: { threshold: 1_000_000 },
  });
  const rows = await recordsWhere(sandbox, 'Tickets', { op: 'eq', field: 'ticketCategory', value: 1 });
  tickets = rows.map(({ id }) => Number(id));
  seconds = (await recordsWhere(sandbox, 'Resources', { op: 'eq', field: 'isActive', value: true }))
    .slice(1, 3)
    .map(({ id }) => Number(id));
});
afterAll(() => sandbox.close());

/** Entities of which a plan here may write a record. */
const entities = [
  'Tickets',
  'TicketNotes',
  'ContactGroups',
  'ServiceCalls',
  'ServiceCallTickets',
  'ServiceCallTicketResources',
] as const;
type Name = (typeof entities)[number];
type Snapshot = ReadonlyMap<string, string>;

async function snapshot(): Promise<Snapshot> {
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
const changed = (before: Snapshot, after: Snapshot) =>
  [...new Set([...before.keys(), ...after.keys()])].filter((key) => before.get(key) !== after.get(key));

let unique = 0;
interface Call {
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** Records that are there already and may change. */
  readonly on: readonly string[];
  /** How many records it may make of each entity. */
  readonly makes: Partial<Record<Name, number>>;
  /** Fields that undo sets back; null where records are made or taken away. */
  readonly fields: readonly string[] | null;
  readonly steps: number;
}

/** A plan of so many records, beginning with the record at a place. */
const plans: Readonly<Record<string, (at: number, count: number) => Call | Promise<Call>>> = {
  updates: (at, count) => ({
    tool: 'update-entity',
    args: { entity: 'Tickets', ids: chosen(at, count), data: { title: text(), priority: 1 + (unique % 4) } },
    on: chosen(at, count).map((id) => `Tickets/${id}`),
    makes: {},
    fields: ['title', 'priority'],
    steps: count,
  }),
  notes: (at, count) => ({
    tool: 'create-ticket-note',
    args: { ids: chosen(at, count), title: text(), description: 'A note' },
    // A note moves the last activity of its ticket.
    on: chosen(at, count).map((id) => `Tickets/${id}`),
    makes: { TicketNotes: count },
    fields: null,
    steps: count,
  }),
  groups: (_, count) => ({
    tool: 'create-entity',
    args: {
      entity: 'ContactGroups',
      items: Array.from({ length: count }, () => ({ name: text(), isActive: true })),
    },
    on: [],
    makes: { ContactGroups: count },
    fields: null,
    steps: count,
  }),
  visit: (at, count) => ({
    tool: 'book-service-call',
    args: {
      ticketIDs: [chosen(at, 1)[0]],
      resourceIDs: seconds.slice(0, count),
      startDateTime: '2030-01-08T09:00:00Z',
      endDateTime: '2030-01-08T10:00:00Z',
      description: text(),
      allowConflicts: true,
    },
    on: [],
    makes: {
      ServiceCalls: 1,
      ServiceCallTickets: 1,
      ServiceCallTicketResources: Math.min(count, seconds.length),
    },
    fields: null,
    steps: 2 + Math.min(count, seconds.length),
  }),
};
const text = () => {
  unique += 1;
  return `Plan ${unique}`;
};
const chosen = (at: number, count: number) =>
  Array.from({ length: count }, (_, one) => tickets[(at + one) % tickets.length] ?? 0);

const faults = {
  none: null,
  refused: { kind: 'serverError', errors: ['The field title must not be so.'] },
  'server error': { kind: 'serverError' },
  unavailable: { kind: 'unavailable', retryAfter: 1 },
  limited: { kind: 'limited', retryAfter: 1 },
  'lost, made': { kind: 'reset', when: 'after' },
  'lost, made, and nobody answers': { kind: 'reset', when: 'after' },
  'lost, not made': { kind: 'reset', when: 'before' },
  'cut short': { kind: 'truncated' },
  killed: { kind: 'hang' },
} as const;
type FaultName = keyof typeof faults;
const faultNames: readonly FaultName[] = [
  'none',
  'refused',
  'refused',
  'server error',
  'unavailable',
  'limited',
  'limited',
  'lost, made',
  'lost, made, and nobody answers',
  'lost, made, and nobody answers',
  'lost, not made',
  'lost, not made',
  'cut short',
  'killed',
];

/** The next write after so many meets the fault; a limit stays until it is lifted. */
function strike(name: FaultName, after: number): void {
  const fault = faults[name];
  if (fault === null) return;
  // The look-up right after the write fails as well.
  if (name === 'lost, made, and nobody answers')
    sandbox.faults.add({ fault: { kind: 'serverError' }, path: /(TicketNotes|ContactGroups)\/query$/ });
  const times = name === 'limited' || name === 'unavailable' ? 50 : 1;
  for (const method of ['PATCH', 'POST', 'DELETE'])
    sandbox.faults.add({ fault, method, path: /^(?!.*query).*$/, after, times });
}

const states = ['done', 'skipped', 'refused', 'unknown', 'not reached'] as const;
type State = (typeof states)[number];
/** What an answer counts of each state. */
const countsIn = (answer: string) =>
  new Map<State, number>(
    states.map((state) => [state, Number(new RegExp(`${state} (\\d+)`).exec(answer)?.[1] ?? Number.NaN)]),
  );
const receiptIn = (answer: string) => /Receipt:? (w-[0-9a-f]{12})/.exec(answer)?.[1] ?? '';

/** Calls a program of its own and kills it in the middle of the call. */
async function callAndKill(call: Call, log: string, after: number): Promise<string> {
  const env = { ...tenantEnvironment(sandbox), AUTOTASK_AUDIT_LOG: log };
  const transport = new StdioClientTransport({ command: process.execPath, args: [program], env });
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(transport);
  const confirm = call.tool.toUpperCase().replaceAll('-', '_');
  const from = sandbox.requests.length;
  const hung = () => writesSince(sandbox, from).length > after;
  const running = client
    .callTool({ name: call.tool, arguments: { ...call.args, confirm } })
    .catch(() => undefined);
  for (let waited = 0; waited < 500 && !hung(); waited += 1) await sleep(20);
  if (transport.pid !== null) process.kill(transport.pid, 'SIGKILL');
  await running;
  await client.close();
  return receiptIn(`Receipt: ${String(linesOf(log)[0]?.receipt)}`);
}

/** How often each of the records was written, by what the tenant made of it. */
const madeIn = (before: Snapshot, after: Snapshot, name: Name) =>
  [...after.keys()].filter((key) => key.startsWith(`${name}/`) && !before.has(key)).length;

/** What stands in the tenant is at most what was asked for, and nothing else changed. */
function onlyWithin(call: Call, before: Snapshot, after: Snapshot): void {
  const others = changed(before, after).filter((key) => !call.on.includes(key));
  for (const key of others) expect(before.has(key), `${call.tool} changed ${key}`).toBe(false);
  for (const entity of entities) {
    expect(madeIn(before, after, entity), `${call.tool} made ${entity}`).toBeLessThanOrEqual(
      call.makes[entity] ?? 0,
    );
  }
}

/** How often the tenant noted a change of each ticket of an update. */
async function historyOf(call: Call): Promise<number[]> {
  const counts: number[] = [];
  for (const key of call.fields === null ? [] : call.on) {
    const condition = { op: 'eq', field: 'ticketID', value: Number(key.split('/')[1]) };
    counts.push((await recordsWhere(sandbox, 'TicketHistory', condition)).length);
  }
  return counts;
}

/** Steps that were made, by the tenant. */
function made(call: Call, before: Snapshot, after: Snapshot): number {
  if (call.fields === null) return entities.reduce((sum, name) => sum + madeIn(before, after, name), 0);
  const { data } = call.args;
  const wanted = Object.entries(Object(data));
  return call.on.filter((key) => {
    const row: Item = JSON.parse(after.get(key) ?? '{}');
    return wanted.every(([name, value]) => row[name] === value);
  }).length;
}

const about = (server: Rig, receipt: string, action: string) =>
  server.call('write-receipt', { receipt, action, confirm: 'WRITE_RECEIPT' });

it(
  'each record is written once or named, whatever happens in between',
  async () => {
    const seen: Record<string, number> = {};
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(plans)),
        fc.nat({ max: 1_000 }),
        fc.integer({ min: 2, max: 5 }),
        fc.constantFrom(...faultNames),
        fc.nat({ max: 5 }),
        fc.constantFrom(...faultNames.filter((name) => name !== 'killed')),
        fc.boolean(),
        async (plan, at, count, fault, step, second, together) => {
          const call = await plans[plan]?.(at, count);
          if (call === undefined) throw new Error(`there is no plan ${plan}`);
          seen[`${plan}, ${fault}`] = (seen[`${plan}, ${fault}`] ?? 0) + 1;
          const log = freshLog();
          const env = { AUTOTASK_AUDIT_LOG: log };
          const before = await snapshot();
          sandbox.faults.clear();
          const struck = Math.min(step, call.steps - 1);
          strike(fault, struck);
          sandbox.clearRequests();
          const history = await historyOf(call);
          let server = await rig(sandbox, { env });
          let receipt: string;
          if (fault === 'killed') receipt = await callAndKill(call, log, struck);
          else {
            const confirm = call.tool.toUpperCase().replaceAll('-', '_');
            const { text: answer } = await server.call(call.tool, { ...call.args, confirm });
            sandbox.faults.clear();
            receipt = receiptIn(answer);
            const counts = countsIn(answer);
            expect(
              [...counts.values()].reduce((a, b) => a + b, 0),
              answer,
            ).toBe(call.steps);
            const now = made(call, before, await snapshot());
            const [done = 0, unknown = 0] = [counts.get('done'), counts.get('unknown')];
            expect(now, answer).toBeGreaterThanOrEqual(done);
            expect(now, answer).toBeLessThanOrEqual(done + unknown);
          }
          sandbox.faults.clear();
          onlyWithin(call, before, await snapshot());

          // Another process goes on, perhaps two at once and with another fault, until nothing is left.
          await server.close();
          server = await rig(sandbox, { env });
          strike(second, step % 3);
          const other = await rig(sandbox, { env });
          await Promise.all([
            about(server, receipt, 'resume'),
            ...(together ? [about(other, receipt, 'resume')] : []),
          ]);
          await other.close();
          sandbox.faults.clear();
          await about(server, receipt, 'resume');
          const { text: status } = await server.call('write-receipt', { receipt, action: 'status' });
          const counts = countsIn(status);
          const after = await snapshot();
          onlyWithin(call, before, after);
          const [done = 0, refused = 0, unknown = 0] = (['done', 'refused', 'unknown'] as const).map(
            (state) => counts.get(state),
          );
          expect(made(call, before, after), status).toBe(done);
          expect(unknown, status).toBe(0);
          // What is not reached needs something that was refused.
          expect(done + refused + (counts.get('not reached') ?? 0), status).toBe(call.steps);
          if (refused === 0) expect(done, status).toBe(call.steps);
          // Once: the tenant keeps a line of each change of a ticket.
          if (call.fields !== null) {
            const lines = await historyOf(call);
            for (const [at, count] of lines.entries())
              expect(count - (history[at] ?? 0), status).toBeLessThanOrEqual(1);
          }

          await about(server, receipt, 'undo');
          const last = await snapshot();
          onlyWithin(call, before, last);
          if (call.fields !== null) {
            for (const key of call.on) {
              const [old, restored]: Item[] = [before, last].map((state) =>
                JSON.parse(state.get(key) ?? '{}'),
              );
              for (const field of call.fields)
                expect(restored?.[field], `${key} ${field}`).toEqual(old?.[field]);
            }
          } else if (plan !== 'notes') {
            expect(changed(before, last)).toEqual([]);
          }
          await server.close();
        },
      ),
      {
        // The same plans each time, so that a change is what makes them fail; test:plans makes others.
        ...(process.env.PLAN_RUNS ? {} : { seed: 1 }),
        // A record whose id another one of the call has, in another entity.
        examples: [['visit', 993, 3, 'lost, made', 2, 'lost, not made', false]],
        numRuns: Number(process.env.PLAN_RUNS ?? 40),
        interruptAfterTimeLimit: process.env.PLAN_RUNS ? 3_600_000 : 30_000,
        markInterruptAsFailure: false,
      },
    );
    if (process.env.PLAN_RUNS) process.stderr.write(`${JSON.stringify(seen)}\n`);
    expect(Object.keys(seen).length).toBeGreaterThan(3);
  },
  process.env.PLAN_RUNS ? 3_600_000 : 40_000,
);
