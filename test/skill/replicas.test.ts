import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { composeClient, without } from './support/tools.js';
import { repository, skill } from './support/world.js';

const folder = join(skill, 'replicas');
const serviceShape = z.looseObject({
  secrets: z.array(z.string()).default([]),
  networks: z.array(z.string()),
  environment: z.record(z.string(), z.string()).default({}),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  stop_grace_period: z.string().optional(),
  healthcheck: z.looseObject({ interval: z.string() }),
  tmpfs: z.array(z.string()),
});
const file = z.object({
  services: z.record(z.string(), serviceShape),
  networks: z.record(z.string(), z.object({ internal: z.boolean().optional() })),
  secrets: z.record(z.string(), z.object({ file: z.string() })),
});
const compose = file.parse(parse(readFileSync(join(folder, 'docker-compose.yml'), 'utf8'), { merge: true }));
const services = Object.entries(compose.services);
const single = z
  .object({ services: z.object({ 'autotask-mcp': z.record(z.string(), z.unknown()) }) })
  .parse(parse(readFileSync(join(skill, 'docker-compose.yml'), 'utf8'))).services['autotask-mcp'];

describe('the Compose example of replicas', () => {
  it('has two replicas, a Valkey and a proxy, of which the proxy alone is published', () => {
    expect(services.map(([name]) => name)).toEqual(['replica-a', 'replica-b', 'valkey', 'proxy']);
    expect(services.filter(([, { ports }]) => ports !== undefined).map(([name]) => name)).toEqual(['proxy']);
    expect(
      readdirSync(folder)
        .filter((name) => !['secrets', 'valkey'].includes(name))
        .sort(),
    ).toEqual(['Caddyfile', 'docker-compose.yml', 'kubernetes.yaml']);
  });

  it.each(services)('%s is confined like the single container', (name, service) => {
    for (const key of [
      'read_only',
      'cap_drop',
      'security_opt',
      'pids_limit',
      'mem_limit',
      'memswap_limit',
      'cpus',
      'logging',
      'init',
      'restart',
    ])
      expect({ [key]: service[key] }).toEqual({ [key]: single[key] });
    expect(service.user).toMatch(/^\$\{AUTOTASK_MCP_USER:\?/);
    expect(service.cap_add).toEqual(name === 'proxy' ? ['NET_BIND_SERVICE'] : undefined);
    for (const mount of service.tmpfs) expect(mount).toMatch(/size=\d+m,mode=1777/);
  });

  it('keeps the Valkey from everybody but the replicas, and every secret in a file', () => {
    expect(compose.networks.state).toEqual({ internal: true });
    expect(services.filter(([, { networks }]) => networks.includes('state')).map(([name]) => name)).toEqual([
      'replica-a',
      'replica-b',
      'valkey',
    ]);
    expect(compose.services.valkey?.networks).toEqual(['state']);
    for (const [, { environment }] of services)
      for (const [name, value] of Object.entries(environment))
        if (/TOKEN|KEY|URL/.test(name)) expect(value).toMatch(/^\/run\/secrets\//);
    for (const { file: path } of Object.values(compose.secrets))
      expect(path).toMatch(/^(\.\.\/\.env|\.\/secrets\/)/);
    const ignored = readFileSync(join(skill, '.gitignore'), 'utf8');
    expect(ignored).toMatch(/^replicas\/secrets\/$/m);
    expect(ignored).toMatch(/^replicas\/valkey\/$/m);
  });

  it('starts each when what it needs is healthy, and stops it no sooner than its calls have ended', () => {
    const conditions = services.map(([name, { depends_on: on }]) => [name, Object.keys(on).sort()]);
    expect(Object.fromEntries(conditions)).toEqual({
      'replica-a': ['valkey'],
      'replica-b': ['valkey'],
      valkey: [],
      proxy: ['replica-a', 'replica-b'],
    });
    for (const [, { depends_on: on }] of services)
      for (const { condition } of Object.values(on)) expect(condition).toBe('service_healthy');
    for (const name of ['replica-a', 'replica-b']) {
      const service = compose.services[name];
      const [grace, environment] = [service?.stop_grace_period, service?.environment ?? {}];
      expect(Number.parseInt(String(grace), 10)).toBeGreaterThan(
        Number(environment.AUTOTASK_HTTP_DRAIN_SECONDS) + 25,
      );
    }
  });

  it('needs the files that its page makes', () => {
    const page = readFileSync(join(repository, 'docs/http.md'), 'utf8');
    for (const { file: path } of Object.values(compose.secrets))
      if (path.startsWith('./')) expect(page).toContain(path.replace('./', ''));
  });

  it.skipIf(without('docker-compose'))('is read by docker compose', () => {
    const [program = '', ...words] = composeClient;
    const done = spawnSync(program, [...words, '--project-name', 'replicas', 'config'], {
      cwd: folder,
      env: {
        PATH: process.env.PATH ?? '',
        AUTOTASK_MCP_IMAGE: 'registry.example/owner/autotask-mcp:1',
        AUTOTASK_MCP_USER: '1000:1000',
        PUBLIC_NAME: 'mcp.example.com',
      },
      encoding: 'utf8',
    });
    expect({ status: done.status, stderr: done.stderr }).toEqual({ status: 0, stderr: '' });
    expect(Object.keys(parse(done.stdout).services).sort()).toEqual([
      'proxy',
      'replica-a',
      'replica-b',
      'valkey',
    ]);
  });
});
