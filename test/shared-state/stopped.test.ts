import {
  existsSync,
  lutimesSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { engineProgram, startEngine, type TestEngine } from '../support/engine.js';
import { recordsWhere } from '../support/records.js';
import { tokenIn } from '../writes/support.js';
import { key, type Replica, slow, startReplica } from './support.js';
import { type WatchedTenant, watchTenant } from './watched-tenant.js';

/** What was sent twice as long ago has ended, for those who do not know better. */
const short = { AUTOTASK_TIMEOUT_MS: '2500' };

let engine: TestEngine;
let tenant: WatchedTenant;
let log = '';
let replicas: Replica[] = [];

const start = async (name: string, env: Record<string, string> = {}): Promise<Replica> => {
  const replica = await startReplica(tenant, {
    AUTOTASK_STATE_URL: engine.url,
    AUTOTASK_CONFIRM_KEY: key,
    AUTOTASK_CONFIRM_MODE: 'preview',
    AUTOTASK_AUDIT_LOG: log,
    AUTOTASK_REPLICA_NAME: name,
    AUTOTASK_CACHE_DIR: 'none',
    ...env,
  });
  replicas.push(replica);
  return replica;
};
const said = async (replica: Replica, tool: string, args: Record<string, unknown>) =>
  (await replica.call(tool, args)).text;
async function write(tool: string, args: Record<string, unknown>, at: Replica) {
  const confirm = tokenIn(await said(at, tool, args));
  return said(at, tool, { ...args, confirm });
}
const about = (receipt: string, action: string) => ({ receipt, action });
const linesOf = (replica: string): { event: string; receipt: string }[] => {
  const path = log.replace('.jsonl', `@${replica}.jsonl`);
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line));
};
async function until(what: () => boolean): Promise<void> {
  while (!what()) await wait(10);
}
/** The receipt of the write that this replica is about to send. */
async function attemptOf(replica: string, number = 1): Promise<string> {
  const attempts = () => linesOf(replica).filter(({ event }) => event === 'attempt');
  await until(() => attempts().length >= number);
  return attempts()[0]?.receipt ?? '';
}
const posts = () => tenant.seen.filter(({ method, path }) => method === 'POST' && /Notes$/.test(path));
const slowNotes = (ms: number) =>
  tenant.sandbox.faults.add({ fault: { kind: 'latency', ms }, method: 'POST', path: /Notes$/ });
const notes = async (title: string) =>
  (await recordsWhere(tenant.sandbox, 'TicketNotes', { op: 'eq', field: 'title', value: title }))
    .map(({ ticketID }) => Number(ticketID))
    .sort();
const ticketIds = async (many: number) =>
  (await recordsWhere(tenant.sandbox, 'Tickets', { op: 'exist', field: 'id' }))
    .slice(0, many)
    .map(({ id }) => Number(id))
    .sort();
/** As if whoever holds a claim had not touched it for a minute. */
function makeOld() {
  const folder = dirname(log);
  const claims = readdirSync(folder).filter((name) => name.endsWith('.running'));
  expect(claims.length).toBe(1);
  const then = Date.now() / 1_000 - 60;
  for (const name of claims) lutimesSync(join(folder, name), then, then);
}
const bulk = (title: string, ids: readonly number[]) => ({
  ids,
  title,
  description: 'Of one that was stopped',
});

describe.skipIf(engineProgram === null)('of two replicas with one receipt', () => {
  beforeEach(async () => {
    log = join(mkdtempSync(join(tmpdir(), 'stopped-')), 'audit.jsonl');
    [engine, tenant] = await Promise.all([startEngine(), watchTenant({ limits: { threshold: 1_000_000 } })]);
    replicas = [];
  });
  afterEach(async () => {
    for (const replica of replicas) replica.kill('SIGCONT');
    await Promise.all(replicas.map((replica) => replica.stop()));
    await Promise.all([engine.close(), tenant.close()]);
  });

  it('the one that was stopped while the other went on writes nothing more when it wakes', async () => {
    const [stopped, other] = await Promise.all([start('stopped'), start('other', short)]);
    const ids = await ticketIds(3);
    slowNotes(700);
    const begun = write('create-ticket-note', bulk('Woken', ids), stopped);
    const receipt = await attemptOf('stopped');
    await until(() => posts().length === 1);
    stopped.kill('SIGSTOP');
    makeOld();
    await wait(1_000);
    expect(await write('write-receipt', about(receipt, 'resume'), other)).toMatch(
      /^Created 2 TicketNotes: done 2/,
    );
    stopped.kill('SIGCONT');
    expect(await begun).toMatch(/done 1, .*not reached 2\..*kept from running/s);
    expect(await notes('Woken')).toEqual(ids);
    expect(await said(stopped, 'write-receipt', about(receipt, 'status'))).toMatch(
      /: done 3, refused 0, unknown 0, not reached 0\./,
    );
  }, 60_000);

  it.runIf(slow)(
    'the one that was stopped for half a minute writes nothing more, whether or not the other went on',
    async () => {
      const stopped = await start('stopped');
      const ids = await ticketIds(2);
      slowNotes(700);
      const begun = write('create-ticket-note', bulk('Slept', ids), stopped);
      await attemptOf('stopped');
      await until(() => posts().length === 1);
      stopped.kill('SIGSTOP');
      await wait(26_000);
      stopped.kill('SIGCONT');
      expect(await begun).toMatch(/kept from running/);
      expect((await notes('Slept')).length).toBe(1);
    },
    60_000,
  );

  it('one alone brings back what was deleted, however many undo it at the same time or after each other', async () => {
    const both = await Promise.all([start('one'), start('two')]);
    const [one, two] = both;
    const name = 'Brought back';
    const groups = () =>
      recordsWhere(tenant.sandbox, 'ContactGroups', { op: 'eq', field: 'name', value: name });
    await write('create-entity', { entity: 'ContactGroups', data: { name, isActive: true } }, one);
    const [made] = await groups();
    const deleted = await write('delete-entity', { entity: 'ContactGroups', id: Number(made?.id) }, two);
    const undo = about(/w-[0-9a-f]{12}/.exec(deleted)?.[0] ?? '', 'undo');
    tenant.sandbox.faults.add({ fault: { kind: 'latency', ms: 700 }, method: 'POST', path: 'ContactGroups' });
    const previews = await Promise.all(both.map((replica) => said(replica, 'write-receipt', undo)));
    const answers = await Promise.all(
      both.map((replica, at) =>
        said(replica, 'write-receipt', { ...undo, confirm: tokenIn(previews[at] ?? '') }),
      ),
    );
    expect(answers.filter((text) => /^Created 1 ContactGroup/.test(text)).length, answers.join('\n')).toBe(1);
    expect(answers.filter((text) => /^Somebody (works|else went on)/.test(text)).length).toBe(1);
    expect(await said(one, 'write-receipt', undo)).toMatch(/nothing to write.*undone already by w-/s);
    expect((await groups()).length).toBe(1);
  }, 60_000);

  it('a single write that was not sent when its replica was stopped is made by the other alone', async () => {
    const [stopped, other] = await Promise.all([start('stopped'), start('other', short)]);
    const [ticketId] = await ticketIds(1);
    const args = { ticketId, title: 'Single', description: 'Of one that was stopped' };
    const confirm = tokenIn(await said(stopped, 'create-ticket-note', args));
    // It waits to write the line that says so, and after that for a turn that nobody gives.
    const lock = log.replace('.jsonl', '@stopped.jsonl.lock');
    writeFileSync(lock, 'somebody');
    const begun = said(stopped, 'create-ticket-note', { ...args, confirm });
    begun.catch(() => undefined);
    await until(() => readdirSync(dirname(log)).some((name) => name.endsWith('.running')));
    engine.pause();
    rmSync(lock);
    const receipt = await attemptOf('stopped');
    stopped.kill('SIGSTOP');
    engine.resume();
    expect(posts()).toEqual([]);
    const resume = about(receipt, 'resume');
    let preview = await said(other, 'write-receipt', resume);
    expect(preview).toMatch(/may still be on its way/);
    while (/may still be on its way/.test(preview)) {
      await wait(500);
      preview = await said(other, 'write-receipt', resume);
    }
    // Its claim is not old yet.
    const confirmed = { ...resume, confirm: tokenIn(preview) };
    expect(await said(other, 'write-receipt', confirmed)).toMatch(/^Somebody works on the receipt/);
    makeOld();
    expect(await write('write-receipt', resume, other)).toMatch(/^Created 1 TicketNote/);
    stopped.kill('SIGCONT');
    expect(await begun).toMatch(/kept from running/);
    expect(await notes('Single')).toEqual([ticketId]);
    expect(await said(stopped, 'write-receipt', about(receipt, 'status'))).toMatch(
      /: done 1, refused 0, unknown 0, not reached 0\./,
    );
  }, 60_000);

  it('what a killed one sent is not sent again before it can have arrived', async () => {
    const [killed, other] = await Promise.all([start('killed'), start('other', short)]);
    const [ticketId] = await ticketIds(1);
    const args = { ticketId, title: 'Late', description: 'Of one that was killed' };
    slowNotes(3_000);
    const begun = write('create-ticket-note', args, killed).catch(() => 'lost');
    const receipt = await attemptOf('killed');
    await until(() => posts().length === 1);
    killed.kill('SIGKILL');
    await begun;
    const resume = about(receipt, 'resume');
    expect(await said(other, 'write-receipt', resume)).toMatch(
      /may still be on its way; look again in \d seconds/,
    );
    await until(() => posts().every(({ to }) => Number.isFinite(to)));
    expect(await said(other, 'write-receipt', resume)).toMatch(/done: the tenant has it/);
    expect((await notes('Late')).length).toBe(1);
  }, 60_000);

  it('what a killed one sent while the other planned is not sent again', async () => {
    const [first, killed, other] = await Promise.all([
      start('first'),
      start('killed'),
      start('other', short),
    ]);
    const ids = await ticketIds(2);
    slowNotes(700);
    const begun = write('create-ticket-note', bulk('Planned', ids), first).catch(() => 'lost');
    const receipt = await attemptOf('first');
    await until(() => posts().length === 1);
    first.kill('SIGKILL');
    await begun;
    await wait(1_000);
    const resume = about(receipt, 'resume');
    const [mine, theirs] = [
      await said(other, 'write-receipt', resume),
      await said(killed, 'write-receipt', resume),
    ];
    // The other reads slowly what it plans with.
    const from = tenant.seen.length;
    tenant.latency = 3_000;
    const slowly = said(other, 'write-receipt', { ...resume, confirm: tokenIn(mine) });
    await until(() => tenant.seen.length > from);
    tenant.latency = 0;
    tenant.sandbox.faults.clear();
    slowNotes(400);
    const lost = said(killed, 'write-receipt', { ...resume, confirm: tokenIn(theirs) }).catch(() => 'lost');
    await attemptOf('killed');
    await until(() => posts().length === 2);
    killed.kill('SIGKILL');
    await lost;
    expect(await slowly).toMatch(/Somebody else went on with this receipt meanwhile/);
    expect(await notes('Planned')).toEqual(ids);
  }, 60_000);
});
