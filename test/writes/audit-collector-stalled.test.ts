import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createStreamCopy, createSyslogCopy, type LineCopy } from '../../src/audit/index.js';
import type { Log } from '../../src/log.js';
import { bearer, callTool, mcpHeaders, until } from '../http/support.js';
import { freePort } from '../support/engine.js';
import { program } from '../support/tenant.js';

/** More than the bound of what waits, and what the sockets between take. */
const lines = 96;
const line = 'x'.repeat(1_048_576);

const ways: Record<string, (port: number, log: Log) => LineCopy> = {
  'a syslog collector': (port, log) => createSyslogCopy({ host: '127.0.0.1', port, log }),
  'whoever reads stdout': (port, log) => createStreamCopy(connect(port, '127.0.0.1'), 'stdout', log),
};

it.each(Object.entries(ways))(
  '%s that stopped reading makes no more wait than the bound, then gets the last lines, and the log counts the others',
  async (_, copyTo) => {
    const taken: Socket[] = [];
    const said: string[] = [];
    let got = 0;
    let tail = '';
    const server = createServer({ pauseOnConnect: true }, (socket) => taken.push(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const copy = copyTo(address.port, (level, text) => said.push(`${level} ${text}`));
    try {
      copy.send('first');
      await until(() => taken.length === 1);
      for (let sent = 0; sent < lines; sent++) copy.send(line);
      copy.send('the last one');
      for (const socket of taken) {
        socket.on('data', (chunk) => {
          got += chunk.length;
          tail = (tail + chunk.toString('latin1').trimEnd()).slice(-40);
        });
        socket.resume();
      }
      await until(() => tail.endsWith('the last one'));
      expect(got).toBeLessThan(32 * 1_048_576);
      const dropped = lines - Math.floor(got / line.length);
      await until(() => said.length === 2);
      expect(said).toEqual([
        expect.stringMatching(/^warning audit: (the collector|stdout) takes lines too slowly/),
        expect.stringMatching(
          new RegExp(`^warning audit: ${dropped} lines did not reach (the collector|stdout)`),
        ),
      ]);
    } finally {
      await copy.close();
      for (const socket of taken) socket.destroy();
      server.close();
    }
  },
);

/** Starts the program with `reader` behind its stdout, makes writes, and stops it. */
async function writesWith(reader: string, writes: number) {
  const folder = mkdtempSync(join(tmpdir(), 'audit-unread-'));
  const log = join(folder, 'audit.jsonl');
  const port = await freePort();
  const child = spawn('bash', ['-c', `exec "$NODE" "$PROGRAM" --http --demo > >(${reader})`], {
    env: {
      PATH: process.env.PATH,
      NODE: process.execPath,
      PROGRAM: program,
      COPY: join(folder, 'copy'),
      PORT: String(port),
      LOG_LEVEL: 'info',
      AUTOTASK_HTTP_TOKEN: bearer.Authorization.replace('Bearer ', ''),
      AUTOTASK_AUDIT_LOG: log,
      AUTOTASK_AUDIT_COPY: 'stdout',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += String(chunk);
  });
  try {
    await until(() => said.includes('serving MCP'));
    for (let made = 0; made < writes; made += 1) {
      const data = {
        title: `Copied ${made}`,
        description: 'y'.repeat(3_000),
        companyID: 0,
        status: 1,
        priority: 1,
      };
      const body = callTool('create-entity', { entity: 'Tickets', data, confirm: 'CREATE_ENTITY' });
      const answer = await fetch(`http://127.0.0.1:${port}/mcp`, {
        method: 'POST',
        headers: mcpHeaders,
        body,
        signal: AbortSignal.timeout(10_000),
      });
      expect(await answer.text()).toContain('Created Ticket');
    }
    const exited = once(child, 'exit');
    const from = performance.now();
    child.kill('SIGTERM');
    const [code] = await exited;
    return {
      code,
      took: performance.now() - from,
      said,
      log: readFileSync(log, 'utf8'),
      copy: join(folder, 'copy'),
      folder,
    };
  } finally {
    child.kill('SIGKILL');
  }
}

it('nobody reads the pipe behind stdout: calls are answered, it ends in time, and says what did not get there', async () => {
  const { code, took, said, log, folder } = await writesWith('exec sleep 60', 40);
  expect(code).toBe(0);
  expect(log.length).toBeGreaterThan(3 * 65_536);
  expect(took).toBeLessThan(5_000);
  expect(said).toMatch(/audit: \d+ lines did not reach stdout; the files have them/);
  rmSync(folder, { recursive: true });
}, 60_000);

it('a slow reader behind stdout has every line, also the last ones', async () => {
  const { code, said, log, copy, folder } = await writesWith('sleep 2; cat > "$COPY"', 40);
  expect(code).toBe(0);
  await until(() => readFileSync(copy, 'utf8') === log);
  expect(said).not.toContain('did not reach');
  rmSync(folder, { recursive: true });
}, 60_000);

it('a reader behind stdout that went away is missed once', async () => {
  const { code, said, folder } = await writesWith('exec true', 5);
  expect(code).toBe(0);
  expect(said.match(/lines do not reach stdout/g)).toHaveLength(1);
  rmSync(folder, { recursive: true });
}, 60_000);
