// Runs inside the sandbox, as the only guest beside the server: starts what it is told to, asks it, looks around,
// and prints what it found as JSON.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';

const { tenant, entrypoint, healthcheck, port, call } = JSON.parse(process.argv[2]);
const found = {};
const attempt = (act) => {
  try {
    act();
    return 'worked';
  } catch (error) {
    return error.code ?? String(error);
  }
};
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(ask) {
  for (let attempts = 0; attempts < 200; attempts++) {
    const answer = await ask().catch(() => null);
    if (answer !== null) return answer;
    await pause(50);
  }
  throw new Error('no answer');
}

const healthy = () => spawnSync(healthcheck[0], healthcheck.slice(1)).status;
const status = readFileSync('/proc/self/status', 'utf8');
const line = (name) => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1];
found.user = `${process.getuid()}:${process.getgid()}`;
found.capabilities = line('CapEff');
found.bounding = line('CapBnd');
found.noNewPrivileges = line('NoNewPrivs');
found.writeApp = attempt(() => writeFileSync('/app/dist/cli.js', ''));
found.writeRoot = attempt(() => writeFileSync('/new-file', ''));
found.writeTmp = attempt(() => writeFileSync('/tmp/new-file', ''));
found.interfaces = readFileSync('/proc/net/dev', 'utf8')
  .match(/^\s*\w+(?=:)/gm)
  .map((name) => name.trim());
found.outside = await new Promise((resolve) => {
  connect({ host: '192.0.2.1', port: 443, timeout: 2000 }, () => resolve('connected'))
    .on('error', (error) => resolve(error.code))
    .on('timeout', () => resolve('timeout'));
});
found.programs = ['/bin/sh', '/bin/bash', '/usr/bin/env', '/usr/bin/npm'].filter(
  (path) => attempt(() => readFileSync(path)) === 'worked',
);

if (port === undefined) {
  // Over stdio: one request, the end of the input, and the process ends by itself.
  const server = spawn(entrypoint[0], entrypoint.slice(1), { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  server.stdout.on('data', (part) => {
    said += part;
    if (said.includes('"id":2')) server.stdin.end();
  });
  server.stdin.write(
    `${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'probe', version: '1' } } })}\n`,
  );
  server.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n`);
  server.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: call })}\n`);
  [found.exit] = await once(server, 'exit');
  found.answer = JSON.parse(
    said
      .trim()
      .split('\n')
      .find((text) => text.includes('"id":2')),
  );
  found.health = healthy();
} else {
  let upstream = null;
  if (tenant !== undefined) {
    upstream = spawn(tenant[0], tenant.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(upstream.stdout, 'data');
  }
  found.healthBefore = healthy();
  const server = spawn(entrypoint[0], entrypoint.slice(1), { stdio: ['ignore', 'ignore', 'pipe'] });
  found.log = '';
  server.stderr.on('data', (part) => {
    found.log += part;
  });
  const url = `http://localhost:${port}`;
  const health = await until(() => fetch(`${url}/health`));
  found.health = { status: health.status, body: await health.json(), check: healthy() };
  const ask = (token) =>
    fetch(`${url}/mcp`, {
      method: 'POST',
      headers: {
        ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: call }),
    });
  found.withoutToken = (await ask(null)).status;
  const answer = await ask(readFileSync(process.env.AUTOTASK_HTTP_TOKEN_FILE, 'utf8'));
  const text = await answer.text();
  found.answer = JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? text);
  const own = readFileSync(`/proc/${server.pid}/status`, 'utf8');
  found.megabytes = Number(/^VmHWM:\s*(\d+)/m.exec(own)[1]) / 1024;
  found.environment = readFileSync(`/proc/${server.pid}/environ`, 'utf8').split('\0');
  found.threads = readdirSync('/proc')
    .filter((name) => Number(name) > 0 && Number(name) !== process.pid)
    .map((name) => Number(/^Threads:\s*(\d+)/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1] ?? 0));
  server.kill('SIGTERM');
  [found.exit] = await once(server, 'exit');
  upstream?.kill();
}
process.stdout.write(JSON.stringify(found));
