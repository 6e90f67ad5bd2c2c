import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createWriter } from '../../src/client/index.js';
import type { ClientSettings } from '../../src/client/types.js';
import { redactNothing } from '../../src/redact.js';
import { prepareServer } from '../../src/server/index.js';
import {
  type HttpServer,
  type HttpSettings,
  startHttp,
  type Tenant,
} from '../../src/transports/http/index.js';
import { type ClientOptions, isModern, openClient, type TestClient, usualKind } from '../support/client.js';
import { program } from '../support/tenant.js';

export const token = 'test-token-0123456789abcdef';
export const bearer = { Authorization: `Bearer ${token}` };
export const mcpHeaders = {
  ...bearer,
  Accept: 'application/json, text/event-stream',
  'Content-Type': 'application/json',
};

export const message = (method: string, params: unknown = {}, id: number | string | undefined = 1) =>
  JSON.stringify({ jsonrpc: '2.0', method, params, ...(id === undefined ? {} : { id }) });

export const initialize = message('initialize', {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 'test', version: '1' },
});

export const callTool = (name: string, args: unknown = {}, more: object = {}) =>
  message('tools/call', { name, arguments: args, ...more });

/** A tenant as the program makes it, without metrics. */
export function tenantOf(
  settings: Omit<ClientSettings, 'timeoutMs' | 'maxConcurrency' | 'cacheDir' | 'log'> | null,
): Tenant {
  const common = { timeoutMs: 60_000, maxConcurrency: 10, cacheDir: null, log: () => {} };
  const writer = settings === null ? null : createWriter({ ...common, ...settings });
  const server = prepareServer({
    facts: { name: 'autotask-mcp', version: '0', mode: 'live', readOnly: false },
    timeZone: 'UTC',
    closedStatusIds: [5],
    open: async () => ({ reader: writer, writer }),
    log: () => {},
  });
  return {
    server: ({ readOnly }) => server(readOnly),
    check: async (signal) => {
      await writer?.version({ signal });
    },
    redact: redactNothing,
    thresholdUse: () => undefined,
  };
}

/** The HTTP transport in this process; without a tenant unless one is given. */
export const serve = (settings: Partial<HttpSettings> = {}): Promise<HttpServer> =>
  startHttp({
    host: '127.0.0.1',
    port: 0,
    auth: 'token',
    tokens: [{ name: 'test', token, readOnly: false }],
    allowedHosts: [],
    allowedOrigins: [],
    apiOrigins: [],
    sessions: false,
    readOnly: false,
    openTenant: () => tenantOf(null),
    checkReachability: async () => {},
    log: () => {},
    ...settings,
  });

export const post = (url: string, body: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${url}/mcp`, { method: 'POST', headers: { ...mcpHeaders, ...headers }, body });

/** What comes back on a raw connection until the server ends it, or for so long. */
export const talk = (url: string, text: string | Buffer, ms = 10_000): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text));
    let got = '';
    socket.on('data', (chunk) => {
      got += chunk.toString('latin1');
    });
    socket.setTimeout(ms, () => socket.destroy());
    socket.on('error', reject);
    socket.on('close', () => resolve(got));
  });

export const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
};

/** A real client over the SDK's own transport. */
export const connectClient = (
  url: string,
  headers: Record<string, string> = bearer,
  options: ClientOptions = {},
): Promise<TestClient> => openClient({ url: `${url}/mcp`, headers }, options);

/** The same for servers with sessions, which are for clients of 2025. */
export const connectForSession = (
  url: string,
  headers: Record<string, string> = bearer,
): Promise<TestClient> => connectClient(url, headers, { kind: isModern(usualKind) ? 'v2' : usualKind });

/** The program itself, serving HTTP on a free port. */
export async function startProgram(args: readonly string[], env: Record<string, string>) {
  const child = spawn(process.execPath, [program, ...args], {
    env: {
      PATH: process.env.PATH,
      AUTOTASK_TRANSPORT: 'http',
      PORT: '0',
      AUTOTASK_CACHE_DIR: 'none',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk);
  });
  const exited = once(child, 'exit');
  const url = await new Promise<string | null>((resolve) => {
    child.stderr.on('data', (chunk) => {
      stderr += String(chunk);
      const found = /serving MCP at (http:\S+)\/mcp/.exec(stderr)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', () => resolve(null));
  });
  return {
    /** Null when it did not start. */
    url,
    output: () => ({ stdout, stderr }),
    pid: child.pid,
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    /** Resolves to the exit code; -1 when a signal ended it. */
    exited: exited.then(([code]) => Number(code ?? -1)),
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
