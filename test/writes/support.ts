import { readFileSync } from 'node:fs';
import type { Transport } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { openFiles } from '../../src/cli/serve/files.js';
import { accessOf, auditOf, serverSettings } from '../../src/cli/serve/tenant-access.js';
import { createReader, createWriter } from '../../src/client/index.js';
import { loadConfig } from '../../src/config/index.js';
import type { RecordedRequest, Sandbox } from '../../src/sandbox/types.js';
import { prepareServer } from '../../src/server/index.js';
import { type ClientOptions, openClient, type TestClient } from '../support/client.js';
import { tenantEnvironment } from '../support/tenant.js';

export type Reply = 'yes' | 'no' | 'decline' | 'break';

export interface Rig {
  readonly client: TestClient;
  call(name: string, args?: Record<string, unknown>): Promise<{ text: string; isError: boolean }>;
  /** What the human was asked. */
  readonly asked: string[];
  close(): Promise<void>;
}

export interface RigOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** What the human at the client answers; the client cannot ask when absent. */
  readonly human?: (message: string) => Reply | Promise<Reply>;
  /** Media types of the pages that the client shows as views. */
  readonly views?: readonly string[];
}

/**
 * A server configured by variables as a process would be, with a real client in front and the sandbox's
 * HTTP behind. In this process, so that hundreds can be made.
 */
export async function rig(sandbox: Sandbox, { env = {}, human, views }: RigOptions = {}): Promise<Rig> {
  const config = await loadConfig({
    env: { ...tenantEnvironment(sandbox), ...env },
    flags: {},
    readFile: (path) => readFileSync(path, 'utf8'),
    platform: process.platform,
    home: '/',
  });
  const settings = {
    credentials: sandbox.credentials,
    zoneUrl: sandbox.url,
    timeoutMs: config.timeoutMs,
    maxConcurrency: config.maxConcurrency,
    cacheDir: null,
    log: () => {},
  };
  const writer = config.readOnly ? null : createWriter(settings);
  const clients = { reader: writer ?? createReader(settings), writer };
  const files = config.filesDir === null ? null : await openFiles(config.filesDir);
  const secrets = Object.values(sandbox.credentials);
  const access = accessOf(config, clients, await auditOf(config), secrets, undefined, files);
  const make = prepareServer({
    ...serverSettings(config, { name: 'autotask-mcp', version: '0' }, () => {}),
    open: async () => access,
  });
  const asked: string[] = [];
  const person: ClientOptions =
    human === undefined
      ? {}
      : {
          human: async (message) => {
            asked.push(message);
            const reply = await human(message);
            if (reply === 'break') throw new Error('the dialog broke');
            if (reply === 'decline') return { action: 'decline' };
            return { action: 'accept', content: { confirm: reply === 'yes' } };
          },
        };
  const serve = async (far: Transport) => {
    serveStdio(() => make(config.readOnly).server, { transport: far });
  };
  const client = await openClient({ serve }, { ...person, ...(views === undefined ? {} : { views }) });
  return {
    client,
    asked,
    call: async (name, args = {}) => {
      const result = await client.callTool({ name, arguments: args });
      const text = result.content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
      return { text, isError: result.isError === true };
    },
    close: () => client.close(),
  };
}

export const isWrite = ({ method, path }: RecordedRequest): boolean =>
  ['PATCH', 'PUT', 'DELETE'].includes(method) ||
  (method === 'POST' && !/\/query(\/count)?$/i.test(path)) ||
  /\/Approve$/i.test(path);

/** The writes that reached the tenant since `from`. */
export const writesSince = (sandbox: Sandbox, from: number): readonly RecordedRequest[] =>
  sandbox.requests.slice(from).filter(isWrite);

export const tokenIn = (preview: string): string => /confirm: "([^"]+)"\.$/.exec(preview)?.[1] ?? '';
