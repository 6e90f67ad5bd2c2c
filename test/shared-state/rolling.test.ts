import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { callTool } from '../http/support.js';
import { makeCertificates } from '../support/certificates.js';
import { engineProgram, freePort, startEngine } from '../support/engine.js';
import { httpsPoster } from '../support/https.js';
import { isWrite } from '../writes/support.js';
import { bearer, key, type Replica, readTicket, slow, startReplica } from './support.js';
import { watchTenant } from './watched-tenant.js';

const proxyConfiguration = join(import.meta.dirname, '../../skill/replicas/Caddyfile');
const hasCaddy = spawnSync('caddy', ['version']).status === 0;
if (slow && !hasCaddy && process.env.CI === 'true')
  throw new Error('caddy is missing (apt-get install caddy)');

let proxy: ChildProcess | undefined;
afterAll(() => proxy?.kill('SIGKILL'));

/** The proxy of the Compose example, with its own configuration, on free ports. */
async function startProxy(replicas: readonly number[]) {
  const { ca, cert, key: tlsKey } = makeCertificates(mkdtempSync(join(tmpdir(), 'proxy-')));
  const [port, healthPort] = [await freePort(), await freePort()];
  proxy = spawn('caddy', ['run', '--config', proxyConfiguration, '--adapter', 'caddyfile'], {
    env: {
      PATH: process.env.PATH,
      HOME: tmpdir(),
      PROXY_PORT: String(port),
      HEALTH_PORT: String(healthPort),
      TLS_CERT: cert,
      TLS_KEY: tlsKey,
      REPLICAS: replicas.map((number) => `127.0.0.1:${number}`).join(' '),
    },
    stdio: 'ignore',
  });
  const posted = httpsPoster({ port, ca: readFileSync(ca), name: 'localhost' });
  const post = (body: string, path = '/mcp') =>
    posted(body, { path, headers: { Authorization: `Bearer ${bearer}` } });
  const answers = () =>
    post(callTool('get-version')).then(
      ({ status }) => status === 200,
      () => false,
    );
  while (!(await answers())) await sleep(100);
  expect((await fetch(`http://127.0.0.1:${healthPort}/`)).status).toBe(200);
  return post;
}

describe.skipIf(engineProgram === null || !slow || !hasCaddy)(
  'two replicas behind the proxy with TLS',
  () => {
    it('restarted one after the other under load lose no call and make no write twice', async () => {
      const [engine, tenant] = await Promise.all([startEngine(), watchTenant()]);
      const ports = [await freePort(), await freePort()];
      const start = (port: number) =>
        startReplica(tenant, {
          PORT: String(port),
          AUTOTASK_STATE_URL: engine.url,
          AUTOTASK_CONFIRM_KEY: key,
          AUTOTASK_HTTP_DRAIN_SECONDS: '3',
        });
      const replicas: Replica[] = await Promise.all(ports.map(start));
      const post = await startProxy(ports);
      expect((await post('{}', '/metrics')).status).toBe(404);
      tenant.latency = 60;
      const wrong: string[] = [];
      let calls = 0;
      let created = 0;
      let loading = true;
      const load = Array.from({ length: 6 }, async (_, worker) => {
        for (let round = 0; loading; round += 1) {
          calls += 1;
          const writes = worker === 0;
          const body = writes
            ? callTool('create-entity', {
                entity: 'ContactGroups',
                data: { name: `Rolling ${round}`, isActive: true },
                confirm: 'CREATE_ENTITY',
              })
            : callTool('query-entity', readTicket(calls));
          const { status, text } = await post(body).catch((error: unknown) => ({
            status: 0,
            text: String(error),
          }));
          if (status !== 200 || text.includes('"isError":true'))
            wrong.push(`${status} ${text.slice(0, 300)}`);
          else if (writes) created += 1;
        }
      });
      const before = tenant.sandbox.requests.filter(isWrite).length;
      const drained: unknown[] = [];
      for (const [index, port] of ports.entries()) {
        await sleep(1_000);
        const old = replicas[index];
        if (old === undefined) throw new Error('no replica');
        const ended = old.stop();
        await sleep(300);
        // It still answers, and says what it is about to do.
        drained.push(await old.ready());
        await ended;
        replicas[index] = await start(port);
        // As an orchestrator does: the next one only when this one is ready, and the proxy has seen it.
        while ((await replicas[index]?.ready())?.status !== 200) await sleep(50);
        await sleep(1_500);
      }
      loading = false;
      await Promise.all(load);
      expect(wrong).toEqual([]);
      expect(calls).toBeGreaterThan(100);
      expect(created).toBeGreaterThan(5);
      expect(tenant.sandbox.requests.filter(isWrite).length - before).toBe(created);
      expect(drained).toEqual(
        [1, 2].map(() => ({ status: 503, body: { status: 'stopping', sharedState: 'up' } })),
      );
      expect(tenant.mostTogether()).toBeLessThanOrEqual(3);
      await Promise.all(replicas.map((replica) => replica.stop()));
      await Promise.all([engine.close(), tenant.close()]);
    }, 90_000);
  },
);
