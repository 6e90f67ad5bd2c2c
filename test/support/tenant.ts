import { join } from 'node:path';
import type { CallToolResult } from '@modelcontextprotocol/client';
import { startSandbox } from '../../src/sandbox/index.js';
import type { RecordedRequest, Sandbox, SandboxOptions } from '../../src/sandbox/types.js';
import { type ClientOptions, openClient, type TestClient } from './client.js';

/** The built program, as users run it. `npm test` builds it first. */
export const program = join(import.meta.dirname, '../../dist/cli.js');

/** The sandbox's records end at this day, so that tests may name them. */
const testDay = new Date('2026-11-20T12:00:00Z');

export interface Answer {
  readonly text: string;
  readonly isError: boolean;
}

export interface Connection {
  readonly client: TestClient;
  readonly sandbox: Sandbox;
  /** Calls a tool and returns what a model would read. */
  call(name: string, args?: Record<string, unknown>): Promise<Answer>;
  /** The same with `format: json`, parsed. */
  json(name: string, args?: Record<string, unknown>): Promise<unknown>;
  /** Runs the work and returns the requests that reached the tenant meanwhile. */
  requestsOf(work: () => Promise<unknown>): Promise<readonly RecordedRequest[]>;
  close(): Promise<void>;
}

const answer = (result: CallToolResult): Answer => ({
  text: result.content.map((content) => (content.type === 'text' ? content.text : '')).join('\n'),
  isError: result.isError === true,
});

/** Environment of a server that talks to the given sandbox as if it were the real service. */
export const tenantEnvironment = (sandbox: Sandbox): Record<string, string> => ({
  AUTOTASK_USERNAME: sandbox.credentials.userName,
  AUTOTASK_SECRET: sandbox.credentials.secret,
  AUTOTASK_INTEGRATION_CODE: sandbox.credentials.integrationCode,
  AUTOTASK_ZONE_URL: sandbox.url,
  AUTOTASK_CACHE_DIR: 'none',
  LOG_LEVEL: 'error',
});

export const spawnClient = (
  args: readonly string[],
  env: Record<string, string>,
  options: ClientOptions = {},
): Promise<TestClient> => openClient({ command: process.execPath, args: [program, ...args], env }, options);

/** A sandbox in this process, the real server in a child process, a real client between them. */
export async function connect(
  options: { args?: readonly string[]; env?: Record<string, string>; sandbox?: SandboxOptions } = {},
): Promise<Connection> {
  const sandbox = await startSandbox({ today: testDay, ...options.sandbox });
  const client = await spawnClient(options.args ?? [], { ...tenantEnvironment(sandbox), ...options.env });
  const call = async (name: string, args: Record<string, unknown> = {}) =>
    answer(await client.callTool({ name, arguments: args }));
  return {
    client,
    sandbox,
    call,
    json: async (name, args = {}) => {
      const { text, isError } = await call(name, { ...args, format: 'json' });
      if (isError) throw new Error(text);
      return JSON.parse(text);
    },
    requestsOf: async (work) => {
      const from = sandbox.requests.length;
      await work();
      return sandbox.requests.slice(from);
    },
    close: async () => {
      await client.close();
      await sandbox.close();
    },
  };
}
