import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { makeRecord, recordsWhere } from '../support/records.js';
import { type Rig, rig, writesSince } from './support.js';

/** What a write refers to: by id, address, or whole name. No part of a name chooses a record, whichever the tool. */
let sandbox: Sandbox;
let server: Rig;
const [contoso, bianca, technician] = [175, 29682885, 29682901];

/** A record that the writes here refer to. */
interface Target {
  readonly id: number;
  readonly name: string;
}
const kinds = ['company', 'contact', 'resource', 'role', 'billingCode', 'contract'] as const;
type Kind = (typeof kinds)[number];
let targets: Readonly<Record<Kind, Target>>;
let ids: Readonly<Record<'ticket' | 'contact' | 'company', number>>;

async function first(entity: string, field: string, value: unknown, name: (row: object) => string) {
  const [row] = await recordsWhere(sandbox, entity, { op: 'eq', field, value });
  return { id: Number(row?.id), name: name(Object(row)) };
}
const called = (field: string) => (row: object) => String(new Map(Object.entries(row)).get(field));
const person = (row: object) => `${called('firstName')(row)} ${called('lastName')(row)}`;

beforeAll(async () => {
  sandbox = await startSandbox({ today: new Date('2026-11-20T12:00:00Z'), limits: { threshold: 1_000_000 } });
  server = await rig(sandbox);
  const base = { title: 'Fan', companyID: contoso, status: 1, priority: 2 };
  const contact = { companyID: contoso, firstName: 'Quirin', lastName: 'Zauner Voss', isActive: 1 };
  const days = { startDate: '2026-01-01', endDate: '2030-01-01' };
  const terms = { ...days, contractType: 1, status: 1, timeReportingRequiresStartAndStopTimes: 0 };
  const contract = { companyID: contoso, contractName: 'Gold Retainer West', ...terms };
  ids = {
    ticket: await makeRecord(sandbox, 'Tickets', base),
    contact: await makeRecord(sandbox, `Companies/${contoso}/Contacts`, contact),
    company: 176,
  };
  targets = {
    company: await first('Companies', 'id', contoso, called('companyName')),
    contact: { id: ids.contact, name: 'Quirin Zauner Voss' },
    resource: await first('Resources', 'id', bianca, person),
    role: await first('Roles', 'id', technician, called('name')),
    billingCode: await first('BillingCodes', 'useType', 1, called('name')),
    contract: {
      id: await makeRecord(sandbox, 'Contracts', contract),
      name: 'Gold Retainer West',
    },
  };
});
afterAll(async () => {
  await server.close();
  await sandbox.close();
});

const time = { hoursWorked: 1, dateWorked: '2026-11-10', resourceID: bianca, roleID: technician };
const visit = { startDateTime: '2030-01-08T09:00:00Z', endDateTime: '2030-01-08T10:00:00Z' };
const newTicket = { title: 'x', companyID: contoso, dueDateTime: '2030-01-01' };
const customer = { companyName: 'Quite new', phone: '1', companyType: 'Customer' };
const newOne = { status: 1, priority: 2 };

/** A tool, the field that refers, and a call with a value for it. */
type Case = readonly [
  tool: string,
  field: string,
  kind: Kind,
  args: (value: string) => Record<string, unknown>,
];
const cases: readonly Case[] = [
  ['create-ticket', 'companyID', 'company', (companyID) => ({ ...newTicket, companyID })],
  ['create-ticket', 'contactID', 'contact', (contactID) => ({ ...newTicket, contactID })],
  [
    'create-ticket',
    'assignedResourceID',
    'resource',
    (assignedResourceID) => ({ ...newTicket, assignedResourceID, assignedResourceRoleID: technician }),
  ],
  ['create-ticket', 'contractID', 'contract', (contractID) => ({ ...newTicket, fields: { contractID } })],
  ['update-ticket', 'companyID', 'company', (companyID) => ({ id: ids.ticket, companyID })],
  ['update-ticket', 'contactID', 'contact', (contactID) => ({ ids: [ids.ticket], contactID })],
  [
    'update-ticket',
    'assignedResourceID',
    'resource',
    (assignedResourceID) => ({
      items: [{ id: ids.ticket, assignedResourceID, assignedResourceRoleID: technician }],
    }),
  ],
  [
    'update-ticket',
    'assignedResourceRoleID',
    'role',
    (assignedResourceRoleID) => ({ id: ids.ticket, assignedResourceID: bianca, assignedResourceRoleID }),
  ],
  [
    'update-ticket',
    'contractID',
    'contract',
    (contractID) => ({ query: { id: ids.ticket }, fields: { contractID } }),
  ],
  [
    'update-ticket',
    'resourceID',
    'resource',
    (resourceID) => ({ id: ids.ticket, time: { ...time, resourceID } }),
  ],
  [
    'update-ticket',
    'billingCodeID',
    'billingCode',
    (billingCodeID) => ({ id: ids.ticket, time: { ...time, billingCodeID } }),
  ],
  ['create-contact', 'companyID', 'company', (companyID) => ({ companyID, firstName: 'A', lastName: 'B' })],
  ['create-company', 'ownerResourceID', 'resource', (ownerResourceID) => ({ ...customer, ownerResourceID })],
  [
    'update-company',
    'ownerResourceID',
    'resource',
    (ownerResourceID) => ({ id: ids.company, ownerResourceID }),
  ],
  [
    'update-company',
    'parentCompanyID',
    'company',
    (id) => ({ id: ids.company, fields: { parentCompanyID: id } }),
  ],
  [
    'create-time-entry',
    'resourceID',
    'resource',
    (resourceID) => ({ ...time, ticketID: ids.ticket, resourceID }),
  ],
  ['create-time-entry', 'roleID', 'role', (roleID) => ({ ...time, ticketID: ids.ticket, roleID })],
  [
    'create-time-entry',
    'billingCodeID',
    'billingCode',
    (billingCodeID) => ({ ...time, ticketID: ids.ticket, billingCodeID }),
  ],
  [
    'create-time-entry',
    'contractID',
    'contract',
    (contractID) => ({ ...time, ticketID: ids.ticket, contractID }),
  ],
  [
    'create-entity',
    'companyID',
    'company',
    (companyID) => ({ entity: 'Tickets', data: { ...newTicket, ...newOne, companyID } }),
  ],
  [
    'create-entity',
    'contactID',
    'contact',
    (contactID) => ({ entity: 'Tickets', items: [{ ...newTicket, ...newOne, contactID }] }),
  ],
  [
    'update-entity',
    'contactID',
    'contact',
    (contactID) => ({ entity: 'Tickets', id: ids.ticket, data: { contactID } }),
  ],
  [
    'book-service-call',
    'resourceIDs',
    'resource',
    (name) => ({ ticketIDs: [ids.ticket], ...visit, resourceIDs: [name], allowConflicts: true }),
  ],
  [
    'transfer-work',
    'from',
    'resource',
    (from) => ({ kind: 'resource', from, to: 'Hugo Hart', entities: ['Projects'] }),
  ],
  ['transfer-work', 'to', 'contact', (to) => ({ kind: 'contact', from: ids.contact, to })],
];

async function calling(tool: string, args: Record<string, unknown>) {
  const from = sandbox.requests.length;
  const word = tool.toUpperCase().replaceAll('-', '_');
  const preview = await server.call(tool, args);
  const { text } = await server.call(tool, { ...args, confirm: word });
  return { preview, text, writes: writesSince(sandbox, from) };
}

const fullWidth = (text: string) =>
  text.replace(/[!-~]/g, (letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0));
const spellings: readonly ((name: string) => string)[] = [
  (name) => name,
  (name) => name.toUpperCase(),
  (name) => ` ${name.replaceAll(' ', '  ')}\t`,
  fullWidth,
  (name) => name.normalize('NFD'),
];
const same = (a: string, b: string) => a.trim().toLowerCase() === b.trim().toLowerCase();

it('every tool that writes takes references here, or has none', async () => {
  const { tools } = await server.client.listTools();
  const writing = tools.filter(({ inputSchema }) => 'confirm' in (inputSchema.properties ?? {}));
  // The company of a contact does not change; see written-record.test.ts for what is written to.
  const without = [
    'create-attachment',
    'create-ticket-note',
    'delete-entity',
    'update-contact',
    'write-receipt',
  ];
  expect(writing.map(({ name }) => name).sort()).toEqual(
    [...new Set([...cases.map(([tool]) => tool), ...without])].sort(),
  );
});

describe.each(cases)('%s %s', (tool, field, kind, args) => {
  const isPlan = tool === 'book-service-call' || tool === 'transfer-work';

  it('takes the whole name, whatever its case, spacing and Unicode form', async () => {
    const { name, id } = targets[kind];
    for (const spell of spellings) {
      const { text } = await server.call(tool, args(spell(name)));
      if (tool === 'transfer-work' && field === 'to') expect(text).toMatch(/to: is the one who leaves/);
      else
        expect(text, spell(name)).toMatch(
          isPlan ? /PREVIEW|Nothing open/ : new RegExp(`\\(id ${id}\\)|nothing to write`),
        );
    }
  });

  it('takes no part of it, lists what it could mean, and writes nothing', async () => {
    const { name, id } = targets[kind];
    const [word = ''] = name.split(' ');
    const { preview, text, writes } = await calling(tool, args(word));
    expect(writes).toEqual([]);
    for (const answer of [preview.text, text]) {
      expect(answer).toMatch(new RegExp(`${field}\\b.*is not the whole name|is called`));
      expect(answer).toContain(`${id} = ${name}`);
    }
  });

  it('takes no search, and says how a record is named', async () => {
    const { name } = targets[kind];
    for (const sign of ['~', '*', '!=', '>=', '=', '%']) {
      const { text, writes } = await calling(tool, args(`${sign}${name}`));
      expect(writes).toEqual([]);
      expect(text).toContain('is a search; a value to store is the id, number or whole name of one record');
    }
  });
});

it('nothing but the whole name ever chooses a record', async () => {
  const row = fc.constantFrom(...cases);
  const cut = fc.tuple(fc.nat({ max: 20 }), fc.nat({ max: 20 }), fc.constantFrom('', '.', 'x', ' Ltd'));
  await fc.assert(
    fc.asyncProperty(row, cut, async ([tool, , kind, args], [from, length, more]) => {
      const { name } = targets[kind];
      const part = `${name.slice(from % name.length, (from % name.length) + 1 + length)}${more}`.trim();
      fc.pre(part !== '' && !same(part, name) && !/^\d+$/.test(part));
      const before = sandbox.requests.length;
      const word = tool.toUpperCase().replaceAll('-', '_');
      const { text } = await server.call(tool, { ...args(part), confirm: word });
      expect(writesSince(sandbox, before), text).toEqual([]);
      expect(text).not.toMatch(/^(PREVIEW|Created|Updated)/);
    }),
    { numRuns: 150, seed: 7 },
  );
});

describe('a person', () => {
  it('is named by the whole e-mail address or user name, and an address beside another name is told', async () => {
    const [row] = await recordsWhere(sandbox, 'Resources', { op: 'eq', field: 'id', value: bianca });
    const { email = '', userName = '' } = Object(row);
    for (const value of [email, String(email).toUpperCase(), userName, `Bianca Almeida <${email}>`]) {
      const { text } = await server.call('create-company', { ...customer, ownerResourceID: value });
      expect(text, value).toContain(`ownerResourceID: Bianca Almeida (id ${bianca})`);
      expect(text).not.toMatch(/found by the address/);
    }
    const other = { ...customer, ownerResourceID: `Hugo Hart <${email}>` };
    expect((await server.call('create-company', other)).text).toMatch(
      /Note: ownerResourceID: Bianca Almeida \(id \d+\) was found by the address, though the name is not "Hugo Hart"/,
    );
    for (const part of [String(email).slice(0, -2), String(email).slice(1), String(userName).slice(0, -1)]) {
      const { text, writes } = await calling('create-company', { ...customer, ownerResourceID: part });
      expect(writes, text).toEqual([]);
    }
  });
});

describe('an inactive record', () => {
  let gone: Readonly<Record<'companyID' | 'contactID' | 'ownerResourceID', Target>>;
  beforeAll(async () => {
    const owner = await first('Resources', 'isActive', false, person);
    const former = { companyType: 1, phone: '1', ownerResourceID: bianca, isActive: false };
    const left = { companyID: contoso, firstName: 'Former', lastName: 'Colleague', isActive: 0 };
    gone = {
      companyID: {
        id: await makeRecord(sandbox, 'Companies', { ...former, companyName: 'Shut Doors Ltd' }),
        name: 'Shut Doors Ltd',
      },
      contactID: {
        id: await makeRecord(sandbox, `Companies/${contoso}/Contacts`, left),
        name: 'Former Colleague',
      },
      ownerResourceID: owner,
    };
  });

  it.each([
    ['create-ticket', 'companyID', (companyID: unknown) => ({ ...newTicket, companyID })],
    ['create-ticket', 'contactID', (contactID: unknown) => ({ ...newTicket, contactID })],
    ['update-ticket', 'contactID', (contactID: unknown) => ({ id: ids.ticket, contactID })],
    ['create-contact', 'companyID', (companyID: unknown) => ({ companyID, firstName: 'A', lastName: 'B' })],
    ['create-company', 'ownerResourceID', (ownerResourceID: unknown) => ({ ...customer, ownerResourceID })],
    [
      'create-entity',
      'companyID',
      (companyID: unknown) => ({ entity: 'Tickets', data: { ...newTicket, ...newOne, companyID } }),
    ],
  ] as const)('is refused by id and by name alike: %s %s', async (tool, field, args) => {
    const { id, name } = gone[field];
    for (const value of [id, String(id), name]) {
      const { text, writes } = await calling(tool, args(value));
      expect(text).toContain(
        `${field}: ${name} (id ${id}) is inactive: what is newly referred to has to be active`,
      );
      expect(writes).toEqual([]);
    }
  });

  it('that a record refers to already may stay', async () => {
    const contact = { companyID: contoso, firstName: 'Leaves', lastName: 'Soon', isActive: 1 };
    const contactID = await makeRecord(sandbox, `Companies/${contoso}/Contacts`, contact);
    const id = await makeRecord(sandbox, 'Tickets', { title: 'y', companyID: contoso, ...newOne, contactID });
    const off = { id: contactID, fields: { isActive: false }, confirm: 'UPDATE_CONTACT' };
    expect((await server.call('update-contact', off)).text).toMatch(/^Updated Contact/);
    const { text } = await server.call('update-ticket', { id, contactID, title: 'z' });
    expect(text).toMatch(/^PREVIEW/);
  });
});

describe('a text', () => {
  it.each(['!=x', '~y', '*z*', '%', '>= 5', 'not done', 'none', 'unassigned', '= 1+1'])(
    'is stored as it is: %s',
    async (title) => {
      const args = { ...newTicket, title, description: title, again: true };
      const { text, writes } = await calling('create-ticket', args);
      expect(text).toMatch(/^Created Ticket/);
      expect(writes).toMatchObject([{ body: { title, description: title } }]);
      const update = await calling('update-ticket', { id: ids.ticket, title, resolution: title });
      expect(update.writes).toMatchObject([{ body: { title, resolution: title } }]);
    },
  );
});
