import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import type { TestClient } from '../support/client.js';
import { makeRecord, recordsWhere } from '../support/records.js';
import { spawnClient, tenantEnvironment } from '../support/tenant.js';
import { type Rig, rig, writesSince } from './support.js';

/** Whose time it is, in which role and on which day, when the call does not say so. */
let sandbox: Sandbox;
let server: Rig;
const rigs: Rig[] = [];
const clients: TestClient[] = [];
const open = async (env: Record<string, string> = {}) => {
  const one = await rig(sandbox, { env });
  rigs.push(one);
  return one;
};

/** The program as it is started for one person. */
async function asPerson(me: string): Promise<Pick<Rig, 'call'>> {
  const client = await spawnClient([], { ...tenantEnvironment(sandbox), AUTOTASK_ME: me });
  clients.push(client);
  return {
    call: async (name, args = {}) => {
      const { content, isError } = await client.callTool({ name, arguments: args });
      const text = content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
      return { text, isError: isError === true };
    },
  };
}

const bianca = 29682885;
/** Hers are technician, by default, and senior engineer; the third is neither's. */
const [technician, manager] = [29682901, 29682904];
let ticket: number;
let unassigned: number;

beforeAll(async () => {
  sandbox = await startSandbox({ today: new Date('2026-11-20T12:00:00Z') });
  server = await open();
  const base = { companyID: 175, status: 1, priority: 2 };
  const [other] = await recordsWhere(sandbox, 'ResourceRoleDepartments', {
    op: 'eq',
    field: 'roleID',
    value: manager,
  });
  ticket = await makeRecord(sandbox, 'Tickets', {
    ...base,
    title: 'For another role',
    assignedResourceID: other?.resourceID,
    assignedResourceRoleID: manager,
  });
  unassigned = await makeRecord(sandbox, 'Tickets', { ...base, title: 'For nobody' });
});
afterAll(async () => {
  await Promise.all([...rigs.map((one) => one.close()), ...clients.map((one) => one.close())]);
  await sandbox.close();
});

const entry = { hoursWorked: 1, summaryNotes: 'x' };
const confirm = 'CREATE_TIME_ENTRY';

/** The preview, and the body that the confirmed call sends. */
async function logged(args: Record<string, unknown>, by: Pick<Rig, 'call'> = server) {
  const preview = (await by.call('create-time-entry', { ...entry, ...args })).text;
  const from = sandbox.requests.length;
  const { text } = await by.call('create-time-entry', { ...entry, ...args, confirm });
  const bodies = writesSince(sandbox, from).map(({ body }) => body);
  return { preview, text, bodies };
}

describe('the role', () => {
  it('is the default one of the resource where that of the ticket is not held', async () => {
    const { preview, text, bodies } = await logged({ ticketID: ticket, resourceID: bianca });
    expect(preview).toContain(
      `Note: roleID was not given: the default role of the resource, which does not hold that of the ticket (${technician})`,
    );
    expect(preview).toMatch(/^roleID: Service Desk Technician \(id 29682901\)$/m);
    expect(preview).toMatch(/^Warning: roleID: Service Desk Technician .* is not the role of the ticket/m);
    expect(text).toMatch(/^Created TimeEntry \d+/);
    expect(bodies).toMatchObject([{ roleID: technician }]);
  });

  it('is the default one where the ticket has none', async () => {
    const { preview, bodies } = await logged({ ticketID: unassigned, resourceID: 'Bianca Almeida' });
    expect(preview).toContain(`roleID was not given: the default role of the resource (${technician})`);
    expect(bodies).toMatchObject([{ roleID: technician }]);
  });

  it.each([
    ['the resource', ['Resources']],
    ['its roles', ['ResourceRoles', 'ResourceServiceDeskRoles']],
  ])('is found by a user who may not read %s', async (_what, denied) => {
    for (const entity of denied) sandbox.deny(entity, ['query']);
    try {
      const { preview, bodies } = await logged({ ticketID: unassigned, resourceID: bianca }, await open());
      expect(preview).toContain(`the default role of the resource (${technician})`);
      expect(bodies).toMatchObject([{ roleID: technician }]);
    } finally {
      for (const entity of denied) sandbox.allow(entity);
    }
  });

  it('is asked for with those that are held where none is the default', async () => {
    const roles = await recordsWhere(sandbox, 'ResourceServiceDeskRoles', {
      op: 'eq',
      field: 'resourceID',
      value: bianca,
    });
    expect(roles.length).toBeGreaterThan(1);
    for (const entity of ['Resources', 'ResourceServiceDeskRoles']) sandbox.deny(entity, ['query']);
    try {
      const { text, bodies } = await logged({ ticketID: ticket, resourceID: bianca }, await open());
      expect(text).toMatch(
        /^- roleID: is required for time on a ticket or task: none is the default\. Valid: /m,
      );
      for (const { roleID } of roles) expect(text).toMatch(new RegExp(`${roleID} = \\w`));
      expect(bodies).toEqual([]);
    } finally {
      for (const entity of ['Resources', 'ResourceServiceDeskRoles']) sandbox.allow(entity);
    }
  });
});

describe('the resource', () => {
  it('is asked for before its role, with whom the ticket is assigned to', async () => {
    const { text, bodies } = await logged({ ticketID: ticket });
    expect(text).toMatch(
      /^- resourceID: is required: whose time is it; the ticket is assigned to \d+ = \w+ \w+\.$/m,
    );
    expect(text).not.toMatch(/roleID/);
    expect(bodies).toEqual([]);
    const nobody = await logged({ ticketID: unassigned, roleID: 'Senior Engineer' });
    expect(nobody.text).toMatch(/^- resourceID: is required: whose time is it\.$/m);
    const general = await logged({ internalBillingCodeID: 'Internal Meeting' });
    expect(general.text).toMatch(/^- resourceID: is required: whose time is it\.$/m);
  });

  it('is whoever asks, where that is known', async () => {
    const [row] = await recordsWhere(sandbox, 'Resources', { op: 'eq', field: 'id', value: bianca });
    const hers = await asPerson(String(row?.email));
    const { preview, bodies } = await logged({ ticketID: unassigned }, hers);
    expect(preview).toContain(`Note: resourceID was not given: whoever asks, Bianca Almeida (id ${bianca})`);
    expect(bodies).toMatchObject([{ resourceID: bianca, roleID: technician }]);
    const unknown = await asPerson('nobody@elsewhere.example');
    const refused = await logged({ ticketID: unassigned }, unknown);
    expect(refused.text).toMatch(/"me" is nobody here/);
    expect(refused.bodies).toEqual([]);
  });
});

it('the day is today in the zone of the server', async () => {
  for (const zone of ['Pacific/Kiritimati', 'Pacific/Pago_Pago']) {
    const there = await open({ AUTOTASK_TIMEZONE: zone });
    const today = new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(new Date());
    const { preview, bodies } = await logged({ ticketID: unassigned, resourceID: bianca }, there);
    expect(preview).toContain(`Note: dateWorked was not given: today in ${zone} (${today})`);
    expect(bodies).toMatchObject([{ dateWorked: `${today}T00:00:00Z` }]);
  }
});
