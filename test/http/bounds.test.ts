import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { tenantEnvironment } from '../support/tenant.js';
import { callTool, post, startProgram, token } from './support.js';

/** As in the documented container: 512 MB, of which Node gives half to its heap. */
const containerKilobytes = 512 * 1024;

let sandbox: Sandbox;
let served: Awaited<ReturnType<typeof startProgram>>;

beforeAll(async () => {
  sandbox = await startSandbox();
  served = await startProgram([], {
    ...tenantEnvironment(sandbox),
    AUTOTASK_HTTP_TOKEN: token,
    LOG_LEVEL: 'info',
    NODE_OPTIONS: '--max-old-space-size=256',
  });
});

afterAll(async () => {
  await served.stop();
  await sandbox.close();
});

const length = 4_000_000;

/** Begins a call and sends all of it but the end; tells what is answered. */
function halfSent(url: string): { readonly socket: Socket; readonly sent: Promise<void>; got: string } {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const head = [
    'POST /mcp HTTP/1.1',
    'Host: 127.0.0.1',
    `Authorization: Bearer ${token}`,
    'Content-Type: application/json',
    'Accept: application/json, text/event-stream',
    `Content-Length: ${length}`,
    '\r\n',
  ].join('\r\n');
  const half = {
    socket,
    got: '',
    sent: new Promise<void>((resolve) => {
      socket.once('error', () => resolve());
      socket.once('close', () => resolve());
      socket.write(head + ' '.repeat(length - 1), () => resolve());
    }),
  };
  socket.on('data', (chunk) => {
    half.got += chunk.toString('latin1');
  });
  return half;
}

describe('half-sent bodies', () => {
  it('take a bounded part of the memory; small calls are still answered, and large ones afterwards', async () => {
    const url = served.url ?? '';
    const halves = Array.from({ length: 200 }, () => halfSent(url));
    await Promise.all(halves.map(({ sent }) => sent));
    await new Promise((resolve) => setTimeout(resolve, 300));
    const small = await post(url, callTool('count-entity', { entity: 'Tickets' }));
    expect(small.status).toBe(200);
    expect(await small.text()).toMatch(/\d+ Tickets/);
    const padded = callTool('count-entity', { entity: 'Tickets' }) + ' '.repeat(1_000_000);
    // Twelve of them fit into 48 MiB.
    const refused = halves.filter(({ got }) => got.startsWith('HTTP/1.1 503'));
    expect(refused.length).toBeGreaterThanOrEqual(188);
    expect(refused[0]?.got).toMatch(/^Retry-After: 5\r$/im);
    expect(refused[0]?.got).toContain('as many large requests as it can hold');
    if (process.platform === 'linux') {
      const status = readFileSync(`/proc/${served.pid}/status`, 'utf8');
      expect(Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1])).toBeLessThan(containerKilobytes);
    }
    for (const { socket } of halves) socket.destroy();
    await expect.poll(async () => (await post(url, padded)).status, { timeout: 5_000 }).toBe(200);
  });
});
