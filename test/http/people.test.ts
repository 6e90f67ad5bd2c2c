import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { startSandbox } from '../../src/sandbox/index.js';
import type { RecordedRequest, Sandbox, TenantHandle } from '../../src/sandbox/types.js';
import { callTool, mcpHeaders, startProgram } from './support.js';

/**
 * Twenty people of five tenants read and write through one process, all at the same time: nobody's write carries the
 * name of another, reaches another tenant, or a company that theirs is not, and nobody reads of others. The four of a
 * tenant come by four gateways, each with companies of its own; the same ids are other companies in each tenant.
 * PEOPLE_CALLS says how many calls are made; `npm run test:people` makes 10,000.
 */
const calls = Number(process.env.PEOPLE_CALLS ?? 400);
const tenants = 5;
const atOnce = 12;
const minutes = 60_000;

interface Someone {
  readonly tenant: TenantHandle;
  readonly at: number;
  readonly id: number;
  readonly email: string;
  /** The token of their gateway, and the companies that its policy names. */
  readonly token: string;
  readonly companies: readonly number[];
  /** Tickets of these companies, and of others. */
  readonly own: readonly number[];
  readonly others: readonly number[];
}

let sandbox: Sandbox;
let program: Awaited<ReturnType<typeof startProgram>>;
const people: Someone[] = [];
/** What the server's own policy names, and of these each gateway's. */
const named = [175, 176, 177, 178];
const gateways = [[175, 176, 177], [175], [176, 178], [177, 178]].map((companies, index) => ({
  companies,
  token: `gateway-${index}-0123456789abcdef`,
}));

const rows = z.object({ items: z.array(z.looseObject({ id: z.number() })) });
async function recordsOf({ apiUrl, credentials }: TenantHandle, path: string, filter: unknown) {
  const response = await fetch(`${apiUrl}V1.0/${path}/query`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      UserName: credentials.userName,
      Secret: credentials.secret,
      ApiIntegrationCode: credentials.integrationCode,
    },
    body: JSON.stringify({ filter: [filter] }),
  });
  return rows.parse(await response.json()).items;
}

beforeAll(async () => {
  sandbox = await startSandbox({
    scale: 0.1,
    limits: { threshold: 10_000_000 },
    tenants: Array.from({ length: tenants }, (_, index) => ({ seed: 300 + index })),
  });
  const folder = mkdtempSync(join(tmpdir(), 'people-'));
  const lines = gateways.map(({ companies, token }, index) => {
    const policy = join(folder, `${index}.json`);
    writeFileSync(policy, JSON.stringify({ readCompanies: companies }));
    return `gateway${index} ${token} policy=${policy}`;
  });
  program = await startProgram([], {
    AUTOTASK_HTTP_AUTH: 'gateway',
    AUTOTASK_HTTP_TOKENS: lines.join('\n'),
    AUTOTASK_HTTP_IMPERSONATE: 'true',
    AUTOTASK_HTTP_API_ORIGINS: sandbox.url,
    AUTOTASK_ZONE_URL: sandbox.url,
    AUTOTASK_READ_COMPANIES: named.map((id) => `id:${id}`).join(),
  });
  for (const [at, tenant] of sandbox.tenants.entries()) {
    const tickets = await recordsOf(tenant, 'Tickets', { op: 'exist', field: 'id' });
    const active = await recordsOf(tenant, 'Resources', { op: 'eq', field: 'isActive', value: true });
    const addressed = active.filter(({ email }) => typeof email === 'string' && email !== '').slice(1, 5);
    for (const [index, { id, email }] of addressed.entries()) {
      const gateway = one(gateways, index);
      const within = ({ companyID }: Record<string, unknown>) =>
        gateway.companies.includes(Number(companyID));
      people.push({
        tenant,
        at,
        id,
        email: String(email),
        ...gateway,
        own: tickets.filter(within).map((ticket) => ticket.id),
        others: tickets.filter((ticket) => !within(ticket)).map((ticket) => ticket.id),
      });
    }
  }
  sandbox.clearRequests();
}, minutes);
afterAll(async () => {
  await program.stop();
  await sandbox.close();
});

async function ask({ tenant, email, token }: Someone, tool: string, args: unknown): Promise<string> {
  const { userName, secret, integrationCode } = tenant.credentials;
  const response = await fetch(`${program.url}/mcp`, {
    method: 'POST',
    headers: {
      ...mcpHeaders,
      Authorization: `Bearer ${token}`,
      'X-Autotask-Username': userName,
      'X-Autotask-Secret': secret,
      'X-Autotask-Integration-Code': integrationCode,
      'X-Autotask-Impersonate': email,
    },
    body: callTool(tool, args),
  });
  return response.text();
}

const one = <T>(list: readonly T[], at: number): T => {
  const found = list[at % list.length];
  if (found === undefined) throw new Error('nothing to choose from');
  return found;
};

const companyIds = (text: string) =>
  [...text.matchAll(/companyID\\*":\{\\*"id\\*":(\d+)/g)].map(([, id]) => Number(id));
const note = (someone: Someone, call: number, ticketID: number) => ({
  ticketID,
  title: `by ${someone.at}:${someone.id} in call ${call}`,
  description: 'Called back.',
  noteType: 3,
  publish: 'Internal Project Team',
  again: true,
  confirm: 'CREATE_TICKET_NOTE',
});

/** What each call must answer; a write of theirs is made, everything of others is not there. */
const kinds: readonly ((someone: Someone, call: number) => Promise<void>)[] = [
  async (someone, call) => {
    const text = await ask(someone, 'create-ticket-note', note(someone, call, one(someone.own, call)));
    expect(text).toContain('Receipt: w-');
  },
  async (someone, call) => {
    const text = await ask(someone, 'create-ticket-note', note(someone, call, one(someone.others, call)));
    expect(text).toMatch(/there is no Ticket with the id/);
  },
  async (someone) => {
    const text = await ask(someone, 'query-entity', {
      entity: 'Tickets',
      includeFields: ['id', 'companyID'],
      withIds: true,
      maxRecords: 20,
      format: 'json',
    });
    expect(companyIds(text).length).toBeGreaterThan(0);
    for (const id of companyIds(text)) expect(someone.companies).toContain(id);
  },
  async (someone, call) => {
    const text = await ask(someone, 'get-ticket', { id: one(someone.others, call) });
    expect(text).toMatch(/There is no record/);
  },
  async (someone) => {
    const text = await ask(someone, 'count-entity', { entity: 'Tickets' });
    expect(text).toContain(`${someone.own.length} Tickets`);
  },
  async (someone) => {
    expect(await ask(someone, 'get-version', {})).toContain(`You are resource ${someone.id} (`);
  },
  async (someone, call) => {
    // One that another gateway's people may see.
    const companyID = one(
      [...named, 180].filter((id) => !someone.companies.includes(id)),
      call,
    );
    const args = { id: one(someone.own, call), companyID, confirm: 'UPDATE_TICKET' };
    expect(await ask(someone, 'update-ticket', args)).toContain(
      `there is no Company with the id ${companyID}`,
    );
  },
];

const isWrite = ({ method, path }: RecordedRequest) =>
  method === 'PATCH' || method === 'DELETE' || (method === 'POST' && !/\/query(\/|$)/i.test(path));

it(
  `${calls} calls of 20 people in 5 tenants, interleaved: none under another's name, none outside their companies`,
  async () => {
    expect(people).toHaveLength(20);
    let next = 0;
    let made = 0;
    const writes: RecordedRequest[] = [];
    // The sandbox keeps the latest requests alone.
    const collect = () => {
      writes.push(...sandbox.requests.filter(isWrite));
      sandbox.clearRequests();
    };
    const work = async () => {
      while (next < calls) {
        const call = next;
        next += 1;
        // Neighbours are of different tenants, so that what one leaves behind would be met by another.
        const someone = one(people, call * 7 + Math.floor(call / 20));
        const kind = one(kinds, call + Math.floor(call / kinds.length));
        if (kind === kinds[0]) made += 1;
        await kind(someone, call);
        if (sandbox.requests.length > 2_000) collect();
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    collect();
    expect(writes).toHaveLength(made);
    for (const { headers, body, path } of writes) {
      const title = /"title":"by (\d+):(\d+) in call/.exec(JSON.stringify(body));
      const [, at = '', id = ''] = title ?? [];
      const tenant = sandbox.tenants[Number(at)];
      expect(headers.impersonationresourceid).toBe(id);
      expect(headers.username).toBe(tenant?.credentials.userName);
      const ticket = Number(/Tickets\/(\d+)\/Notes/.exec(path)?.[1]);
      const author = people.find((someone) => someone.at === Number(at) && someone.id === Number(id));
      expect(author?.own).toContain(ticket);
    }
  },
  15 * minutes,
);
