import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createChangedRecords } from '../../src/changed-records.js';
import { findEntity } from '../../src/entities/metadata/entity-names.js';
import { createEntityCache } from '../../src/entities/references/reference-cache.js';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox, TenantHandle } from '../../src/sandbox/types.js';
import { callTool, post, startProgram, token } from '../http/support.js';
import { makeRecord, recordsWhere } from '../support/records.js';
import { type Connection, connect, tenantEnvironment } from '../support/tenant.js';
import { isWrite, type Rig, rig, tokenIn } from '../writes/support.js';

/** A ticket with a contact, time entries and no notes. */
const quiet = 101997;

/** Writes as somebody does who does not come through this server. */
async function elsewhere({ apiUrl, credentials }: TenantHandle, method: string, path: string, body: object) {
  const response = await fetch(`${apiUrl}V1.0/${path}`, {
    method,
    headers: {
      UserName: credentials.userName,
      Secret: credentials.secret,
      ApiIntegrationCode: credentials.integrationCode,
      'Content-Type': 'application/json',
    },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
}
const rename = (tenant: TenantHandle, id: number, companyName: string) =>
  elsewhere(tenant, 'PATCH', 'Companies', { id, companyName });

describe('requests of a task in a fresh process', () => {
  const write = async ({ call }: Connection, name: string, given: Record<string, unknown>) => {
    // The same is created once more when it is done again.
    const args = name.startsWith('create') ? { ...given, again: true } : given;
    const preview = await call(name, args);
    const done = await call(name, { ...args, confirm: tokenIn(preview.text) });
    expect(done.text, name).toMatch(/^(Created|Updated)/);
  };
  const assigned = {
    assignedResourceID: 'Bianca Almeida',
    assignedResourceRoleID: 'Service Desk Technician',
  };
  const tasks: readonly [
    name: string,
    cold: number,
    warm: number,
    run: (desk: Connection) => Promise<unknown>,
  ][] = [
    [
      'a ticket with preview and confirmation',
      6,
      3,
      (desk) =>
        write(desk, 'create-ticket', {
          title: 'Keyboard',
          companyID: 'Contoso Ltd',
          contactID: 'Julia Archer',
        }),
    ],
    [
      'another status and assignee',
      9,
      4,
      (desk) => write(desk, 'update-ticket', { id: 'T20260910.0001', status: 'In Progress', ...assigned }),
    ],
    [
      'time on a ticket',
      7,
      2,
      (desk) =>
        write(desk, 'create-time-entry', {
          ticketID: 'T20260910.0001',
          resourceID: 'Bianca Almeida',
          roleID: 'Service Desk Technician',
          dateWorked: '2026-11-19',
          hoursWorked: 0.5,
          summaryNotes: 'Replaced the cable.',
        }),
    ],
    [
      'tasks of a project',
      5,
      1,
      (desk) => desk.call('search-tasks', { projectID: 'Fabrikam Inc Firewall Upgrade' }),
    ],
    [
      'a file on a ticket',
      5,
      3,
      (desk) =>
        write(desk, 'create-attachment', {
          parentId: 'T20260910.0001',
          name: 'switch.log',
          data: Buffer.from('link down').toString('base64'),
        }),
    ],
    // Fewer than are compared with a count, all on one page.
    [
      'a few tickets by queue',
      3,
      1,
      (desk) =>
        desk.call('aggregate-entity', {
          entity: 'Tickets',
          query: { status: { noteq: 'Complete' } },
          groupBy: ['queueID'],
        }),
    ],
    // Without notes: their labels are not asked for.
    ['a ticket without notes', 15, 8, (desk) => desk.call('get-ticket', { id: quiet })],
    // Notes, time entries and files are counted, because the charges alone do not tell how many there are.
    [
      'the charges of a ticket',
      16,
      6,
      (desk) => desk.call('get-ticket', { id: 101000, include: ['charges'] }),
    ],
  ];
  it.each(tasks)('%s: at most %i, and %i when it is done again', async (_, cold, warm, run) => {
    const desk = await connect();
    try {
      expect((await desk.requestsOf(() => run(desk))).length).toBeLessThanOrEqual(cold);
      expect((await desk.requestsOf(() => run(desk))).length).toBeLessThanOrEqual(warm);
    } finally {
      await desk.close();
    }
  });
});

describe('a request that costs nothing twice', () => {
  it('our own people are read together, once for all that shows them', async () => {
    const desk = await connect();
    const requests = await desk.requestsOf(async () => {
      await desk.call('search-tickets', { companyID: 'Contoso Ltd' });
      await desk.call('get-ticket', { id: 101740 });
      await desk.call('get-ticket', { id: 101000, include: ['notes', 'time'] });
      await desk.call('search-tasks', { projectID: 1003 });
    });
    await desk.close();
    const people = requests.filter(({ path }) => path.endsWith('V1.0/Resources/query'));
    expect(people.map(({ body }) => body)).toEqual([
      {
        filter: [{ op: 'exist', field: 'id' }],
        MaxRecords: 500,
        IncludeFields: ['id', 'firstName', 'lastName', 'isActive'],
      },
    ]);
  });

  it('the parts of a ticket without labels need no metadata', async () => {
    const desk = await connect();
    const include = ['time', 'checklist'];
    const requests = await desk.requestsOf(() => desk.call('get-ticket', { id: 101740, include }));
    await desk.close();
    const metadata = requests.filter(({ path }) => path.endsWith('/entityInformation/fields'));
    expect(metadata.map(({ path }) => path)).toEqual(['V1.0/Tickets/entityInformation/fields']);
  });

  const paths = (requests: readonly { method: string; path: string }[]) =>
    requests.map(({ method, path }) => `${method} ${path.replace(/^.*V1\.0\//, '')}`);

  it('the contact of a ticket is read once, and the ticket is not looked for by its own id', async () => {
    const desk = await connect();
    try {
      const asked = paths(await desk.requestsOf(() => desk.call('get-ticket', { id: quiet })));
      expect(asked.filter((path) => path.includes('Contacts'))).toEqual([expect.stringMatching(/^GET/)]);
      expect(asked.filter((path) => path.startsWith('POST Tickets/query'))).toEqual([]);
    } finally {
      await desk.close();
    }
  });

  it('a field that Autotask refuses makes the server ask for the metadata, and repeat the query once', async () => {
    const desk = await connect();
    try {
      const error = 'Unable to find roleID in the TimeEntry Entity.';
      const refuse = (times: number) =>
        desk.sandbox.faults.add({
          fault: { kind: 'serverError', errors: [error] },
          path: 'TimeEntries/query',
          times,
        });
      const ask = (tool: string) => desk.call(tool, { entity: 'TimeEntries', query: { id: 1005000 } });
      for (const [tool, path] of [
        ['query-entity', 'POST TimeEntries/query'],
        ['count-entity', 'POST TimeEntries/query/count'],
      ] as const) {
        await ask(tool);
        refuse(1);
        const once = paths(
          await desk.requestsOf(async () => expect((await ask(tool)).isError, tool).toBe(false)),
        );
        expect(once.filter((asked) => asked === path)).toHaveLength(2);
        const live = once.indexOf('GET TimeEntries/entityInformation/fields');
        if (tool === 'query-entity') expect(live).toBeGreaterThan(once.indexOf(path));
        refuse(2);
        const twice = await desk.requestsOf(async () => {
          const { text, isError } = await ask(tool);
          expect({ text, isError }).toMatchObject({ isError: true, text: expect.stringContaining(error) });
        });
        expect(paths(twice).filter((asked) => asked === path)).toHaveLength(2);
      }
    } finally {
      await desk.close();
    }
  });
});

describe('what is kept is bounded', () => {
  const companies = findEntity('Companies');

  it('in number: the oldest goes first', () => {
    const memory = createEntityCache<string>(3, createChangedRecords());
    for (const id of [1, 2, 3]) memory.set(companies, id, `name ${id}`, 0);
    memory.set(companies, 1, 'name 1', 0);
    memory.set(companies, 4, 'name 4', 0);
    expect([1, 2, 3, 4].map((id) => memory.get(companies, id))).toEqual([
      'name 1',
      undefined,
      'name 3',
      'name 4',
    ]);
  });

  it('in size: a record with a long text is looked for again by its number', async () => {
    const desk = await connect();
    try {
      const ticket = {
        companyID: 175,
        title: 'Long',
        status: 1,
        priority: 1,
        dueDateTime: '2026-12-01T00:00:00Z',
      };
      for (const [characters, queries] of [
        [10, 1],
        [5_000, 2],
      ] as const) {
        const id = await makeRecord(desk.sandbox, 'Tickets', {
          ...ticket,
          description: 'x'.repeat(characters),
        });
        const [row] = await recordsWhere(desk.sandbox, 'Tickets', { op: 'eq', field: 'id', value: id });
        const note = { ticketID: row?.ticketNumber, title: 'Called', description: 'Nobody answered.' };
        const requests = await desk.requestsOf(async () => {
          for (const _ of ['asked', 'kept or asked']) await desk.call('create-ticket-note', note);
        });
        expect(requests.filter(({ path }) => path.endsWith('Tickets/query'))).toHaveLength(queries);
      }
    } finally {
      await desk.close();
    }
  });
});

describe('names that were read before', () => {
  let sandbox: Sandbox;
  let desk: Rig;
  const minutes = (count: number) => vi.setSystemTime(Date.now() + count * 60_000);
  const shown = async () =>
    (await desk.call('query-entity', { entity: 'Contacts', query: { id: 30684004 } })).text;
  const found = (companyID: string) => desk.call('search-contacts', { companyID });

  beforeAll(async () => {
    sandbox = await startSandbox();
  });
  afterAll(() => sandbox.close());
  const start = async (env: Record<string, string> = {}) => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await rename(sandbox, 175, 'Contoso Ltd');
    desk = await rig(sandbox, { env });
  };
  afterEach(async () => {
    vi.useRealTimers();
    await desk.close();
  });

  it('are five minutes old at most when somebody else changes them', async () => {
    await start();
    expect(await shown()).toMatch(/Contoso Ltd/);
    await rename(sandbox, 175, 'Renamed elsewhere');
    minutes(4);
    expect(await shown()).toMatch(/Contoso Ltd/);
    minutes(2);
    expect(await shown()).toMatch(/Renamed elsewhere/);
  });

  it('are found by an old name for five minutes at most, and by a new one at once', async () => {
    await start();
    expect((await found('Contoso Ltd')).text).toMatch(/Julia/);
    await rename(sandbox, 175, 'Renamed elsewhere');
    expect((await found('Renamed elsewhere')).text).toMatch(/Julia/);
    minutes(6);
    expect((await found('Contoso Ltd')).isError).toBe(true);
  });

  it('are new at once when this server changes them', async () => {
    await start();
    expect(await shown()).toMatch(/Contoso Ltd/);
    expect((await found('Contoso Ltd')).text).toMatch(/Julia/);
    const change = { id: 175, companyName: 'Renamed here' };
    const preview = await desk.call('update-company', change);
    await desk.call('update-company', { ...change, confirm: tokenIn(preview.text) });
    expect(await shown()).toMatch(/Renamed here/);
    expect((await found('Contoso Ltd')).isError).toBe(true);
  });

  it('never decide which record is changed', async () => {
    await start();
    const change = { id: 'Contoso Ltd', phone: '5551790000' };
    const preview = await desk.call('update-company', change);
    // Another company gets the name, between the preview and its confirmation.
    await rename(sandbox, 175, 'Contoso Europe');
    await rename(sandbox, 176, 'Contoso Ltd');
    try {
      const answer = await desk.call('update-company', { ...change, confirm: tokenIn(preview.text) });
      expect(answer.text).toMatch(/Updated Company 176/);
    } finally {
      await rename(sandbox, 176, 'Fabrikam Inc');
    }
  });

  it('do not stand for the stored record, which a confirmation reads again', async () => {
    await start({ AUTOTASK_CONFIRM_MODE: 'preview' });
    const change = { id: 30684004, phone: '5551790001' };
    const preview = await desk.call('update-contact', change);
    await elsewhere(sandbox, 'PATCH', 'Companies/175/Contacts', { id: 30684004, title: 'Director' });
    const answer = await desk.call('update-contact', { ...change, confirm: tokenIn(preview.text) });
    expect(answer.text).toMatch(/has changed since the preview/);
    expect(sandbox.requests.filter(isWrite).at(-1)?.body).toMatchObject({ title: 'Director' });
  });

  it('are not remembered as absent', async () => {
    await start();
    expect((await found('Brand New Ltd')).isError).toBe(true);
    await rename(sandbox, 175, 'Brand New Ltd');
    expect((await found('Brand New Ltd')).text).toMatch(/Julia/);
  });
});

describe('what is kept over HTTP', () => {
  it('belongs to one tenant: the same ids have other names in the next one', async () => {
    const sandbox = await startSandbox({ tenants: [{ seed: 7 }, { seed: 7 }] });
    const program = await startProgram([], {
      AUTOTASK_HTTP_AUTH: 'gateway',
      AUTOTASK_HTTP_TOKEN: token,
      AUTOTASK_HTTP_API_ORIGINS: sandbox.url,
      AUTOTASK_ZONE_URL: sandbox.url,
    });
    try {
      const ask = async ({ credentials }: TenantHandle, name: string, args: object) =>
        (
          await post(String(program.url), callTool(name, args), {
            'X-Autotask-Username': credentials.userName,
            'X-Autotask-Secret': credentials.secret,
            'X-Autotask-Integration-Code': credentials.integrationCode,
          })
        ).text();
      const [one, two] = sandbox.tenants;
      if (one === undefined || two === undefined) throw new Error('two tenants are needed');
      await rename(one, 175, 'First Ltd');
      await rename(two, 175, 'Second Ltd');
      const list = { entity: 'Contacts', query: { companyID: 175 } };
      for (const _ of ['read', 'kept']) {
        expect(await ask(one, 'query-entity', list)).toMatch(/First Ltd/);
        expect(await ask(two, 'query-entity', list)).toMatch(/Second Ltd/);
      }
      expect(await ask(one, 'search-contacts', { companyID: 'First Ltd' })).toMatch(/First Ltd/);
      expect(await ask(two, 'search-contacts', { companyID: 'First Ltd' })).not.toMatch(/First Ltd\\t/);
    } finally {
      await program.stop();
      await sandbox.close();
    }
  });

  it('belongs to the rights of a token, and a write of one is seen by all', async () => {
    const sandbox = await startSandbox();
    const masked = 'masked-0123456789abcdef';
    const policy = join(mkdtempSync(join(tmpdir(), 'requests-')), 'masked.json');
    writeFileSync(policy, JSON.stringify({ maskFields: ['Companies.companyName'] }));
    const program = await startProgram([], {
      ...tenantEnvironment(sandbox),
      AUTOTASK_HTTP_TOKEN: token,
      LOG_LEVEL: 'info',
      AUTOTASK_HTTP_TOKENS: `masked ${masked} policy=${policy}`,
    });
    try {
      const ask = async (name: string, args: object, as?: string) => {
        const headers: Record<string, string> = as === undefined ? {} : { Authorization: `Bearer ${as}` };
        return (await post(String(program.url), callTool(name, args), headers)).text();
      };
      const list = { entity: 'Contacts', query: { companyID: 175 } };
      expect(await ask('query-entity', list)).toMatch(/Contoso Ltd/);
      expect(await ask('query-entity', list, masked)).not.toMatch(/Contoso Ltd/);
      const change = { id: 175, companyName: 'Renamed by one', confirm: 'UPDATE_COMPANY' };
      expect(await ask('update-company', change)).toMatch(/Updated Company/);
      expect(await ask('query-entity', list)).toMatch(/Renamed by one/);
    } finally {
      await program.stop();
      await sandbox.close();
    }
  });
});
