import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Fault, Sandbox } from '../../src/sandbox/index.js';
import { startSandbox } from '../../src/sandbox/index.js';
import { freshLog, linesOf } from './audit-support.js';
import { type Rig, rig, writesSince } from './support.js';

let sandbox: Sandbox;
let server: Rig;
let log: string;

beforeAll(async () => {
  sandbox = await startSandbox();
  log = freshLog();
  server = await rig(sandbox, { env: { AUTOTASK_AUDIT_LOG: log } });
});

afterAll(async () => {
  await server.close();
  await sandbox.close();
});

beforeEach(() => sandbox.faults.clear());

/** The call of a read tool that an answer says will find out. */
function probeIn(text: string): readonly [string, Record<string, unknown>] {
  const [, tool = '', args = ''] = /To find out, call (\S+) with (\{.*\})/.exec(text) ?? [];
  return [tool, JSON.parse(args)];
}

async function strike(fault: Fault, tool: string, args: Record<string, unknown>) {
  sandbox.faults.add({
    fault,
    method: tool.startsWith('update') ? 'PATCH' : 'POST',
    path: /(Notes|Groups|Tickets)$/,
    times: 1,
  });
  const from = sandbox.requests.length;
  const answer = await server.call(tool, { ...args, confirm: tool.toUpperCase().replaceAll('-', '_') });
  expect(writesSince(sandbox, from)).toHaveLength(1);
  return { ...answer, logged: linesOf(log).slice(-2) };
}

let made = 0;
const texts = ['Execution Timeout Expired', 'Object reference not set to an instance of an object.'];
const cases: readonly (readonly [string, Fault])[] = [
  ...texts.map((text) => [`500 with ${text}`, { kind: 'stored', status: 500, errors: [text] }] as const),
  ['500 with a text nobody knows', { kind: 'stored', status: 500, errors: ['Something is odd'] }],
  ['500 without a text', { kind: 'stored', status: 500 }],
  ['200 with errors', { kind: 'stored', status: 200, errors: ['title is required'] }],
  ...[302, 401, 409, 429, 502, 503].map((status) => [`${status}`, { kind: 'stored', status }] as const),
];

describe('a write that was stored before something else is answered', () => {
  it.each(cases)('is not said to have failed after %s, and the named query finds it', async (_, fault) => {
    const title = `Stored all the same ${++made}`;
    const given = { ticketID: 101975, title, description: 'x' };
    const { text, isError, logged } = await strike(fault, 'create-ticket-note', given);
    expect(isError).toBe(true);
    expect(text).toContain('may or may not have been carried out');
    expect(text).not.toMatch(/correct the values|nothing was written|refused/i);
    expect(logged).toMatchObject([{ event: 'attempt' }, { event: 'outcome', outcome: 'unknown' }]);
    const [tool, args] = probeIn(text);
    const found = await server.call(tool, args);
    expect(found.text).toContain(title);
    expect(found.text).toMatch(/\b1 (of 1 )?TicketNotes?\b|^1 /);
  });

  it.each(cases)('is the same for a change after %s', async (_, fault) => {
    const title = `Changed all the same ${++made}`;
    const { text, isError, logged } = await strike(fault, 'update-ticket', { id: 101975, title });
    expect(isError).toBe(true);
    expect(text).toContain('may or may not have been carried out');
    expect(logged).toMatchObject([{ event: 'attempt' }, { event: 'outcome', outcome: 'unknown' }]);
    const [tool, args] = probeIn(text);
    expect((await server.call(tool, args)).text).toContain(title);
  });

  it('is refused where one of Autotask’s checks says so, and nothing is there', async () => {
    const title = `Refused ${++made}`;
    sandbox.faults.add({
      fault: { kind: 'serverError', errors: ['title is required'] },
      method: 'POST',
      times: 1,
    });
    const { text } = await server.call('create-entity', {
      entity: 'ContactGroups',
      data: { name: title, isActive: true },
      confirm: 'CREATE_ENTITY',
    });
    expect(text).toMatch(/Correct the values/);
    expect(linesOf(log).at(-1)).toMatchObject({ outcome: 'refused' });
  });
});
