import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectClient, startProgram } from '../http/support.js';
import type { WatchedTenant } from './watched-tenant.js';

export const bearer = 'replica-token-0123456789';
export const auth = { Authorization: `Bearer ${bearer}` };
export const key = 'k'.repeat(40);

/** A real server process, and a client that talks to it. */
export interface Replica {
  readonly url: string;
  call(tool: string, args?: Record<string, unknown>): Promise<{ text: string; isError: boolean }>;
  /** `/ready` and what it says. */
  ready(): Promise<{ status: number; body: unknown }>;
  metrics(): Promise<string>;
  log(): string;
  kill(signal: NodeJS.Signals): void;
  stop(): Promise<void>;
}

export async function startReplica(tenant: WatchedTenant, env: Record<string, string>): Promise<Replica> {
  const { credentials } = tenant.sandbox;
  const program = await startProgram([], {
    AUTOTASK_USERNAME: credentials.userName,
    AUTOTASK_SECRET: credentials.secret,
    AUTOTASK_INTEGRATION_CODE: credentials.integrationCode,
    AUTOTASK_API_URL: tenant.apiUrl,
    AUTOTASK_HTTP_TOKEN: bearer,
    LOG_LEVEL: 'info',
    ...env,
  });
  const { url } = program;
  if (url === null) throw new Error(program.output().stderr);
  const client = await connectClient(url, auth);
  const get = (path: string) => fetch(`${url}${path}`, { headers: auth });
  return {
    url,
    call: async (name, args = {}) => {
      const { content, isError } = await client.callTool({ name, arguments: args });
      const text = content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
      return { text, isError: isError === true };
    },
    ready: async () => {
      const response = await get('/ready');
      return { status: response.status, body: await response.json() };
    },
    metrics: async () => (await get('/metrics')).text(),
    log: () => program.output().stderr,
    kill: (signal) => {
      program.kill(signal);
    },
    stop: async () => {
      await client.close().catch(() => undefined);
      await program.stop();
    },
  };
}

/** A read that is one request to the tenant once metadata is known; each number asks something else. */
export const readTicket = (number: number) => ({
  entity: 'Tickets',
  query: { id: number },
  includeFields: ['id'],
});

/** The rights that the documentation gives the engine's user, as ACL SETUSER takes them. */
export function documentedRights(): string[] {
  const page = readFileSync(join(import.meta.dirname, '../../docs/replicas.md'), 'utf8');
  const [, rights = ''] = /A user of its own needs `([^`]+)`/.exec(page) ?? [];
  return rights.split(' ');
}

/** Whether what takes long is tested too: `npm run test:replicas`. */
export const slow = process.env.REPLICA_TESTS === 'all';
