import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { tenantEnvironment } from '../support/tenant.js';
import { callTool, connectClient, initialize, message, post, startProgram, token } from './support.js';

const folder = mkdtempSync(join(tmpdir(), 'policies-'));
const holders = ['narrow', 'wide', 'bot', 'quiet'] as const;
type Holder = (typeof holders)[number];
const tokenOf = (holder: Holder) => `${holder}-0123456789abcdef`;
const as = (holder: Holder) => ({ Authorization: `Bearer ${tokenOf(holder)}` });

/** A file of tokens, each with the given policy. */
function tokensFile(policies: Partial<Record<Holder, unknown>>, flags = ''): string {
  const lines = Object.entries(policies).map(([holder, policy]) => {
    const path = join(folder, `${holder}.json`);
    writeFileSync(path, typeof policy === 'string' ? policy : JSON.stringify(policy));
    return `${holder} ${holder}-0123456789abcdef ${flags} policy=${path}`;
  });
  const path = join(folder, `tokens-${Math.random()}`);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

const note = (publish: string) => ({
  entity: 'TicketNotes',
  data: { ticketID: 100001, title: 'One', description: 'Two', noteType: 'Task Notes', publish },
  confirm: 'CREATE_ENTITY',
});
const internal = { ...note('Internal Project Team'), again: true };

let sandbox: Sandbox;
let program: Awaited<ReturnType<typeof startProgram>>;
let url: string;
beforeAll(async () => {
  sandbox = await startSandbox();
  program = await startProgram([], {
    ...tenantEnvironment(sandbox),
    LOG_LEVEL: 'info',
    AUTOTASK_HTTP_TOKEN: token,
    AUTOTASK_HTTP_TOKENS_FILE: tokensFile({
      narrow: {
        readEntities: ['Tickets', 'Contacts', 'Roles'],
        maskFields: ['Tickets.description'],
        disabledTools: ['search-*'],
      },
      wide: {
        readEntities: ['*'],
        deleteEntities: ['*'],
        maskFields: ['Roles.isActive'],
        customerVisibleNotes: true,
      },
      bot: { maxWritesPerHour: 1 },
      quiet: { customerVisibleNotes: false },
    }),
    AUTOTASK_READ_ENTITIES: '!Contacts',
    AUTOTASK_DELETE_ENTITIES: '!Ticket*',
    AUTOTASK_MASK_FIELDS: 'Roles.hourlyRate',
    AUTOTASK_DISABLED_TOOLS: 'get-project',
    AUTOTASK_CUSTOMER_VISIBLE_NOTES: 'true',
    AUTOTASK_MAX_WRITES_PER_HOUR: '5',
  });
  url = String(program.url);
});
afterAll(async () => {
  await program.stop();
  await sandbox.close();
});

const ask = async (holder: Holder | null, name: string, args: object) =>
  (await post(url, callTool(name, args), holder === null ? {} : as(holder))).text();
const sentBy = async (work: () => Promise<unknown>) => {
  const before = sandbox.requests.length;
  await work();
  return sandbox.requests.slice(before);
};
const toolsOf = async (holder: Holder) => {
  const client = await connectClient(url, as(holder));
  const names = (await client.listTools()).tools.map(({ name }) => name);
  await client.close();
  return names;
};

describe('the policy of a token', () => {
  it('takes entities away from its holder and from nobody else', async () => {
    const sent = await sentBy(async () => {
      expect(await ask('narrow', 'query-entity', { entity: 'Companies' })).toMatch(
        /policy of this server does not allow reading Companies/,
      );
    });
    expect(sent).toEqual([]);
    expect(await ask('narrow', 'count-entity', { entity: 'Tickets' })).toMatch(/\d+ Tickets/);
    expect(await ask('wide', 'count-entity', { entity: 'Companies' })).toMatch(/\d+ Companies/);
    expect(await ask(null, 'count-entity', { entity: 'Companies' })).toMatch(/\d+ Companies/);
  });

  it('gives nothing that is denied to all', async () => {
    const sent = await sentBy(async () => {
      for (const holder of ['narrow', 'wide', null] as const) {
        expect(await ask(holder, 'query-entity', { entity: 'Contacts' })).toMatch(/not allow reading/);
      }
      expect(
        await ask('wide', 'delete-entity', { entity: 'Tickets', id: 100001, confirm: 'DELETE_ENTITY' }),
      ).toMatch(/Nothing was/);
    });
    expect(sent.filter(({ method }) => method === 'DELETE')).toEqual([]);
    expect(sent.filter(({ path }) => path.startsWith('Contacts'))).toEqual([]);
  });

  it('hides fields besides those hidden from all', async () => {
    const role = { entity: 'Roles', id: 29682901, format: 'json' };
    const all = await ask(null, 'get-entity', role);
    expect(all).toMatch(/isActive/);
    expect(all).not.toMatch(/hourlyRate/);
    const wide = await ask('wide', 'get-entity', role);
    expect(wide).toMatch(/hourlyFactor/);
    expect(wide).not.toMatch(/hourlyRate|isActive/);
    const ticket = { entity: 'Tickets', id: 100001, format: 'json' };
    expect(await ask('wide', 'get-entity', ticket)).toMatch(/description/);
    expect(await ask('narrow', 'get-entity', ticket)).not.toMatch(/description/);
    expect(
      await ask('narrow', 'count-entity', { entity: 'Tickets', query: { description: { contains: 'a' } } }),
    ).toMatch(/description/);
  });

  it('takes tools away besides those taken from all', async () => {
    const narrow = await toolsOf('narrow');
    expect(narrow.filter((name) => name.startsWith('search-'))).toEqual([]);
    expect(narrow).not.toContain('get-project');
    const wide = await toolsOf('wide');
    expect(wide).toContain('search-tickets');
    expect(wide).not.toContain('get-project');
  });

  it('can refuse notes that the customer sees, and says nothing about them unless it does', async () => {
    const visible = note('All Autotask Users');
    expect(await ask('quiet', 'create-entity', visible)).toMatch(/not allow writing what the customer sees/);
    expect(await ask('bot', 'create-entity', { ...visible, confirm: undefined })).not.toMatch(/not allow/);
  });

  it('counts the writes of its holder, within those of all', async () => {
    expect(await ask('bot', 'create-entity', internal)).toMatch(/Created TicketNote/);
    expect(await ask('bot', 'create-entity', internal)).toMatch(/allows 1 writes per hour/);
    // What was refused to one holder is not counted for the others: four of five are left.
    for (let write = 0; write < 4; write += 1) {
      expect(await ask('quiet', 'create-entity', internal)).toMatch(/Created TicketNote/);
    }
    expect(await ask('wide', 'create-entity', internal)).toMatch(/allows 5 writes per hour/);
  });

  it('holds in a session too, and its session is of no use to another holder', async () => {
    const own = await startProgram(['--demo'], {
      AUTOTASK_HTTP_SESSIONS: 'true',
      AUTOTASK_HTTP_TOKENS_FILE: tokensFile({ narrow: { readEntities: ['Tickets'] }, wide: {} }),
    });
    const begun = await post(String(own.url), initialize, as('wide'));
    const session = { 'Mcp-Session-Id': String(begun.headers.get('mcp-session-id')) };
    const count = callTool('count-entity', { entity: 'Roles' });
    const answers = async (holder: Holder) => {
      const response = await post(String(own.url), count, { ...as(holder), ...session });
      return [response.status, await response.text()];
    };
    expect(await answers('wide')).toEqual([200, expect.stringMatching(/\d+ Roles/)]);
    expect(await answers('narrow')).toEqual([404, expect.stringMatching(/Session not found/)]);
    const client = await connectClient(String(own.url), as('narrow'));
    expect(
      JSON.stringify(await client.callTool({ name: 'count-entity', arguments: { entity: 'Roles' } })),
    ).toMatch(/does not allow reading Roles/);
    await client.close();
    await own.stop();
  });

  it('goes together with read-only', async () => {
    const own = await startProgram(['--demo'], {
      AUTOTASK_HTTP_TOKENS_FILE: tokensFile({ narrow: { readEntities: ['Tickets'] } }, 'read-only'),
    });
    const listed = await post(String(own.url), message('tools/list'), as('narrow'));
    const text = await listed.text();
    expect(text).toMatch(/query-entity/);
    expect(text).not.toMatch(/create-entity/);
    await own.stop();
  });
});

describe('a policy of a token that is not right', () => {
  const refused = async (policy: unknown) => {
    const own = await startProgram([], { AUTOTASK_HTTP_TOKENS_FILE: tokensFile({ narrow: policy }) });
    expect(own.url).toBeNull();
    expect(await own.exited).toBe(2);
    expect(own.output().stderr).not.toContain(tokenOf('narrow'));
    return own.output().stderr;
  };

  it.each<[string, unknown, RegExp]>([
    ['no JSON', '{"readEntities":', /policy of narrow in AUTOTASK_HTTP_TOKENS: is not valid JSON/],
    [
      'an unknown key',
      { readEntitys: ['Tickets'] },
      /readEntitys in policy of narrow in AUTOTASK_HTTP_TOKENS: is not a setting\. .*readEntities/,
    ],
    ['an unknown entity', { readEntities: ['Tikets'] }, /"Tikets" fits no entity\. Did you mean Tickets/],
    ['an unknown tool', { disabledTools: ['get-tickt'] }, /policy of narrow.*"get-tickt" fits no tool/],
  ])('%s: it does not start and says why', async (_, policy, text) => {
    expect(await refused(policy)).toMatch(text);
  });

  it('a file that is not there: it does not start and says whose', async () => {
    const own = await startProgram([], {
      AUTOTASK_HTTP_TOKENS: `narrow ${tokenOf('narrow')} policy=/no/such/file.json`,
    });
    expect(await own.exited).toBe(2);
    expect(own.output().stderr).toMatch(
      /policy of narrow in AUTOTASK_HTTP_TOKENS: names a file that does not exist/,
    );
  });
});

describe('the cursor of a sorted list', () => {
  const list = { entity: 'Tickets', orderBy: 'createDate desc', maxRecords: 2, includeFields: ['id'] };
  const cursorIn = (text: string) => /and cursor ([0-9a-z_.-]+) \(until/.exec(text)?.[1];

  it.each(['bot', 'narrow'] as const)('goes on for its holder and is of no use to %s', async (other) => {
    const cursor = cursorIn(await ask('quiet', 'query-entity', list));
    expect(cursor).toMatch(/^[0-9a-z]+_/);
    const sent = await sentBy(async () => {
      const refused = await ask(other, 'query-entity', { ...list, cursor });
      expect(refused).toMatch(/cursor: belongs to another list/);
      expect(await ask(null, 'query-entity', { ...list, cursor })).toMatch(/cursor: belongs to another list/);
    });
    expect(sent.filter(({ path }) => path.includes('Tickets/query'))).toEqual([]);
    const next = await ask('quiet', 'query-entity', { ...list, cursor });
    expect(next).toMatch(/2 of Tickets by createDate desc/);
    expect(cursorIn(next)).not.toBe(cursor);
  });
});
