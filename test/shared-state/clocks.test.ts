import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../cli/support.js';
import { engineProgram, startEngine, type TestEngine } from '../support/engine.js';
import { recordsWhere } from '../support/records.js';
import { tokenIn } from '../writes/support.js';
import { key, type Replica, readTicket, startReplica } from './support.js';
import { type WatchedTenant, watchTenant } from './watched-tenant.js';

const hourMs = 3_600_000;
const lifeMs = 20_000;
const log = join(mkdtempSync(join(tmpdir(), 'clocks-')), 'audit.jsonl');

let engine: TestEngine;
let tenant: WatchedTenant;
/** By how far their clocks are ahead. */
let right: Replica;
let ahead: Replica;
let behind: Replica;
let all: readonly (readonly [string, Replica])[];

const said = async (replica: Replica, tool: string, args: Record<string, unknown>) =>
  (await replica.call(tool, args)).text;
/** Previews that nobody confirms in time. */
const open: { readonly args: ReturnType<typeof group>; readonly confirm: string }[] = [];
let openSince = 0;

let number = 0;
const group = () => {
  number += 1;
  return { entity: 'ContactGroups', data: { name: `Clock ${number}`, isActive: true } };
};
const groupsCalled = (name: string) =>
  recordsWhere(tenant.sandbox, 'ContactGroups', { op: 'eq', field: 'name', value: name });
/** Previews at one replica and confirms at another. */
async function write(tool: string, args: Record<string, unknown>, at: Replica, confirmedAt = at) {
  const confirm = tokenIn(await said(at, tool, args));
  return said(confirmedAt, tool, { ...args, confirm });
}
const receiptIn = (text: string) => /Receipt: (w-[0-9a-f]{12})/.exec(text)?.[1] ?? '';
const lastLineOf = (replica: string): string => {
  const path = log.replace('.jsonl', `@${replica}.jsonl`);
  return existsSync(path) ? (readFileSync(path, 'utf8').trimEnd().split('\n').at(-1) ?? '') : '';
};
const statusAt = (replica: Replica, receipt: string) =>
  said(replica, 'write-receipt', { receipt, action: 'status' });

describe.skipIf(engineProgram === null)('replicas whose clocks are three hours wrong', () => {
  beforeAll(async () => {
    [engine, tenant] = await Promise.all([startEngine(), watchTenant({ limits: { threshold: 1_000_000 } })]);
    const start = (name: string, aheadMs: number) =>
      startReplica(tenant, {
        AUTOTASK_STATE_URL: engine.url,
        AUTOTASK_CONFIRM_KEY: key,
        AUTOTASK_CONFIRM_MODE: 'preview',
        AUTOTASK_CONFIRM_SECONDS: String(lifeMs / 1_000),
        AUTOTASK_AUDIT_LOG: log,
        AUTOTASK_REPLICA_NAME: name,
        AUTOTASK_CACHE_DIR: 'none',
        TEST_CLOCK_AHEAD_MS: String(aheadMs),
        NODE_OPTIONS: `--import=${join(import.meta.dirname, '../support/other-clock.mjs')}`,
      });
    [right, ahead, behind] = await Promise.all([
      start('right', 0),
      start('ahead', 3 * hourMs),
      start('behind', -3 * hourMs),
    ]);
    all = [
      ['right', right],
      ['ahead', ahead],
      ['behind', behind],
    ];
    for (const [, replica] of all) {
      const args = group();
      open.push({ args, confirm: tokenIn(await said(replica, 'create-entity', args)) });
    }
    openSince = performance.now();
  }, 60_000);
  beforeEach(() => {
    tenant.sandbox.faults.clear();
    tenant.latency = 0;
  });
  afterAll(async () => {
    await Promise.all(all.map(([, replica]) => replica.stop()));
    await Promise.all([engine.close(), tenant.close()]);
  });

  it('honour the previews of each other, each once', async () => {
    for (const [from, previewing] of all) {
      for (const [to, confirming] of all) {
        const args = group();
        const confirm = tokenIn(await said(previewing, 'create-entity', args));
        expect(await said(confirming, 'create-entity', { ...args, confirm }), `${from} to ${to}`).toMatch(
          /^Created/,
        );
        for (const [, again] of all)
          expect(await said(again, 'create-entity', { ...args, confirm })).toMatch(/^PREVIEW/);
        expect((await groupsCalled(args.data.name)).length).toBe(1);
      }
    }
  });

  it('send three requests at a time together, and all wait when one of them was told to', async () => {
    tenant.latency = 60;
    const since = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, call) => all[call % 3]?.[1].call('query-entity', readTicket(call))),
    );
    expect(answers.every((answer) => answer?.isError === false)).toBe(true);
    expect(tenant.mostTogether(since)).toBe(3);
    let told = Number.POSITIVE_INFINITY;
    tenant.limited = ({ from }) => {
      tenant.limited = null;
      told = from;
      return 3;
    };
    const asked = all.map(([, replica], call) => replica.call('query-entity', readTicket(100 + call)));
    for (const answer of await Promise.all(asked)) expect(answer.isError).toBe(false);
    const later = tenant.seen.filter(({ from }) => from > told + 500).map(({ from }) => from - told);
    expect(Math.min(...later)).toBeGreaterThan(2_900);
    expect(Math.min(...later)).toBeLessThan(6_000);
  });

  const lose = (when: 'before' | 'after', after = 0) =>
    tenant.sandbox.faults.add({
      fault: { kind: 'reset', when },
      method: 'POST',
      path: /Notes$/,
      after,
      times: 1,
    });
  const note = (title: string, ids: readonly number[]) => ({ ids, title, description: 'Of a clock' });
  const notesCalled = (title: string) =>
    recordsWhere(tenant.sandbox, 'TicketNotes', { op: 'eq', field: 'title', value: title });
  const ticketIds = async () =>
    (await recordsWhere(tenant.sandbox, 'Tickets', { op: 'exist', field: 'id' }))
      .slice(0, 4)
      .map(({ id }) => Number(id));

  it('find the record whose answer was lost by the clock that stamped it', async () => {
    const [ticketId] = await ticketIds();
    for (const [name, replica] of all) {
      const args = { ticketId, title: `Lost ${name}`, description: 'Of a clock' };
      lose('after');
      const lost = await write('create-ticket-note', args, replica);
      const [, tool = '', query = '{}'] = /call ([a-z-]+) with (\{.*\})/.exec(lost) ?? [];
      expect(tool, lost).toBe('query-entity');
      const [made] = await notesCalled(args.title);
      expect(made, name).toBeDefined();
      const found = await said(replica, tool, { ...JSON.parse(query), withIds: true });
      expect(found, `${name}: ${query}`).toMatch(/^1 TicketNotes/);
      expect(found).toContain(`\n${made?.id}\t`);
    }
  });

  it.each([
    ['right', 'behind'],
    ['behind', 'ahead'],
  ])('go on with what the others began: %s, then %s', async (first, second) => {
    const replicas = new Map(all);
    const [beginning, going] = [replicas.get(first) ?? right, replicas.get(second) ?? right];
    const ids = await ticketIds();
    for (const when of ['before', 'after'] as const) {
      const title = `${first} ${second} ${when}`;
      // Nobody can be asked what became of it at first.
      lose(when, 1);
      tenant.sandbox.faults.add({
        fault: { kind: 'html', status: 404 },
        path: 'TicketNotes/query',
      });
      const begun = await write('create-ticket-note', note(title, ids), beginning);
      expect(begun).toMatch(/done 1, skipped 0, refused 0, unknown 1, not reached 2\./);
      tenant.sandbox.faults.clear();
      const receipt = receiptIn(begun);
      const resume = { receipt, action: 'resume' };
      expect(await write('write-receipt', resume, going)).toMatch(/^Created [23] TicketNotes: done [23]/);
      for (const [name, replica] of all) {
        expect(await statusAt(replica, receipt), name).toMatch(
          /: done 4, refused 0, unknown 0, not reached 0\./,
        );
        expect(await said(replica, 'write-receipt', resume), name).toMatch(/nothing to write/);
      }
      const notes = await notesCalled(title);
      expect(notes.map(({ ticketID }) => Number(ticketID)).sort()).toEqual([...ids].sort());
    }
    const shown = await run(['audit', 'show', log, '--entity', 'TicketNotes', '--outcome', 'unknown']);
    // What was not made is not known to be anything else.
    expect(shown.stdout).not.toMatch(/after/);
  });

  it('leave to another what it works on, however old their clocks call that', async () => {
    const ids = (await ticketIds()).slice(0, 3);
    tenant.sandbox.faults.add({ fault: { kind: 'latency', ms: 3_500 }, method: 'POST', path: /Notes$/ });
    const args = note('Slowly', ids);
    const done = write('create-ticket-note', args, behind);
    const resume = async (replica: Replica) => {
      const { receipt } = JSON.parse(lastLineOf('behind'));
      return write('write-receipt', { receipt, action: 'resume' }, replica);
    };
    while (!lastLineOf('behind').includes('Slowly')) await wait(20);
    expect(await resume(ahead)).toMatch(/^Somebody works on the receipt/);
    // By now it has said once that it still does.
    await wait(6_000);
    expect(await resume(right)).toMatch(/^Somebody works on the receipt/);
    expect(await done).toMatch(/^Created 3 TicketNotes/);
    expect((await notesCalled('Slowly')).length).toBe(3);
  }, 60_000);

  it('honour no preview any longer than it is good for', async () => {
    await wait(Math.max(0, lifeMs + 500 - (performance.now() - openSince)));
    for (const { args, confirm } of open) {
      for (const [, replica] of all)
        expect(await said(replica, 'create-entity', { ...args, confirm })).toMatch(
          /^PREVIEW.*(has expired|used already)/,
        );
      expect(await groupsCalled(args.data.name)).toEqual([]);
    }
  }, 60_000);
});
