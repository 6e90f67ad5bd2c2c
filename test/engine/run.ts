import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { filledIn, secrets } from '../skill/support/secrets.js';
import { reports } from './support.js';

/*
 * The image and the skill on a real Docker engine: built, pulled, started, updated, pinned, stopped. Needs docker
 * with Compose, a registry that is empty or may be overwritten (REGISTRY, by default localhost:5000), the ports 8080
 * and 3000, and a user other than root. Everything it makes is named autotask-mcp and is removed at the end.
 */
const registry = process.env.REGISTRY ?? 'localhost:5000';
const repository = join(import.meta.dirname, '../..');
const image = `${registry}/owner/autotask-mcp`;
const base = mkdtempSync(join(tmpdir(), 'engine-'));
const home = join(base, 'home');
const folder = join(home, `it's "my" skills`, 'autotask-mcp');

interface Done {
  readonly code: number | null;
  readonly out: string;
}
function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: object; input?: string } = {},
): Done {
  const done = spawnSync(command, args, {
    cwd: options.cwd ?? '/',
    env: { ...process.env, HOME: home, XDG_CONFIG_HOME: '', ...options.env },
    encoding: 'utf8',
    ...(options.input === undefined ? {} : { input: options.input }),
  });
  if (done.error !== undefined) throw done.error;
  return { code: done.status, out: `${done.stdout}${done.stderr}` };
}
function docker(...args: string[]): string {
  const { code, out } = run('docker', args);
  assert.equal(code, 0, out);
  return out.trim();
}
/** A script of the skill, which must end with the given code and give nothing away. */
function script(name: string, args: readonly string[] = [], code = 0): string {
  const done = run(join(folder, 'scripts', name), args, { env: { AUTOTASK_MCP_WAIT_SECONDS: '60' } });
  assert.equal(done.code, code, done.out);
  for (const secret of Object.values(secrets))
    assert.ok(!done.out.includes(secret), `${name} gave a secret away`);
  return done.out;
}
function writeEnv(lines: readonly string[]): void {
  writeFileSync(
    join(folder, '.env'),
    `${[...filledIn, `AUTOTASK_MCP_IMAGE=${image}:latest`, ...lines].join('\n')}\n`,
  );
  chmodSync(join(folder, '.env'), 0o600);
}

const container = z.object({
  Id: z.string(),
  Image: z.string(),
  State: z.object({ Status: z.string(), Health: z.object({ Status: z.string() }) }),
  Config: z.object({ User: z.string() }),
  HostConfig: z.looseObject({}),
  Mounts: z.array(z.object({ Source: z.string(), Destination: z.string(), RW: z.boolean() })),
});
const inspected = () => docker('container', 'inspect', 'autotask-mcp');
const running = () => {
  const [found] = z.tuple([container]).parse(JSON.parse(inspected()));
  assert.equal(`${found.State.Status} ${found.State.Health.Status}`, 'running healthy');
  return found;
};
const idOf = (reference: string) => docker('image', 'inspect', '--format', '{{.Id}}', reference);
const digestOf = (reference: string) =>
  docker('image', 'inspect', '--format', '{{join .RepoDigests "\\n"}}', reference)
    .split('\n')
    .find((line) => line.startsWith(`${image}@`))
    ?.replace(/.*@/, '');

/** Makes another image out of the first, and what the tag stands for in the registry. */
function publish(name: string, instruction: string, context: Record<string, string> = {}): void {
  const place = join(base, name);
  mkdirSync(place);
  for (const [file, text] of Object.entries(context)) writeFileSync(join(place, file), text);
  writeFileSync(join(place, 'Dockerfile'), `FROM autotask-mcp:local\n${instruction}\n`);
  docker('build', '--tag', `${image}:latest`, place);
  docker('push', `${image}:latest`);
  // As on a machine that knows nothing of it yet.
  docker('tag', `${image}:latest`, `autotask-mcp:${name}`);
  docker('rmi', `${image}:latest`);
}

const count = { name: 'count-entity', arguments: { entity: 'Companies' } };
const rpc = (method: string, params: object, id = 1) =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params });
const post = (port: number, token: string | null, body: string) =>
  fetch(`http://localhost:${port}/mcp`, {
    method: 'POST',
    headers: {
      ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      // The next container is another server behind the same address.
      Connection: 'close',
    },
    body,
  });
const health = async (port: number) =>
  (await fetch(`http://localhost:${port}/health`, { headers: { Connection: 'close' } })).json();

/** What the server's own namespace says, asked by Node in the running container. */
const looksAround = `
  const fs = require('node:fs');
  const attempt = (act) => { try { act(); return 'worked'; } catch (error) { return error.code; } };
  const status = fs.readFileSync('/proc/1/status', 'utf8');
  const line = (name) => new RegExp('^' + name + ':\\\\s*(.*)$', 'm').exec(status)[1].split(/\\s/)[0];
  console.log(JSON.stringify({
    uid: line('Uid'), effective: line('CapEff'), bounding: line('CapBnd'), noNewPrivileges: line('NoNewPrivs'),
    root: attempt(() => fs.writeFileSync('/file', '')), app: attempt(() => fs.writeFileSync('/app/dist/cli.js', '')),
    tmp: attempt(() => fs.writeFileSync('/tmp/file', '')),
    mount: / \\/tmp tmpfs (\\S+)/.exec(fs.readFileSync('/proc/mounts', 'utf8'))[1].split(',')
      .filter((word) => /^(rw|noexec|nosuid|nodev|size=.*)$/.test(word)).sort(),
    programs: ['/bin/sh', '/usr/bin/env', '/usr/bin/npm'].filter((path) => fs.existsSync(path)),
  }));`;

const steps: Record<string, () => void | Promise<void>> = {
  'mcp_pull.sh builds the image from the repository when none is named': () => {
    const done = run(join(repository, 'skill/scripts/mcp_pull.sh'), [], { env: { AUTOTASK_MCP_IMAGE: '' } });
    assert.equal(done.code, 0, done.out);
    assert.match(done.out, /Image: autotask-mcp:local\nDigest: sha256:[0-9a-f]{64}\n/);
  },
  'stdio by default, confined: a tool call on the sandbox tenant': () => {
    const confined = ['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL', '--network', 'none'];
    const client = {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'engine', version: '1' },
    };
    const { code, out } = run('docker', ['run', '--rm', '-i', ...confined, 'autotask-mcp:local', '--demo'], {
      input: [rpc('initialize', client), rpc('tools/call', count, 2), ''].join('\n'),
    });
    assert.equal(code, 0, out);
    assert.match(out, /\d+ Companies".*"id":2/);
  },
  'the first start: cp, chmod, mcp_pull.sh, mcp_up.sh': async () => {
    publish('first', 'LABEL one=1');
    mkdirSync(folder, { recursive: true });
    cpSync(join(repository, 'skill'), folder, {
      recursive: true,
      filter: (path) => !/\/(\.env|logs|\.pinned-digest)$/.test(path),
    });
    writeEnv([]);
    script('mcp_pull.sh');
    const said = script('mcp_up.sh');
    assert.match(said, /The server is healthy/);
    assert.equal(running().Image, idOf('autotask-mcp:first'));
    assert.deepEqual(await health(8080), { status: 'ok' });
    const token = readFileSync(join(home, '.config/autotask-mcp/http-token'), 'utf8');
    assert.ok(!said.includes(token));
    assert.equal((await post(8080, null, rpc('tools/list', {}))).status, 401);
    assert.match(await (await post(8080, token, rpc('tools/list', {}))).text(), /count-entity/);
  },
  'the engine confines it as the Compose file says': () => {
    const { uid } = statSync(join(folder, '.env'));
    assert.deepEqual(JSON.parse(docker('exec', 'autotask-mcp', '/usr/local/bin/node', '-e', looksAround)), {
      uid: `${uid}`,
      effective: '0000000000000000',
      bounding: '0000000000000000',
      noNewPrivileges: '1',
      root: 'EROFS',
      app: 'EROFS',
      tmp: 'worked',
      mount: ['nodev', 'noexec', 'nosuid', 'rw', 'size=65536k'],
      programs: [],
    });
    const { HostConfig, Mounts } = running();
    const wanted = {
      Memory: 512 * 1024 ** 2,
      MemorySwap: 512 * 1024 ** 2,
      NanoCpus: 1e9,
      PidsLimit: 64,
      Init: true,
      PortBindings: { '8080/tcp': [{ HostIp: '127.0.0.1', HostPort: '8080' }] },
      LogConfig: { Type: 'json-file', Config: { 'max-file': '3', 'max-size': '10m' } },
    };
    for (const [name, value] of Object.entries(wanted))
      assert.deepEqual({ [name]: HostConfig[name] }, { [name]: value });
    const mounted = Mounts.map(({ Destination, RW }) => `${Destination} ${RW}`).sort();
    assert.deepEqual(mounted, ['/run/secrets/autotask_env false', '/run/secrets/autotask_http_token false']);
  },
  'no secret in the container’s configuration or log': () => {
    const token = readFileSync(join(home, '.config/autotask-mcp/http-token'), 'utf8');
    const seen = inspected() + docker('logs', 'autotask-mcp') + script('mcp_logs.sh');
    assert.match(seen, /serving MCP/);
    for (const secret of [...Object.values(secrets), token]) assert.ok(!seen.includes(secret));
  },
  'mcp_up.sh again changes nothing; a changed .env gives a new container': () => {
    const { Id } = running();
    script('mcp_up.sh');
    assert.equal(running().Id, Id);
    writeEnv(['LOG_FORMAT=json']);
    script('mcp_up.sh');
    assert.notEqual(running().Id, Id);
    assert.match(script('mcp_logs.sh'), /"level":"info"/);
  },
  'a token that was deleted is made anew, and the old one is worth nothing': async () => {
    const file = join(home, '.config/autotask-mcp/http-token');
    const old = readFileSync(file, 'utf8');
    rmSync(file);
    script('mcp_up.sh');
    const status = async (token: string) => (await post(8080, token, rpc('tools/list', {}))).status;
    assert.deepEqual([await status(old), await status(readFileSync(file, 'utf8'))], [401, 200]);
  },
  'mcp_update.sh: the same digest leaves the server alone, another one restarts it': () => {
    const { Id } = running();
    assert.match(script('mcp_update.sh'), /No change/);
    assert.equal(running().Id, Id);
    publish('second', 'LABEL two=2');
    assert.match(script('mcp_update.sh'), /Restarted with the new image/);
    assert.equal(running().Image, idOf('autotask-mcp:second'));
  },
  'with a pin, mcp_update.sh refuses another digest until that one is pinned': () => {
    script('mcp_pin_digest.sh');
    const { Id, Image } = running();
    publish('third', 'LABEL three=3');
    assert.match(script('mcp_update.sh', [], 1), /REFUSED/);
    assert.equal(running().Id, Id);
    script('mcp_down.sh');
    script('mcp_up.sh');
    assert.equal(running().Image, Image);
    script('mcp_pull.sh');
    script('mcp_pin_digest.sh', [`sha256:${'0'.repeat(64)}`], 1);
    script('mcp_pin_digest.sh', [digestOf(`${image}:latest`) ?? 'none']);
    assert.match(script('mcp_update.sh'), /Restarted with the new image/);
    assert.equal(running().Image, idOf('autotask-mcp:third'));
  },
  'a new image that does not become healthy: the previous one runs again': async () => {
    rmSync(join(folder, '.pinned-digest'));
    const { Image } = running();
    publish('broken', 'COPY cli.js /app/dist/', { 'cli.js': 'process.exit(1);\n' });
    assert.match(script('mcp_update.sh', [], 1), /The previous one runs again/);
    assert.equal(running().Image, Image);
    script('mcp_up.sh');
    assert.equal(running().Image, Image);
    assert.deepEqual(await health(8080), { status: 'ok' });
  },
  'mcp_down.sh removes the container, twice without complaint': () => {
    script('mcp_down.sh');
    script('mcp_down.sh');
    assert.equal(run('docker', ['container', 'inspect', 'autotask-mcp']).code, 1);
  },
  'the Compose file of the repository serves HTTP': async () => {
    const place = join(base, 'compose');
    mkdirSync(place);
    cpSync(join(repository, 'docker-compose.yml'), join(place, 'docker-compose.yml'));
    const token = 'engine-test-token-of-32-letters!';
    writeFileSync(
      join(place, '.env'),
      `${filledIn.slice(0, 2).join('\n')}\nAUTOTASK_SECRET=secret\nAUTOTASK_HTTP_TOKEN='${token}'\n`,
    );
    const compose = (...args: string[]) => {
      const { code, out } = run('docker', ['compose', '--project-name', 'autotask-mcp', ...args], {
        cwd: place,
      });
      assert.equal(code, 0, out);
    };
    compose('up', '--detach', '--no-build');
    try {
      for (let attempts = 0; ; attempts++) {
        const answer = await health(3000).catch(() => null);
        if (answer !== null) break;
        assert.ok(attempts < 100, 'it does not answer');
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      assert.match(await (await post(3000, token, rpc('tools/list', {}))).text(), /count-entity/);
    } finally {
      compose('down');
    }
  },
};

mkdirSync(home);
try {
  await reports(steps);
} finally {
  run('docker', ['rm', '--force', 'autotask-mcp']);
  for (const name of ['first', 'second', 'third', 'broken', 'previous'])
    run('docker', ['rmi', '--force', `autotask-mcp:${name}`]);
  run('docker', ['rmi', '--force', `${image}:latest`]);
  rmSync(base, { recursive: true, force: true });
}
