import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { makeRecord, recordsWhere } from '../support/records.js';
import { type Rig, rig, writesSince } from './support.js';

/** Fields that a write empties: said in its preview, whichever tool and however many records. */
let sandbox: Sandbox;
let server: Rig;
const [bianca, technician] = [29682885, 29682901];
let tickets: number[];
let contact: number;

beforeAll(async () => {
  sandbox = await startSandbox({ today: new Date('2026-11-20T12:00:00Z') });
  server = await rig(sandbox, { env: { AUTOTASK_TIMEZONE: 'Europe/Berlin' } });
  const fields = { title: 'x', companyID: 175, status: 1, priority: 2, queueID: 29682833 };
  const assigned = { assignedResourceID: bianca, assignedResourceRoleID: technician };
  tickets = [];
  for (let at = 0; at < 3; at++)
    tickets.push(
      await makeRecord(sandbox, 'Tickets', { ...fields, ...assigned, dueDateTime: '2026-12-24T10:00:00Z' }),
    );
  const [row] = await recordsWhere(sandbox, 'Contacts', { op: 'exist', field: 'mobilePhone' });
  contact = Number(row?.id);
});
afterAll(async () => {
  await server.close();
  await sandbox.close();
});

const tokenOf = (tool: string) => tool.toUpperCase().replaceAll('-', '_');

/** The preview, then the bodies that the confirmed call sends. */
async function written(tool: string, args: Record<string, unknown>) {
  const preview = (await server.call(tool, args)).text;
  const from = sandbox.requests.length;
  const { text } = await server.call(tool, { ...args, confirm: tokenOf(tool) });
  return { preview, text, bodies: writesSince(sandbox, from).map(({ body }) => body) };
}

describe('null in an update', () => {
  it.each<[string, string, () => Record<string, unknown>, object]>([
    ['update-ticket', 'queueID', () => ({ id: tickets[0], queueID: null }), { queueID: null }],
    ['update-ticket', 'queueID', () => ({ ids: tickets.slice(1), queueID: null }), { queueID: null }],
    [
      'update-ticket',
      'dueDateTime',
      () => ({ items: tickets.map((id) => ({ id, dueDateTime: null, resolution: 'y' })) }),
      { dueDateTime: null },
    ],
    ['update-contact', 'mobilePhone', () => ({ id: contact, mobilePhone: null }), { mobilePhone: null }],
    ['update-company', 'webAddress', () => ({ id: 176, fields: { webAddress: null } }), { webAddress: null }],
    [
      'update-entity',
      'title',
      () => ({ entity: 'Contacts', id: contact, data: { title: null } }),
      { title: null },
    ],
  ])('empties the field, and the preview says so: %s %s', async (tool, field, args, body) => {
    const { preview, text, bodies } = await written(tool, args());
    expect(preview).toMatch(new RegExp(`^Note: (\\d+ of them: )?this clears ${field}$`, 'm'));
    expect(text).toMatch(/^Updated /);
    for (const sent of bodies) expect(sent).toMatchObject(body);
  });

  it('takes the role of a resource with it, which the preview says', async () => {
    for (const args of [
      { id: tickets[0], assignedResourceID: null },
      { ids: tickets.slice(1), assignedResourceID: null },
    ]) {
      const { preview, text, bodies } = await written('update-ticket', args);
      expect(preview).toMatch(/assignedResourceRoleID is emptied with assignedResourceID/);
      expect(preview).toMatch(/this clears assignedResourceID, assignedResourceRoleID/);
      expect(text).toMatch(/^Updated /);
      for (const body of bodies)
        expect(body).toMatchObject({ assignedResourceID: null, assignedResourceRoleID: null });
    }
  });

  it('does not take a role alone from a resource', async () => {
    const id = await makeRecord(sandbox, 'Tickets', {
      title: 'x',
      companyID: 175,
      status: 1,
      priority: 2,
      assignedResourceID: bianca,
      assignedResourceRoleID: technician,
    });
    const { text, bodies } = await written('update-entity', {
      entity: 'Tickets',
      id,
      data: { assignedResourceRoleID: null },
    });
    expect(text).toMatch(
      /^- assignedResourceRoleID: cannot be empty while a resource is assigned: name a role, or empty assignedResourceID too\.$/m,
    );
    expect(bodies).toEqual([]);
    const both = { entity: 'Tickets', id, data: { assignedResourceID: null, assignedResourceRoleID: null } };
    expect((await written('update-entity', both)).text).toMatch(/^Updated Ticket/);
  });
});

describe('a value that stands for none', () => {
  const words = ['unassigned', 'None', 'nobody', ' null ', ''];
  const optional = [
    ['update-ticket', 'assignedResourceID'],
    ['update-ticket', 'contactID'],
    ['update-ticket', 'queueID'],
    ['update-ticket', 'contractID'],
    ['update-company', 'parentCompanyID'],
  ] as const;
  const inFields = ['contractID', 'parentCompanyID'];
  it.each(optional)('is refused with null, which empties the field: %s %s', async (tool, field) => {
    const id = tool === 'update-ticket' ? tickets[0] : 176;
    for (const value of words) {
      const args = inFields.includes(field) ? { id, fields: { [field]: value } } : { id, [field]: value };
      const { text, bodies } = await written(tool, args);
      expect(text).toContain(
        `- ${field}: ${JSON.stringify(value)} is no value of it: null empties the field.`,
      );
      expect(bodies).toEqual([]);
    }
  });

  it('is left out of a new record', async () => {
    for (const value of ['none', 'Unassigned']) {
      const args = { title: 'x', companyID: 175, contactID: value };
      const { text, bodies } = await written('create-ticket', args);
      expect(text).toContain(`- contactID: ${JSON.stringify(value)} is no value of it: leave it out.`);
      expect(bodies).toEqual([]);
    }
    const args = { title: 'x', companyID: 'none' };
    expect((await written('create-ticket', args)).text).toMatch(
      /^- companyID: is required to create a record/m,
    );
  });

  it.each([
    ['update-company', 'phone', [null]],
    ['update-ticket', 'status', [null, '']],
    ['update-ticket', 'priority', [null, '']],
    ['update-ticket', 'companyID', [null, '', 'none', 'unassigned']],
    ['update-contact', 'isActive', [null, '']],
  ] as const)(
    'is refused where the field cannot be empty, in one sentence: %s %s',
    async (tool, field, values) => {
      const id = { 'update-company': 176, 'update-ticket': tickets[0], 'update-contact': contact }[tool];
      for (const value of values) {
        const args = field === 'isActive' ? { id, fields: { [field]: value } } : { id, [field]: value };
        const { text, bodies } = await written(tool, args);
        expect(text).toMatch(new RegExp(`^- ${field}: cannot be empty\\.( Valid: .*)?$`, 'm'));
        expect(text).not.toMatch(/null empties/);
        expect(bodies).toEqual([]);
      }
    },
  );
});

describe('a day by which something is due', () => {
  const end = '2026-12-01T22:59:59Z';
  const said = 'dueDateTime: a day was given, and its end is meant (Europe/Berlin)';
  it.each<[string, () => Record<string, unknown>]>([
    ['create-ticket', () => ({ title: 'x', companyID: 175, dueDateTime: '2026-12-01' })],
    ['create-ticket', () => ({ title: 'x', companyID: 175, fields: { dueDateTime: '2026-12-01' } })],
    ['update-ticket', () => ({ id: tickets[0], dueDateTime: '2026-12-01' })],
    ['update-ticket', () => ({ ids: tickets.slice(1), dueDateTime: '2026-12-01' })],
    ['update-ticket', () => ({ items: [{ id: tickets[0], title: 'z', dueDateTime: '2026-12-01' }] })],
    [
      'update-entity',
      () => ({ entity: 'Tickets', id: tickets[0], data: { title: 'w', dueDateTime: '2026-12-01' } }),
    ],
    [
      'create-entity',
      () => ({
        entity: 'Tickets',
        items: [{ title: 'x', companyID: 175, status: 1, priority: 2, dueDateTime: '2026-12-01' }],
      }),
    ],
  ])('means its end in the zone, which the preview says: %s', async (tool, args) => {
    const more = tool.startsWith('create') ? { again: true } : {};
    const { preview, bodies } = await written(tool, { ...args(), ...more });
    expect(preview).toContain(said);
    expect(bodies.length).toBeGreaterThan(0);
    for (const body of bodies) expect(body).toMatchObject({ dueDateTime: end });
  });
});
