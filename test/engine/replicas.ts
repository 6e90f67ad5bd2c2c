import assert from 'node:assert/strict';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { watchTenant } from '../shared-state/watched-tenant.js';
import { makeCertificates } from '../support/certificates.js';
import { httpsPoster } from '../support/https.js';
import { type Done, reports, runs } from './support.js';

/*
 * The Compose example of replicas (skill/replicas) on a real Docker engine: set up by the commands of its page, with a
 * sandbox tenant of this process in the place of Autotask. Needs docker with Compose, the port 8443, and a user other
 * than root.
 *
 * STAND_INS=debian: where no registry can be reached, valkey-server and caddy from the packages of Debian 13 take the
 * place of the images that the example names (of the same Valkey, 8.1). Then file, proxy configuration and hardening
 * are tested, and not these images.
 */
const repository = join(import.meta.dirname, '../..');
const base = mkdtempSync(join(tmpdir(), 'engine-replicas-'));
const folder = join(base, 'skill/replicas');
const publicName = 'mcp.engine.example';
const port = 8443;
const standIns = process.env.STAND_INS === 'debian';
const standIn = 'autotask-mcp:stand-in';
const names = ['replica-a', 'replica-b', 'valkey', 'proxy'] as const;

const environment = {
  ...process.env,
  HOME: base,
  COMPOSE_PROJECT_NAME: 'autotask-mcp-replicas',
  // The second gives the tenant a name; nothing of the example is changed by it.
  COMPOSE_FILE: 'docker-compose.yml:tenant.yml',
  AUTOTASK_MCP_IMAGE: 'autotask-mcp:local',
  AUTOTASK_MCP_USER: `${process.getuid?.()}:${process.getgid?.()}`,
  PUBLIC_NAME: publicName,
  PUBLISH: String(port),
  ...(standIns ? { VALKEY_IMAGE: standIn, CADDY_IMAGE: standIn } : {}),
};
// Everything runs beside this process, which is the tenant.
const run = (command: string, args: readonly string[], input = '', cwd = folder) =>
  runs(command, args, { cwd, env: environment, input });
async function succeeds(done: Promise<Done>): Promise<string> {
  const { code, out, err } = await done;
  assert.equal(code, 0, `${out}${err}`);
  return out.trim();
}
const docker = (...args: readonly string[]) => succeeds(run('docker', args));
const compose = (...args: readonly string[]) => docker('compose', ...args);
const idOf = (service: string) => compose('ps', '--all', '--quiet', service);

const container = z.object({
  State: z.object({ Status: z.string(), Health: z.object({ Status: z.string() }) }),
  RestartCount: z.number(),
  HostConfig: z.looseObject({}),
  NetworkSettings: z.object({
    Ports: z.record(z.string(), z.unknown()),
    Networks: z.record(z.string(), z.unknown()),
  }),
});
const inspected = async (service: string) =>
  z.tuple([container]).parse(JSON.parse(await docker('container', 'inspect', await idOf(service))))[0];
async function healthy(service: string, restarts = 0): Promise<void> {
  for (let attempts = 0; ; attempts += 1) {
    const { State, RestartCount } = await inspected(service);
    if (State.Health.Status === 'healthy' && RestartCount >= restarts) return;
    if (attempts > 480)
      assert.fail(`${service} is ${State.Health.Status}: ${await compose('logs', service)}`);
    await sleep(250);
  }
}

const rpc = (name: string, args: object) =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } });
const secret = (name: string) => readFileSync(join(folder, 'secrets', name), 'utf8').trim();
const tokenIn = (preview: string) => /confirm: \\?"([^"\\]+)\\?"/.exec(preview)?.[1] ?? '';

/** A call at one replica, past the proxy, asked by Node in its container. */
const atReplica = async (service: string, body: string): Promise<string> => {
  const script = `
    const token = require('node:fs').readFileSync('/run/secrets/http_token', 'utf8').trim();
    fetch('http://127.0.0.1:8080/mcp', { method: 'POST', body: ${JSON.stringify(body)}, headers: {
      Authorization: 'Bearer ' + token, 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream',
    } }).then((answer) => answer.text()).then((answer) => process.stdout.write(answer));`;
  return docker('exec', await idOf(service), '/usr/local/bin/node', '-e', script);
};
const group = (name: string) => ({ entity: 'ContactGroups', data: { name, isActive: true } });
const queried = (number: number) =>
  rpc('query-entity', { entity: 'Tickets', query: { id: number }, includeFields: ['id'] });

const tenant = await watchTenant();
// Containers cannot reach the loopback of this machine, where the tenant is.
const way = createServer((socket) => {
  const there = connect(Number(new URL(tenant.apiUrl).port), '127.0.0.1');
  for (const end of [socket, there]) end.on('error', () => [socket, there].map((other) => other.destroy()));
  socket.pipe(there).pipe(socket);
});
const writes = () => tenant.seen.filter(({ method, path }) => method === 'POST' && path === 'ContactGroups');
let post: ReturnType<typeof httpsPoster>;
const call = (body: string, headers: Record<string, string> = {}) =>
  post(body, { headers: { Authorization: `Bearer ${secret('http_token')}`, ...headers } });

/** Keeps calling through the proxy while `work` runs; answers how many calls there were, and those that failed. */
async function underLoad(work: () => Promise<void>) {
  const failed: { at: number; what: string }[] = [];
  let [calls, loading] = [0, true];
  const load = Array.from({ length: 4 }, async () => {
    while (loading) {
      calls += 1;
      const answer = await call(queried(calls)).catch((error: unknown) => ({
        status: 0,
        text: String(error),
      }));
      if (answer.status !== 200 || answer.text.includes('"isError":true'))
        failed.push({ at: performance.now(), what: `${answer.status} ${answer.text.slice(0, 200)}` });
    }
  });
  await work();
  loading = false;
  await Promise.all(load);
  return { calls, failed };
}

const steps: Record<string, () => Promise<void>> = {
  'the commands of docs/http.md start it, and all of it becomes healthy': async () => {
    cpSync(join(repository, 'skill'), join(base, 'skill'), {
      recursive: true,
      filter: (path) => !/\/(\.env|logs|secrets|valkey|\.pinned-digest)$/.test(path),
    });
    if (standIns) {
      const packages =
        'apt-get update -qq && apt-get install -y -qq --no-install-recommends valkey-server valkey-tools caddy wget';
      const dockerfile = `FROM debian:trixie-slim\nRUN ${packages}\n`;
      await succeeds(run('docker', ['build', '--tag', standIn, '-'], dockerfile));
    }
    await docker('build', '--tag', 'autotask-mcp:local', repository);
    const format = '{{(index .IPAM.Config 0).Gateway}}';
    const gateway = await docker('network', 'inspect', 'bridge', '--format', format);
    await new Promise<void>((resolve) => way.listen(0, gateway, resolve));
    const address = way.address();
    assert.ok(address !== null && typeof address === 'object');
    const { userName, secret: password, integrationCode } = tenant.sandbox.credentials;
    const apiUrl = `http://tenant:${address.port}${new URL(tenant.apiUrl).pathname}`;
    writeFileSync(
      join(base, 'skill/.env'),
      `AUTOTASK_USERNAME=${userName}\nAUTOTASK_SECRET='${password}'\nAUTOTASK_INTEGRATION_CODE=${integrationCode}\nAUTOTASK_API_URL=${apiUrl}\n`,
    );
    chmodSync(join(base, 'skill/.env'), 0o600);
    const named = '{ extra_hosts: ["tenant:host-gateway"] }';
    writeFileSync(join(folder, 'tenant.yml'), `services: { replica-a: ${named}, replica-b: ${named} }\n`);
    const certificates = makeCertificates(base, `DNS:${publicName}`);
    const page = readFileSync(join(repository, 'docs/http.md'), 'utf8');
    const [, commands = ''] = /```sh\n(cd skill\/replicas[^`]*)```/.exec(page) ?? [];
    const own = commands
      .replace('/path/of/certificate.pem', certificates.cert)
      .replace('/path/of/its/key.pem', certificates.key)
      .replace(/registry\.example\S+/, environment.AUTOTASK_MCP_IMAGE)
      .replace('mcp.example.com', publicName);
    assert.match(own, /docker compose up -d/);
    await succeeds(run('bash', ['-euc', own], '', base));
    for (const name of names) await healthy(name);
    post = httpsPoster({ port, ca: readFileSync(certificates.ca), name: publicName });
  },
  'the engine confines each of them as the file says': async () => {
    for (const name of names) {
      const { HostConfig, NetworkSettings } = await inspected(name);
      const wanted = {
        ReadonlyRootfs: true,
        Privileged: false,
        SecurityOpt: ['no-new-privileges:true'],
        Memory: 512 * 1024 ** 2,
        MemorySwap: 512 * 1024 ** 2,
        NanoCpus: 1e9,
        PidsLimit: 64,
        Init: true,
        LogConfig: { Type: 'json-file', Config: { 'max-file': '3', 'max-size': '10m' } },
      };
      for (const [key, value] of Object.entries(wanted))
        assert.deepEqual({ [key]: HostConfig[key] }, { [key]: value });
      const read = name.startsWith('replica')
        ? [
            '/usr/local/bin/node',
            '-e',
            "console.log(require('node:fs').readFileSync('/proc/1/status', 'utf8'))",
          ]
        : ['cat', '/proc/1/status'];
      const status = await docker('exec', await idOf(name), ...read);
      const line = (key: string) => new RegExp(`^${key}:\\s*(\\S+)`, 'm').exec(status)?.[1];
      assert.deepEqual(
        [name, line('Uid'), line('CapEff'), line('CapBnd'), line('NoNewPrivs')],
        // The proxy's program asks for the right to low ports, and nobody has it in effect.
        [
          name,
          String(process.getuid?.()),
          '0'.repeat(16),
          (name === 'proxy' ? '400' : '0').padStart(16, '0'),
          '1',
        ],
      );
      const published = Object.values(NetworkSettings.Ports).some((bound) => bound !== null);
      assert.deepEqual([name, published], [name, name === 'proxy']);
    }
    const written = await run('docker', ['exec', await idOf('valkey'), 'touch', '/file']);
    assert.match(written.err, /Read-only file system/);
    const [network = '', ...more] = Object.keys((await inspected('valkey')).NetworkSettings.Networks);
    assert.deepEqual(more, []);
    assert.equal(await docker('network', 'inspect', '--format', '{{.Internal}}', network), 'true');
  },
  'a call through TLS is answered; without the token, for another host or elsewhere it is not': async () => {
    const answer = await call(rpc('count-entity', { entity: 'Companies' }));
    assert.equal(answer.status, 200);
    assert.match(answer.text, /\d+ Companies/);
    assert.equal((await call(queried(1), { Authorization: 'Bearer wrong-wrong-wrong-wrong' })).status, 401);
    assert.equal((await call(queried(1), { Host: 'other.example' })).status, 403);
    const { Authorization } = { Authorization: `Bearer ${secret('http_token')}` };
    assert.equal((await post('', { path: '/metrics', headers: { Authorization } })).status, 404);
  },
  'a preview of one replica is confirmed at the other, and written once': async () => {
    const before = writes().length;
    const args = group('Of the engine');
    const confirm = tokenIn(await atReplica('replica-a', rpc('create-entity', args)));
    assert.notEqual(confirm, '');
    const confirmed = rpc('create-entity', { ...args, confirm });
    const answers = await Promise.all(
      ['replica-b', 'replica-a', 'replica-b'].map((name) => atReplica(name, confirmed)),
    );
    answers.push((await call(confirmed)).text);
    assert.equal(
      answers.filter((answer) => answer.includes('Created ContactGroup')).length,
      1,
      answers.join('\n'),
    );
    assert.equal(
      answers.filter((answer) => /PREVIEW.*used already/.test(answer)).length,
      3,
      answers.join('\n'),
    );
    assert.equal(writes().length - before, 1);
  },
  'a replica whose process is killed: calls go on, and it comes back by itself': async () => {
    const id = await idOf('replica-a');
    const kills = `for (const pid of require('node:fs').readdirSync('/proc').filter((name) => /^\\d+$/.test(name)))
      if (pid !== '1' && Number(pid) !== process.pid) process.kill(Number(pid), 'SIGKILL');`;
    let killed = 0;
    const { calls, failed } = await underLoad(async () => {
      await sleep(1_000);
      await run('docker', ['exec', id, '/usr/local/bin/node', '-e', kills]);
      killed = performance.now();
      await healthy('replica-a', 1);
    });
    // Those that the replica was working on are never sent again; and Caddy up to 2.11.1 answers 502 as well to those
    // for which it was refused a connection, until it has noticed.
    assert.ok(failed.length <= 8, failed.map(({ what }) => what).join('\n'));
    for (const { at, what } of failed) {
      assert.match(what, /^502 /);
      assert.ok(at - killed < 2_000, `${at - killed} ms after the end: ${what}`);
    }
    assert.ok(calls > 100, String(calls));
  },
  'the Valkey stopped: reads go on, what needs it is refused, and it is taken up again': async () => {
    const preview = await atReplica('replica-a', rpc('create-entity', group('Before the stop')));
    const before = writes().length;
    await compose('stop', 'valkey');
    const { failed } = await underLoad(() => sleep(8_000));
    assert.deepEqual(failed, []);
    const args = { ...group('Before the stop'), confirm: tokenIn(preview) };
    assert.match((await call(rpc('create-entity', args))).text, /Nothing was written/);
    await compose('start', 'valkey');
    await healthy('valkey');
    await sleep(4_000);
    const again = await call(rpc('create-entity', args));
    assert.match(again.text, /PREVIEW/);
    assert.equal(writes().length - before, 0);
    const created = await call(rpc('create-entity', { ...args, confirm: tokenIn(again.text) }));
    assert.match(created.text, /Created ContactGroup/);
    assert.equal(writes().length - before, 1);
  },
  'restarted one after the other, as the page says, they lose no call': async () => {
    const page = readFileSync(join(repository, 'docs/http.md'), 'utf8');
    const [, command = ''] = /`docker (compose up [^`]*) replica-a`/.exec(page) ?? [];
    const { calls, failed } = await underLoad(async () => {
      for (const name of ['replica-a', 'replica-b']) {
        const id = await idOf(name);
        await docker(...command.split(' '), name);
        await healthy(name);
        assert.notEqual(await idOf(name), id);
      }
    });
    assert.deepEqual(failed, []);
    assert.ok(calls > 100, String(calls));
    assert.ok(tenant.mostTogether() <= 3);
  },
  'no secret in what the engine knows of them, nor in their logs': async () => {
    const ids = await Promise.all(names.map((name) => idOf(name)));
    const known = (await docker('container', 'inspect', ...ids)) + (await compose('logs'));
    assert.match(known, /serving MCP/);
    const password = secret('valkey.conf').split(' ')[1] ?? '';
    const all = [password, secret('confirm_key'), secret('http_token'), tenant.sandbox.credentials.secret];
    for (const one of all) assert.ok(one.length > 5 && !known.includes(one));
  },
};

mkdirSync(folder, { recursive: true });
try {
  if (standIns) process.stdout.write('STAND_INS=debian: Valkey and Caddy are those of Debian 13\n');
  await reports(steps);
} finally {
  await run('docker', ['compose', 'down', '--volumes']);
  if (standIns) await run('docker', ['rmi', '--force', standIn]);
  way.close();
  await tenant.close();
  rmSync(base, { recursive: true, force: true });
}
