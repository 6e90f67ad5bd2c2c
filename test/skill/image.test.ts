import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import packageJson from '../../package.json' with { type: 'json' };
import { startSandbox } from '../../src/sandbox/index.js';
import { bubblewrap, build, contextOf, type Stage } from './support/image.js';
import { without } from './support/tools.js';
import { repository, skill } from './support/world.js';

const dockerfile = readFileSync(join(repository, 'Dockerfile'), 'utf8');
const labels = {
  VERSION: '1.2.3',
  REVISION: '0123abc',
  SOURCE: 'https://git.example/some-owner/autotask-mcp',
  SERVER_NAME: 'io.example.some-owner/autotask-mcp',
};
const token = 'a-bearer-token-of-the-test';
const call = { name: 'count-entity', arguments: { entity: 'Companies' } };
const answered = {
  id: 2,
  jsonrpc: '2.0',
  result: { content: [{ type: 'text', text: expect.stringMatching(/^\d+ Companies/) }] },
};

const left = without('bwrap');
let image: Stage;
let outside: string;
let files: string[];
beforeAll(() => {
  if (left) return;
  image = build(dockerfile, repository, labels);
  files = readdirSync(image.root, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(image.root.length));
  // An engine makes these for its mounts.
  for (const folder of ['proc', 'dev', 'run/secrets'])
    mkdirSync(join(image.root, folder), { recursive: true });
  outside = mkdtempSync(join(tmpdir(), 'outside-'));
  for (const name of ['hosts', 'resolv.conf']) writeFileSync(join(image.root, 'etc', name), '');
  writeFileSync(join(outside, 'hosts'), '127.0.0.1 localhost\n');
  writeFileSync(join(outside, 'resolv.conf'), 'nameserver 127.0.0.1\n');
  writeFileSync(join(outside, 'http-token'), token, { mode: 0o600 });
}, 300_000);
afterAll(() => {
  if (left) return;
  image.remove();
  rmSync(outside, { recursive: true, force: true });
});

/** Starts Node in the image, read-only, not root, alone on a loopback, with what an engine mounts into it. */
function inImage(
  command: readonly string[],
  env: Record<string, string>,
  more: readonly string[],
  user = image.user,
): string {
  const [uid = '', gid = ''] = user.split(':');
  const done = bubblewrap(
    [
      ...['--ro-bind', image.root, '/', '--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp'],
      ...['--ro-bind', join(outside, 'hosts'), '/etc/hosts'],
      ...['--ro-bind', join(outside, 'resolv.conf'), '/etc/resolv.conf'],
      ...[
        '--unshare-all',
        '--uid',
        uid,
        '--gid',
        gid,
        '--cap-drop',
        'ALL',
        '--die-with-parent',
        '--new-session',
      ],
      ...['--chdir', image.workdir, '--clearenv', ...more],
      ...Object.entries({ ...image.env, ...env }).flatMap(([name, value]) => ['--setenv', name, value]),
      ...['/usr/local/bin/node', ...command],
    ],
    {},
  );
  if (done.status !== 0) throw new Error(done.stderr);
  return done.stdout;
}

/** Runs the server in it, beside a probe that asks it and looks around. */
function probe(task: Record<string, unknown>, env: Record<string, string>, envFile = '') {
  writeFileSync(join(outside, 'env'), envFile, { mode: 0o600 });
  const found = inImage(
    ['/run/secrets/probe.mjs', JSON.stringify({ healthcheck: image.healthcheck, call, ...task })],
    env,
    [
      ...['--tmpfs', '/run/secrets'],
      ...['--ro-bind', join(outside, 'env'), '/run/secrets/autotask_env'],
      ...['--ro-bind', join(outside, 'http-token'), '/run/secrets/autotask_http_token'],
      ...[
        '--ro-bind',
        fileURLToPath(new URL('support/probe.mjs', import.meta.url)),
        '/run/secrets/probe.mjs',
      ],
    ],
  );
  return z.looseObject({}).parse(JSON.parse(found));
}

const confined = {
  user: '65532:65532',
  capabilities: '0000000000000000',
  bounding: '0000000000000000',
  noNewPrivileges: '1',
  writeApp: 'EROFS',
  writeRoot: 'EROFS',
  writeTmp: 'worked',
  interfaces: ['lo'],
  outside: 'ENETUNREACH',
  programs: [],
};

const compose = z
  .object({
    services: z.object({
      'autotask-mcp': z.looseObject({
        entrypoint: z.array(z.string()),
        environment: z.record(z.string(), z.string()),
        pids_limit: z.number(),
      }),
    }),
  })
  .parse(parse(readFileSync(join(skill, 'docker-compose.yml'), 'utf8'))).services['autotask-mcp'];
const asComposed = { ...compose.environment, NODE_ENV: 'production' };

describe.skipIf(left)('Dockerfile', () => {
  it('multi-stage: the image holds Node, its libraries and the built server, nothing else', () => {
    const others = files
      .filter((path) => !/^\/(app\/dist\/chunks\/[^/]+\.js|lib.*\.so(\.\d+)*)$/.test(path))
      .sort();
    expect(others).toEqual([
      '/app/LICENSE',
      '/app/THIRD-PARTY-NOTICES',
      '/app/dist/cli.js',
      '/app/package.json',
      '/etc/group',
      '/etc/nsswitch.conf',
      '/etc/passwd',
      '/usr/local/bin/node',
    ]);
    expect(files).toContain('/app/dist/cli.js');
  });

  it('the build sees no .env, no history, no tests', () => {
    const context = contextOf(repository);
    for (const needed of ['package.json', 'package-lock.json', 'build.mjs', 'src', 'generated', 'LICENSE']) {
      expect(context).toContain(needed);
    }
    for (const kept of ['.env', '.git', '.github', 'node_modules', 'dist', 'test', 'skill']) {
      expect(context).not.toContain(kept);
    }
    expect(readFileSync(join(repository, '.dockerignore'), 'utf8').split('\n')).toEqual(
      expect.arrayContaining(['**/.env', '**/.env.*']),
    );
  });

  it('OCI labels say what it is, where from, and its name in the MCP registry', () => {
    expect(image.labels).toEqual({
      'org.opencontainers.image.title': 'autotask-mcp',
      'org.opencontainers.image.description': 'MCP server for Kaseya Autotask PSA',
      'org.opencontainers.image.licenses': packageJson.license,
      'org.opencontainers.image.version': '1.2.3',
      'org.opencontainers.image.revision': '0123abc',
      'org.opencontainers.image.source': 'https://git.example/some-owner/autotask-mcp',
      'io.modelcontextprotocol.server.name': 'io.example.some-owner/autotask-mcp',
    });
  });

  it('nothing in it is bound to one platform', () => {
    expect(dockerfile).not.toMatch(/amd64|arm64|x86_64|aarch64/);
    expect(dockerfile).toContain('FROM --platform=$BUILDPLATFORM');
    // What is taken from the build, on whichever platform that was, is text.
    for (const path of files.filter((name) => name.startsWith('/app/')))
      expect({ path, binary: readFileSync(join(image.root, path)).includes(0) }).toEqual({
        path,
        binary: false,
      });
  });
});

describe.skipIf(left)(
  'the image in a sandbox: read-only root, no network but loopback, no capabilities, not root',
  () => {
    it('speaks stdio by default, and its health check has nothing to complain about', () => {
      const found = probe({ entrypoint: [...image.entrypoint, '--demo'] }, {});
      expect(found).toEqual({ ...confined, exit: 0, answer: answered, health: 0 });
    });

    it('speaks HTTP by environment: /health answers, a tool call works in demo mode', () => {
      const found = probe(
        { entrypoint: [...image.entrypoint, '--demo'], port: 3000 },
        { AUTOTASK_TRANSPORT: 'http', AUTOTASK_HTTP_TOKEN_FILE: '/run/secrets/autotask_http_token' },
      );
      expect(found).toMatchObject({
        ...confined,
        healthBefore: 1,
        health: { status: 200, body: { status: 'ok' }, check: 0 },
        withoutToken: 401,
        answer: answered,
        exit: 0,
      });
    });

    it('finds addresses by name: from the hosts file, and from a name server', () => {
      // A name server that answers every question with 192.0.2.7.
      const script = `
      const server = require('node:dgram').createSocket('udp4');
      server.on('message', (asked, from) => {
        const question = asked.subarray(12, asked.indexOf(0, 12) + 5);
        const isA = question.readUInt16BE(question.length - 4) === 1;
        const head = Buffer.from([asked[0], asked[1], 0x81, 0x80, 0, 1, 0, isA ? 1 : 0, 0, 0, 0, 0]);
        const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 192, 0, 2, 7]);
        server.send(Buffer.concat([head, question, ...(isA ? [record] : [])]), from.port, from.address);
      });
      server.bind(53, '127.0.0.1', async () => {
        const { lookup } = require('node:dns/promises');
        const found = [await lookup('localhost'), await lookup('webservices.autotask.example')];
        console.log(JSON.stringify(found.map(({ address }) => address)));
        server.close();
      });`;
      // Only the root of this small world may take port 53.
      const found = inImage(['-e', script], {}, ['--cap-add', 'CAP_NET_BIND_SERVICE'], '0:0');
      expect(JSON.parse(found)).toEqual(['127.0.0.1', '192.0.2.7']);
    });

    it("as the skill's Compose file runs it: credentials from the mounted .env reach Autotask, and only there", async () => {
      const tenant = await startSandbox();
      const { userName, secret, integrationCode } = tenant.credentials;
      await tenant.close();
      const envFile = [
        '# as .env.example.txt',
        `AUTOTASK_USERNAME=${userName}`,
        `AUTOTASK_SECRET='${secret}'`,
        `AUTOTASK_INTEGRATION_CODE="${integrationCode}"`,
        'AUTOTASK_API_URL=http://127.0.0.1:9000/ATServicesRest/',
        'AUTOTASK_MCP_IMAGE=registry.example/owner/autotask-mcp:latest',
        'LOG_FORMAT=json',
        '',
      ].join('\n');
      const found = z
        .looseObject({
          log: z.string(),
          environment: z.array(z.string()),
          threads: z.array(z.number()),
          megabytes: z.number(),
        })
        .parse(
          probe(
            {
              tenant: [...image.entrypoint, 'sandbox', '--port', '9000'],
              entrypoint: compose.entrypoint,
              port: 8080,
            },
            asComposed,
            envFile,
          ),
        );
      expect(found).toMatchObject({
        ...confined,
        healthBefore: 1,
        health: { status: 200, body: { status: 'ok' }, check: 0 },
        withoutToken: 401,
        answer: answered,
        exit: 0,
      });
      for (const value of [userName, secret, integrationCode, token]) {
        expect(found.environment.some((entry) => entry.includes(value))).toBe(false);
        expect(found.log).not.toContain(value);
      }
      const log = found.log
        .trim()
        .split('\n')
        .map((line) => z.object({ level: z.string(), message: z.string() }).parse(JSON.parse(line)));
      expect(log.filter(({ level }) => level !== 'info')).toEqual([]);
      // The server and its health check side by side, with room to spare.
      expect(Math.max(...found.threads) * 3).toBeLessThan(compose.pids_limit);
      expect(found.megabytes).toBeLessThan(512 / 2);
    });
  },
);
