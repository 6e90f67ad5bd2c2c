import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { verify } from '../../src/audit/index.js';
import { entityAt } from '../../src/policy/entity-of-path.js';
import { startSandbox } from '../../src/sandbox/index.js';
import type { RecordedRequest, Sandbox } from '../../src/sandbox/types.js';
import { compositeTools, writeExample, writeTools } from './examples.js';
import { type Reply, type Rig, rig, tokenIn, writesSince } from './support.js';

/**
 * Random configurations, random sequences of calls. What is right is said here a second time and in other
 * words than in the program: by names in lists, looking only at the requests that reached the tenant.
 */
let sandbox: Sandbox;
beforeAll(async () => {
  // A limit that all runs together stay far below: near it the client slows down.
  sandbox = await startSandbox({ limits: { threshold: 1_000_000 } });
});
afterAll(() => sandbox.close());

const entityNames = [
  'Tickets',
  'TicketNotes',
  'ContactGroups',
  'Companies',
  'Contacts',
  'TimeEntries',
] as const;
const names = fc.uniqueArray(fc.constantFrom(...entityNames), { minLength: 1, maxLength: 4 });
/** `only`: an allow list; `not`: a deny list. */
const list = fc.oneof(
  { weight: 4, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.record({ only: fc.boolean(), names }) },
);
type List = { readonly only: boolean; readonly names: readonly string[] } | undefined;

const configurations = fc.record({
  readOnly: fc.constantFrom(false, false, false, true),
  mode: fc.constantFrom('token', 'preview', 'elicit'),
  human: fc.constantFrom<Reply | undefined>('yes', 'yes', 'yes', 'no', 'decline', 'break', undefined),
  read: list,
  write: list,
  create: list,
  update: list,
  delete: list,
  disabled: fc.uniqueArray(
    fc.constantFrom('create-entity', 'update-ticket', 'delete-entity', 'create-ticket-note'),
    {
      maxLength: 2,
    },
  ),
  masked: fc.uniqueArray(
    fc.constantFrom('title', 'Contacts.lastName', 'ContactGroups.name', '*.description'),
    {
      maxLength: 2,
    },
  ),
  most: fc.constantFrom(undefined, undefined, undefined, 0, 1, 3),
  visible: fc.constantFrom(true, true, false),
});
type Configuration = typeof configurations extends fc.Arbitrary<infer Value> ? Value : never;

const actions = [
  'create-group',
  'rename-group',
  'delete-group',
  'create-ticket',
  'update-ticket',
  'note-internal',
  'note-visible',
  'update-company',
  'create-contact',
  'time-entry',
  'delete-time',
  'read-tickets',
  'read-notes',
  'filter-masked',
  'read-all-fields',
  'name-look-up',
  'resource',
] as const;
/** Besides these every tool that writes, with its example: also one that nobody thought of here. */
const toolNames: readonly string[] = writeTools
  .map(({ name }) => name)
  .filter((name) => !compositeTools.includes(name));
/** What stands in `confirm`: a proper confirmation makes a preview first and uses what it names. */
const confirms = ['none', 'wrong', 'word', 'proper', 'replay', 'other'] as const;

const steps = fc.array(
  fc.record({
    action: fc.constantFrom(...actions, ...toolNames, 'note-visible', 'note-visible', 'rename-group'),
    confirm: fc.constantFrom<(typeof confirms)[number]>(
      'none',
      'wrong',
      'word',
      'word',
      'proper',
      'proper',
      'proper',
      'proper',
      'replay',
      'other',
    ),
    number: fc.integer({ min: 0, max: 5 }),
    lost: fc.constantFrom(true, false, false, false, false, false),
  }),
  { minLength: 4, maxLength: 12 },
);

const permits = (rule: List, name: string) => rule === undefined || rule.names.includes(name) === rule.only;
const text = (rule: List) => rule?.names.map((name) => (rule.only ? name : `!${name}`)).join(',');

function environment(wanted: Configuration, audit: string): Record<string, string> {
  const entries: [string, string | undefined][] = [
    ['AUTOTASK_READ_ONLY', String(wanted.readOnly)],
    ['AUTOTASK_CONFIRM_MODE', wanted.mode],
    ['AUTOTASK_READ_ENTITIES', text(wanted.read)],
    ['AUTOTASK_WRITE_ENTITIES', text(wanted.write)],
    ['AUTOTASK_CREATE_ENTITIES', text(wanted.create)],
    ['AUTOTASK_UPDATE_ENTITIES', text(wanted.update)],
    ['AUTOTASK_DELETE_ENTITIES', text(wanted.delete)],
    ['AUTOTASK_DISABLED_TOOLS', wanted.disabled.join(',') || undefined],
    ['AUTOTASK_MASK_FIELDS', wanted.masked.join(',') || undefined],
    ['AUTOTASK_MAX_WRITES_PER_HOUR', wanted.most?.toString()],
    ['AUTOTASK_CUSTOMER_VISIBLE_NOTES', String(wanted.visible)],
    ['AUTOTASK_IMPERSONATION_RESOURCE_ID', '29682885'],
    ['AUTOTASK_AUDIT_LOG', audit],
  ];
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

interface Ids {
  readonly group: number;
  readonly ticket: number;
  readonly resource: number;
  readonly role: number;
  readonly contact: number;
  readonly time: readonly number[];
}

let unique = 0;
function callOf(action: string, number: number, ids: Ids): [string, Record<string, unknown>] {
  unique += 1;
  if (toolNames.includes(action)) {
    const [time = 0] = ids.time;
    return [action, writeExample(action, { ...ids, time, company: 0, project: 0, task: 0, attachment: 0 })];
  }
  const group = { entity: 'ContactGroups', id: ids.group };
  const note = { ticketID: ids.ticket, title: `Note ${unique}`, description: 'Text' };
  const calls: Readonly<Record<string, [string, Record<string, unknown>]>> = {
    'create-group': [
      'create-entity',
      { entity: 'ContactGroups', data: { name: `G ${unique}`, isActive: true } },
    ],
    'rename-group': ['update-entity', { ...group, data: { name: `R ${unique}` } }],
    'delete-group': ['delete-entity', group],
    'create-ticket': [
      'create-ticket',
      { companyID: 0, title: `T ${unique}`, status: 1, priority: 2, dueDateTime: '2030-01-01', queueID: 5 },
    ],
    'update-ticket': ['update-ticket', { id: String(ids.ticket), priority: (number % 3) + 1 }],
    'note-internal': ['create-ticket-note', { ...note, publish: 'Internal Project Team' }],
    'note-visible': ['create-ticket-note', { ...note, publish: 'All Autotask Users' }],
    'update-company': ['update-company', { id: 0, phone: `555-${number}` }],
    'create-contact': [
      'create-contact',
      { companyID: 0, firstName: 'Ann', lastName: `Lee ${unique}`, isActive: 1 },
    ],
    'time-entry': [
      'create-time-entry',
      {
        ticketID: ids.ticket,
        resourceID: ids.resource,
        roleID: ids.role,
        hoursWorked: 1,
        dateWorked: '2030-01-01',
        summaryNotes: `S ${unique}`,
      },
    ],
    'delete-time': ['delete-entity', { entity: 'TimeEntries', id: ids.time[number] ?? 1 }],
    'read-tickets': ['search-tickets', { maxRecords: 3 }],
    'read-notes': ['get-ticket', { id: String(ids.ticket) }],
    'filter-masked': [
      'query-entity',
      { entity: 'Tickets', query: { title: { contains: 'a' } }, maxRecords: 2 },
    ],
    'read-all-fields': [
      'query-entity',
      { entity: 'Contacts', includeFields: ['*'], maxRecords: 2, format: 'json' },
    ],
    'name-look-up': ['search-tickets', { companyID: 'a', maxRecords: 1 }],
    resource: ['autotask://tickets', {}],
  };
  const call = calls[action];
  if (call === undefined) throw new Error(`${action} is no action`);
  return call;
}

const isReading = (action: string) => /^(read|filter|name|resource)/.test(action);

const verbs: Readonly<Record<string, 'create' | 'update' | 'delete'>> = {
  POST: 'create',
  PATCH: 'update',
  DELETE: 'delete',
};
const bodyShape = z.record(z.string(), z.unknown());
const linesShape = z.looseObject({
  event: z.string(),
  attempt: z.string(),
  route: z.string().optional(),
  outcome: z.string().optional(),
});

const entityOf = ({ path }: RecordedRequest) =>
  entityAt(path.replace(/^V1\.0\//i, '').replace(/\/query(\/count)?$/i, ''))?.name ?? path;

/** Paths that are asked about an entity: its records, not its metadata. */
const asksFor = (request: RecordedRequest) =>
  /^V1\.0\//i.test(request.path) &&
  !/entityInformation|ThresholdInformation|V1\.0\/Version|zoneInformation/i.test(request.path);

function masks(wanted: Configuration, entity: string, field: string): boolean {
  return wanted.masked.some((mask) => {
    const [first, second] = mask.split('.');
    return second === undefined ? first === field : (first === '*' || first === entity) && second === field;
  });
}

/** What no request may do under this configuration. */
function checkRequest(request: RecordedRequest, wanted: Configuration): void {
  if (!asksFor(request)) return;
  const entity = entityOf(request);
  const write = writesSinceOne(request);
  expect(permits(wanted.read, entity), `${request.method} ${request.path}`).toBe(true);
  const sent = JSON.stringify(request.body ?? {});
  const parsed = bodyShape.safeParse(request.body);
  if (!write) {
    expect(request.headers.impersonationresourceid).toBeUndefined();
    for (const [, field = ''] of sent.matchAll(/"field":"(\w+)"/g))
      expect(masks(wanted, entity, field)).toBe(false);
    return;
  }
  expect(wanted.readOnly).toBe(false);
  expect(permits(wanted.write, entity)).toBe(true);
  const verb = verbs[request.method] ?? 'create';
  expect(permits(wanted[verb], entity)).toBe(true);
  for (const field of Object.keys(parsed.data ?? {})) expect(masks(wanted, entity, field)).toBe(false);
  if (entity === 'TicketNotes' && !wanted.visible) expect(parsed.data?.publish).toBe(2);
  expect(request.headers.impersonationresourceid).toBe(entity === 'ContactGroups' ? undefined : '29682885');
}

const writesSinceOne = (request: RecordedRequest) =>
  ['PATCH', 'PUT', 'DELETE'].includes(request.method) ||
  (request.method === 'POST' && !/\/query(\/count)?$/i.test(request.path));

async function firstIds(): Promise<Ids> {
  const reader = await rig(sandbox);
  const ids = async (entity: string, maxRecords = 1): Promise<number[]> =>
    JSON.parse((await reader.call('query-entity', { entity, maxRecords, format: 'json' })).text).records.map(
      (row: { id: number }) => row.id,
    );
  unique += 1;
  const data = { name: `Group of a run ${unique}`, isActive: true };
  const made = await reader.call('create-entity', {
    entity: 'ContactGroups',
    data,
    confirm: 'CREATE_ENTITY',
  });
  const found = {
    group: Number(/ContactGroup (\d+)/.exec(made.text)?.[1]),
    ticket: (await ids('Tickets'))[0] ?? 0,
    resource: (await ids('Resources'))[0] ?? 0,
    role: (await ids('Roles'))[0] ?? 0,
    contact: (await ids('Contacts'))[0] ?? 0,
    time: await ids('TimeEntries', 6),
  };
  await reader.close();
  return found;
}

/** Calls a tool or reads a resource; a tool that is not offered is an error of the protocol. */
async function attempt(server: Rig, name: string, args: Record<string, unknown>) {
  try {
    if (!name.startsWith('autotask://')) return await server.call(name, args);
    await server.client.readResource({ uri: name });
    return { text: '', isError: false };
  } catch (error) {
    return { text: String(error), isError: true };
  }
}

const seen = {
  writes: 0,
  held: 0,
  lost: 0,
  refused: 0,
  readOnly: 0,
  visible: 0,
  human: 0,
  preview: 0,
  token: 0,
};
const wrote = new Set<string>();
let runs = 0;

/** How the answer says that a write which was sent ended. */
const outcomeIn = (answer: string) =>
  /may or may not/.test(answer)
    ? 'unknown'
    : /^(Created|Updated|Deleted) |^The write was made/.test(answer)
      ? 'done'
      : 'refused';

it('writes only what was confirmed, allowed and recorded, whatever is configured and called', async () => {
  await fc.assert(
    fc.asyncProperty(configurations, steps, async (wanted, sequence) => {
      runs += 1;
      const audit = join(mkdtempSync(join(tmpdir(), 'property-')), 'audit.jsonl');
      const ids = await firstIds();
      sandbox.clearRequests();
      const { human } = wanted;
      const server = await rig(sandbox, {
        env: environment(wanted, audit),
        ...(human === undefined ? {} : { human: () => human }),
      });
      const asks = wanted.mode === 'elicit' && human !== undefined;
      const byPreview = wanted.mode === 'preview' || (wanted.mode === 'elicit' && human === undefined);
      let last: { name: string; args: Record<string, unknown>; token: string } | undefined;
      let writes = 0;
      const outcomes: string[] = [];
      for (const { action, confirm, number, lost } of sequence) {
        // A replay is the last confirmed call once more, with the token that it had.
        const again = confirm === 'replay' && !isReading(action) ? last : undefined;
        const [name, args] = again === undefined ? callOf(action, number, ids) : [again.name, again.args];
        const word = name.toUpperCase().replaceAll('-', '_');
        let given: string | undefined;
        let from = sandbox.requests.length;
        if (!isReading(action)) {
          if (confirm === 'wrong') given = word.toLowerCase();
          if (confirm === 'other') given = 'CREATE_EVERYTHING';
          if (confirm === 'word') given = word;
          if (confirm === 'replay') given = last?.token;
          if (confirm === 'proper') {
            const { text: preview } = await attempt(server, name, args);
            expect(writesSince(sandbox, from)).toEqual([]);
            given = tokenIn(preview) || word;
            last = { name, args, token: given };
          }
        }
        from = sandbox.requests.length;
        const remove = lost
          ? sandbox.faults.add({
              fault: { kind: 'reset', when: 'after' },
              method: /^create/.test(name) ? 'POST' : 'PATCH',
              path: /^(?!.*query).*$/,
              times: 1,
            })
          : () => {};
        const answer = await attempt(server, name, given === undefined ? args : { ...args, confirm: given });
        remove();
        const sent = writesSince(sandbox, from);
        // At most one write for a call, and none without a valid gate.
        expect(sent.length).toBeLessThanOrEqual(1);
        const valid =
          !isReading(action) &&
          (byPreview
            ? confirm === 'proper' && given !== word
            : (confirm === 'word' || confirm === 'proper' || given === word) && (!asks || human === 'yes'));
        if (!valid) expect(sent, `${action} with ${confirm}: ${answer.text}`).toEqual([]);
        // Confirmed and not refused: it was sent, once.
        const isRepeated = again !== undefined && /call again with again: true/.test(answer.text);
        if (valid && !answer.isError && !isRepeated) expect(sent.length, answer.text).toBe(1);
        if (isRepeated) expect(sent).toEqual([]);
        if (wanted.disabled.some((tool) => tool === name)) expect(sent).toEqual([]);
        // Said to be done, and exactly one request that did it.
        const done = /^(Created|Updated|Deleted) /.test(answer.text);
        if (done) expect(sent.length).toBe(1);
        if (sent.length === 1 && !done) expect(answer.text).toMatch(/may or may not|Autotask|write was made/);
        if (sent.length === 0 && !isReading(action)) expect(done).toBe(false);
        writes += sent.length;
        if (sent.length === 1) outcomes.push(outcomeIn(answer.text));
        if (sent.length === 1) wrote.add(name);
        if (wanted.readOnly && valid) seen.readOnly += 1;
        seen.held += /^PREVIEW/.test(answer.text) ? 1 : 0;
        seen.lost += /may or may not/.test(answer.text) ? 1 : 0;
        seen.refused += sent.length === 1 && outcomeIn(answer.text) === 'refused' ? 1 : 0;
        seen.visible += args.publish === 'All Autotask Users' && sent.length === 1 ? 1 : 0;
        if (sent.length === 1) seen[asks ? 'human' : byPreview ? 'preview' : 'token'] += 1;
      }
      await server.close();
      for (const request of sandbox.requests) checkRequest(request, wanted);
      expect(writes).toBe(writesSince(sandbox, 0).length);
      expect(writes).toBeLessThanOrEqual(wanted.most ?? Number.POSITIVE_INFINITY);
      seen.writes += writes;
      // One pair in the audit log for each write that arrived, in its order.
      const lines = existsSync(audit)
        ? readFileSync(audit, 'utf8')
            .trimEnd()
            .split('\n')
            .map((line) => linesShape.parse(JSON.parse(line)))
        : [];
      const attempts = lines.filter(({ event }) => event === 'attempt');
      expect(attempts.map(({ route }) => route)).toEqual(
        writesSince(sandbox, 0).map(({ path }) => path.replace(/^V1\.0\//i, '')),
      );
      expect(lines.length).toBe(2 * attempts.length);
      // The pair stands together, and its outcome is the one that the caller was told.
      const ends = lines.filter(({ event }) => event === 'outcome');
      expect(ends.map(({ attempt }) => attempt)).toEqual(attempts.map(({ attempt }) => attempt));
      expect(ends.map(({ outcome }) => outcome)).toEqual(outcomes);
      if (lines.length > 0) expect(await verify([audit], null)).toMatchObject({ problem: null, open: [] });
    }),
    {
      numRuns: Number(process.env.PROPERTY_RUNS ?? 200),
      interruptAfterTimeLimit: 100_000,
      markInterruptAsFailure: false,
    },
  );
  if (process.env.PROPERTY_RUNS) process.stderr.write(`${JSON.stringify(seen)}\n`);
  // The runs were not empty: writes got through every gate, and some were held or lost.
  for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(0);
  // So many runs meet every tool; on a slow machine time may end them earlier.
  if (runs >= 200) expect([...wrote].sort()).toEqual([...toolNames].sort());
}, 180_000);
