import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { makeRecord } from '../support/records.js';
import { type Rig, rig, writesSince } from './support.js';

/** What is to be stored has one meaning, or it is refused with what it may mean; nothing reaches the tenant then. */
let sandbox: Sandbox;
let server: Rig;
const [ticket, number, tariq] = [101730, 'T20260907.0010', 'Tariq Sato'];

beforeAll(async () => {
  sandbox = await startSandbox({ today: new Date('2026-11-20T12:00:00Z') });
  const env = { AUTOTASK_TIMEZONE: 'America/New_York', AUTOTASK_CUSTOMER_VISIBLE_NOTES: 'true' };
  server = await rig(sandbox, { env });
});
afterAll(async () => {
  await server.close();
  await sandbox.close();
});

const confirmOf = (tool: string) => tool.toUpperCase().replaceAll('-', '_');

/** The refusal of a call that confirms; nothing reached the tenant. */
async function refusal(tool: string, args: Record<string, unknown>) {
  const from = sandbox.requests.length;
  const { text, isError } = await server.call(tool, { ...args, confirm: confirmOf(tool) });
  expect({ text, isError }).toMatchObject({ isError: true });
  expect(writesSince(sandbox, from)).toEqual([]);
  return text;
}

/** The preview, and the one body that the confirmed call sends. */
async function written(tool: string, args: Record<string, unknown>) {
  const preview = (await server.call(tool, args)).text;
  const from = sandbox.requests.length;
  const { text } = await server.call(tool, { ...args, confirm: confirmOf(tool) });
  expect(text).toMatch(/^(Created|Updated) /);
  const [sent, ...others] = writesSince(sandbox, from);
  expect(others).toEqual([]);
  return { preview, text, body: sent?.body };
}

describe('several values where one is stored', () => {
  it.each<[string, unknown, string]>([
    ['status', 'New or Complete', 'Valid: 1 = New, 5 = Complete.'],
    ['status', 'new,complete', 'Valid: 1 = New, 5 = Complete.'],
    ['status', 'New|5', 'Valid: 1 = New, 5 = Complete.'],
    ['status', '8;5', 'Valid: 8 = In Progress, 5 = Complete.'],
    ['status', '["New","Complete"]', 'Valid: 1 = New, 5 = Complete.'],
    ['priority', 'High/Low', 'Valid: 1 = High, 3 = Low.'],
    ['Impact', 'One person and A team', 'Valid: 29683905 = One person, 29683906 = A team.'],
  ])('are told, and none is suggested: %s %s', async (field, value, valid) => {
    for (const [tool, args] of [
      ['update-ticket', { id: ticket, fields: { [field]: value } }],
      ['update-entity', { entity: 'Tickets', id: ticket, data: { [field]: value } }],
    ] as const) {
      const text = await refusal(tool, args);
      expect(text).toContain(
        `- ${field}: ${JSON.stringify(value)} names several values, and one is stored. ${valid}`,
      );
      expect(text).not.toContain('Did you mean');
    }
  });

  it.each<[string, unknown]>([
    ['status', ['Complete']],
    ['status', [5]],
    ['status', { noteq: 'New' }],
    ['companyID', [175]],
    ['companyID', { id: 175 }],
    ['title', ['a']],
    ['dueDateTime', ['2026-12-01']],
    ['Root Cause', ['Hardware', 'Network']],
    ['Impact', []],
  ])('are refused as a list or an object of any length: %s %j', async (field, value) => {
    const data = { [field]: value };
    const text = await refusal('update-entity', { entity: 'Tickets', id: ticket, data });
    expect(text).toContain(`- ${field}: ${JSON.stringify(value)} must be a single value.`);
  });

  it.each<[string, string, Record<string, unknown>]>([
    ['contactID', 'Julia Archer or Zara Pryce', {}],
    ['contactID', 'Julia Archer; Zara Pryce', {}],
    ['companyID', 'Contoso Ltd, Fabrikam Inc', {}],
  ])('are told where a record is meant: %s %s', async (field, value) => {
    const text = await refusal('update-ticket', { id: ticket, [field]: value });
    expect(text).toContain(`is called ${JSON.stringify(value)}; one record is wanted here, not several`);
  });

  it('are told for the record that is written, without numbers that nobody named', async () => {
    const text = await refusal('update-ticket', { id: `${number}, T20260907.0009`, status: 'New' });
    expect(text).toMatch(/one record is wanted here, not several\.$/m);
  });
});

describe('a name of a field', () => {
  it.each(['!status', 'status!', 'status !=', 'status__ne', 'not status', 'status >='])(
    'with an operator is not led to the field alone: %s',
    async (name) => {
      const text = await refusal('update-entity', { entity: 'Tickets', id: ticket, data: { [name]: 'New' } });
      expect(text).toContain(
        `${JSON.stringify(name)} is a field with an operator, and a value that is stored has none.`,
      );
      expect(text).not.toContain('Did you mean');
    },
  );

  it.each(['', ' ', '\u200b'])('that is empty is not the id: %j', async (name) => {
    const data = { [name]: 101740, title: 'x' };
    expect(await refusal('update-entity', { entity: 'Tickets', id: ticket, data })).toContain(
      'is not a field of Tickets',
    );
    const found = await server.call('query-entity', { entity: 'Tickets', query: { [name]: ticket } });
    expect(found).toMatchObject({ isError: true });
  });
});

describe('a key that stands twice', () => {
  it.each<[string, Record<string, unknown>]>([
    ['update-ticket', { id: ticket, fields: '{"priority":"High","priority":"Low"}' }],
    ['update-ticket', { id: ticket, fields: '{"a":{"x":1},"pri\\u006frity":"High" , "priority" : "Low"}' }],
    ['update-ticket', { items: `[{"id":${ticket},"priority":"High","priority":"Low"}]` }],
    ['update-ticket', { query: '{"id":1,"priority":1,"priority":2}', status: 'New' }],
    ['update-entity', { entity: 'Tickets', id: ticket, data: '{"priority":"High","priority":"Low"}' }],
    ['create-entity', { entity: 'Tickets', data: '{"priority":"High","priority":"Low"}' }],
  ])('in JSON text is refused, where the last would win: %s %j', async (tool, args) => {
    expect(await refusal(tool, args)).toContain('"priority" is given twice');
  });

  it.each<[string, Record<string, unknown>]>([
    ['update-ticket', { id: ticket, status: 'New', fields: { Status: 'Complete' } }],
    ['update-ticket', { items: [{ id: ticket, status: 'New', Status: 'Complete' }] }],
    ['update-entity', { entity: 'Tickets', id: ticket, data: { status: 'New', STATUS: 'New' } }],
  ])('in another case is refused: %s %j', async (tool, args) => {
    expect(await refusal(tool, args)).toContain('- status: is given twice.');
  });

  it.each<[string, Record<string, unknown>]>([
    ['Root Cause', { 'Root Cause': 'x', 'root cause': 'y' }],
    ['Root Cause', { RootCause: 'x', 'Root Cause': null }],
    ['Root Cause', { userDefinedFields: [{ name: 'Root Cause', value: 'x' }], 'Root Cause': 'y' }],
    [
      'Root Cause',
      {
        userDefinedFields: [
          { name: 'Root Cause', value: 'x' },
          { name: 'root cause', value: 'y' },
        ],
      },
    ],
    ['title', { subject: 'x', title: 'y' }],
  ])('for one field by two names of it is refused, of user-defined ones too: %s %j', async (field, data) => {
    for (const [tool, args] of [
      ['update-entity', { entity: 'Tickets', id: ticket, data }],
      ['update-ticket', { id: ticket, fields: data }],
      ['create-entity', { entity: 'Tickets', data: { companyID: 175, ...data } }],
    ] as const)
      expect(await refusal(tool, args)).toContain(`- ${field}: is given twice.`);
  });

  it('may stand in several objects and inside of a text', async () => {
    const text = `{"title":"{\\"a\\":1,\\"a\\":2}"}`;
    const { body } = await written('update-ticket', { id: ticket, fields: text });
    expect(body).toMatchObject({ title: '{"a":1,"a":2}' });
    const items = `[{"id":${ticket},"title":"Call quality"},{"id":101740,"title":"Call quality"}]`;
    expect((await server.call('update-ticket', { items })).text).toContain('would update 2 Tickets');
  });
});

describe('a field that keeps days', () => {
  const time = { ticketID: number, resourceID: tariq, hoursWorked: 1, billingCodeID: 'Remote Support' };
  const charge = { ticketID: ticket, name: 'Disk', chargeType: 1, unitQuantity: 1, billingCodeID: 29682801 };
  it.each<[string, string, string]>([
    // Each is the 20th in UTC.
    ['create-time-entry', '2026-11-19T23:30:00-05:00', '2026-11-19'],
    ['create-time-entry', '2026-11-19T23:30', '2026-11-19'],
    ['create-time-entry', '2026-11-20T04:59Z', '2026-11-19'],
    ['create-time-entry', '2026-11-20T05:00Z', '2026-11-20'],
    // The hour that clocks leave out or show twice is on one day all the same.
    ['create-time-entry', '2026-03-08T02:30', '2026-03-08'],
    ['create-time-entry', '2026-11-01T01:30', '2026-11-01'],
    ['create-entity', '2026-11-19 22:00', '2026-11-19'],
    ['update-ticket', '2026-11-19T23:30', '2026-11-19'],
  ])('gets the day on which a moment lies in the zone, and says so: %s %s', async (tool, given, day) => {
    const calls: Readonly<Record<string, readonly [string, Record<string, unknown>]>> = {
      'create-time-entry': ['dateWorked', { ...time, dateWorked: given, summaryNotes: given }],
      'create-entity': [
        'datePurchased',
        { entity: 'TicketCharges', data: { ...charge, datePurchased: given } },
      ],
      'update-ticket': ['Change Window', { id: ticket, fields: { 'Change Window': given } }],
    };
    const [field = '', args = {}] = calls[tool] ?? [];
    const { preview, text, body } = await written(tool, args);
    const note = `Note: ${field}: it keeps days only, and ${given} is on ${day} (America/New_York)`;
    expect(preview).toContain(note);
    expect(text).toContain('every field is stored as sent');
    expect(JSON.stringify(body)).toContain(`"${day}T00:00:00Z"`);
  });

  it('takes the midnight of UTC as Autotask writes a day', async () => {
    const given = { ...time, dateWorked: '2026-11-18T00:00:00Z', summaryNotes: 'midnight' };
    const { preview, body } = await written('create-time-entry', given);
    expect(body).toMatchObject({ dateWorked: '2026-11-18T00:00:00Z' });
    expect(preview).not.toContain('keeps days only');
  });

  it('that is not the day of the start is a warning', async () => {
    const times = { startDateTime: '2026-11-19T22:00', endDateTime: '2026-11-20T01:00', hoursWorked: 3 };
    const preview = async (dateWorked: string) =>
      (await server.call('create-time-entry', { ...time, ...times, dateWorked, summaryNotes: 'late' })).text;
    const warning =
      'Warning: dateWorked: 2026-11-20 is not the day of startDateTime, which is 2026-11-19 (America/New_York)';
    expect(await preview('2026-11-20')).toContain(warning);
    expect(await preview('2026-11-19')).not.toContain('is not the day');
  });
});

describe('an end that is not after its start', () => {
  const days = { startDateTime: '2026-12-02', endDateTime: '2026-12-01' };
  it.each<[string, boolean, Record<string, unknown>]>([
    ['TimeEntries', true, { id: 1000001, data: { endDateTime: '2020-01-01T00:00' } }],
    ['Appointments', true, { data: { resourceID: tariq, title: 'a', ...days } }],
    ['Appointments', true, { data: { resourceID: tariq, title: 'a', ...days, startDateTime: '2026-12-01' } }],
    ['Appointments', false, { data: { resourceID: tariq, title: 'a', ...days, endDateTime: '2026-12-03' } }],
    ['Projects', true, { id: 1003, data: days }],
    // The last day may be the first.
    ['Projects', false, { id: 1003, data: { ...days, endDateTime: '2026-12-02' } }],
  ])('is a warning, of days where it is before: %s %s', async (entity, isWarned, args) => {
    const tool = 'id' in args ? 'update-entity' : 'create-entity';
    const { text } = await server.call(tool, { entity, ...args });
    expect(text).toMatch(/^PREVIEW/);
    expect(text.includes('Warning: endDateTime: is not after startDateTime')).toBe(isWarned);
  });
});

describe('a time that the clocks of the zone', () => {
  const time = { ticketID: number, resourceID: tariq, roleID: 'Senior Engineer' };
  const call = { ticketIDs: [number], resourceIDs: [tariq], allowConflicts: true };
  it.each<[string, string, string]>([
    ['never show', '2026-03-08T02:30', 'where clocks go forward then: give another one'],
    [
      'show twice',
      '2026-11-01T01:30',
      'where clocks go back then: give it as 2026-11-01T05:30:00Z or 2026-11-01T06:30:00Z',
    ],
  ])('%s is refused: %s', async (_, at, why) => {
    const day = at.slice(0, 10);
    const times = { startDateTime: at, endDateTime: `${day}T03:30` };
    for (const [tool, args] of [
      ['create-time-entry', { ...time, ...times }],
      ['book-service-call', { ...call, ...times }],
      ['update-ticket', { id: ticket, dueDateTime: at }],
      ['update-entity', { entity: 'Tickets', id: ticket, data: { dueDateTime: at.replace('T', ' ') } }],
    ] as const)
      expect(await refusal(tool, args)).toContain(why);
  });

  it.each<[string, string]>([
    ['2026-11-01T05:30:00Z', '2026-11-01T05:30:00Z'],
    ['2026-11-01T01:30-05:00', '2026-11-01T06:30:00Z'],
    ['2026-11-01T02:00', '2026-11-01T07:00:00Z'],
    ['2026-03-08T03:00', '2026-03-08T07:00:00Z'],
    ['2026-03-08T01:59', '2026-03-08T06:59:00Z'],
    // The end of a day that is 25 hours long, and of one of 23.
    ['2026-11-01', '2026-11-02T04:59:59Z'],
    ['2026-03-08', '2026-03-09T03:59:59Z'],
  ])('show once is taken: %s', async (dueDateTime, stored) => {
    const { body } = await written('update-ticket', { id: ticket, dueDateTime });
    expect(body).toMatchObject({ dueDateTime: stored });
  });
});

describe('a date that is no date', () => {
  const day = (days: number) => {
    const at = new Date(Date.now() + days * 86_400_000);
    return new Intl.DateTimeFormat('sv-SE', { timeZone: 'America/New_York' }).format(at);
  };
  it.each<[string, number]>([
    ['today', 0],
    ['Yesterday', -1],
    ['tomorrow', 1],
  ])('is told as one: %s', async (word, days) => {
    for (const [tool, args] of [
      ['create-time-entry', { ticketID: number, resourceID: tariq, hoursWorked: 1, dateWorked: word }],
      ['update-ticket', { id: ticket, dueDateTime: word }],
    ] as const)
      expect(await refusal(tool, args)).toContain(
        `: "${word}" is ${day(days)} (America/New_York): give one date.`,
      );
  });

  it('is refused as such before anything is said about its order', async () => {
    const times = { startDateTime: '09:00', endDateTime: '8:00' };
    const text = await refusal('create-time-entry', { ticketID: number, resourceID: tariq, ...times });
    expect(text).toContain('- startDateTime: "09:00" must be an ISO 8601 date');
    expect(text).toContain('- endDateTime: "8:00" must be an ISO 8601 date');
  });
});

describe('a text of nothing that can be seen', () => {
  it.each<[string, string, Record<string, unknown>]>([
    ['update-ticket', 'title', { id: ticket, title: '   ' }],
    ['update-ticket', 'description', { id: ticket, description: '\u200b' }],
    ['update-ticket', 'Root Cause', { id: ticket, fields: { 'Root Cause': '\u00a0' } }],
    ['create-ticket', 'title', { companyID: 175, title: '\u3000' }],
    ['create-ticket-note', 'description', { ticketID: ticket, description: ' \n ' }],
    ['create-entity', 'description', { entity: 'Tickets', data: { description: '\u2060' } }],
    [
      'create-time-entry',
      'dateWorked',
      { ticketID: ticket, hoursWorked: 1, resourceID: tariq, dateWorked: ' ' },
    ],
  ])('is stored nowhere: %s %s', async (tool, field, args) => {
    expect(await refusal(tool, args)).toContain(`- ${field}: holds nothing that can be seen: `);
  });

  it('changes nothing as a list of user-defined fields without one', async () => {
    const text = await refusal('update-ticket', { id: ticket, fields: { userDefinedFields: [] } });
    expect(text).toContain('names no field to change');
  });
});

describe('a word for who may see a note', () => {
  it.each(['intern', 'internl', 'public', 'customer', 'Internal & Co-Manged'])(
    'leads to no more people than it says: %s',
    async (publish) => {
      const note = { ticketID: ticket, title: 'x', description: 'y', publish };
      const text = await refusal('create-ticket-note', note);
      expect(text).toContain(
        'Valid: 1 = All Autotask Users (the customer sees it), 2 = Internal Project Team (internal), 4 = Internal & Co-Managed (the customer sees it).',
      );
      expect(text).not.toMatch(/Did you mean (?!Internal Project Team\?)/);
    },
  );
});

describe('a name that is stored with other spaces', () => {
  it('is found beside longer ones that begin with it, and near where letters and digits meet', async () => {
    const company = { companyType: 1, ownerResourceID: 29682885, phone: '5551', isActive: true };
    const make = (companyName: string) => makeRecord(sandbox, 'Companies', { companyName, ...company });
    const id = await make('Amber  Lane');
    await make('Amber Lane Two');
    await make('大阪 1');
    await make('東京本店');
    await make('Qx 42');
    const { body } = await written('update-ticket', { id: ticket, companyID: 'amber lane', contactID: null });
    expect(body).toMatchObject({ companyID: id });
    expect(await refusal('update-ticket', { id: ticket, companyID: '大阪1' })).toMatch(
      /Valid: \d+ = 大阪 1\./,
    );
    expect(await refusal('update-ticket', { id: ticket, companyID: '東京支店' })).toMatch(
      /Valid: \d+ = 東京本店\./,
    );
    expect(await refusal('update-ticket', { id: ticket, companyID: 'Qx42' })).toMatch(/Valid: \d+ = Qx 42\./);
    expect(await refusal('update-ticket', { id: ticket, companyID: 'Amber' })).toMatch(
      /is not the whole name\. Valid: \d+ = Amber Lane, \d+ = Amber Lane Two\./,
    );
  });

  it.each(['#175', 'id 175', 'ID: 175'])('is no id in another form, which is told: %s', async (companyID) => {
    expect(await refusal('update-ticket', { id: ticket, companyID })).toContain('; an id is given as 175.');
  });
});

describe('who and what a visit is for', () => {
  it('is asked for', async () => {
    const times = { startDateTime: '2027-01-05T09:00', endDateTime: '2027-01-05T10:00' };
    const text = await refusal('book-service-call', { ...times, ticketIDs: null, resourceIDs: null });
    expect(text).toContain('- ticketIDs: is required, or taskIDs: what the service call is about.');
    expect(text).toContain('- resourceIDs: is required: who goes.');
  });
});

describe('what names another record than the one that is written', () => {
  const time = { hoursWorked: 1, resourceID: tariq };
  it.each<[string, Record<string, unknown>, string]>([
    [
      'update-ticket',
      { id: ticket, time: { ...time, ticketID: 101740 } },
      '- time.ticketID: is 101740, but the ticket that is updated is 101730: leave it out.',
    ],
    [
      'update-ticket',
      { items: [{ id: ticket, note: { ticketID: 'T20260910.0001', description: 'x' } }] },
      '- note.ticketID: is "T20260910.0001", but the ticket that is updated is 101730: leave it out.',
    ],
    [
      'update-entity',
      { entity: 'Tickets', items: [{ id: ticket, data: { id: 101740, status: 'New' } }] },
      '- items[0].id: is given twice.',
    ],
    [
      'update-entity',
      { entity: 'Tickets', items: [{ id: ticket, status: 'New', data: '{"status":"Complete"}' }] },
      '- items[0].status: is given twice.',
    ],
    [
      'create-entity',
      { entity: 'Tickets', items: [{ title: 'a', data: { title: 'b' } }] },
      '- items[0].title: is given twice.',
    ],
    [
      'create-ticket-note',
      { items: [{ ticketID: ticket, id: 101740, description: 'x' }] },
      '- items[0].ticketID, items[0].id: only one of them says which record.',
    ],
    [
      'create-ticket-note',
      { ids: [ticket], description: 'x', fields: { ticketID: 101740 } },
      'is given twice',
    ],
  ])('is refused: %s %j', async (tool, args, problem) => {
    expect(await refusal(tool, args)).toContain(problem);
  });

  it('may name the same one', async () => {
    const args = { id: ticket, time: { ...time, ticketID: ticket, billingCodeID: 'Remote Support' } };
    const { body } = await written('update-ticket', args);
    expect(body).toMatchObject({ ticketID: ticket, hoursWorked: 1 });
  });
});

describe('a yes or no that Autotask keeps as a number', () => {
  it.each([2, '2', -1, 'yes', ''])('is nothing else: %j', async (isActive) => {
    const text = await refusal('update-entity', { entity: 'Contacts', id: 30684005, data: { isActive } });
    expect(text).toMatch(/- isActive: (\S+ must be true or false|cannot be empty)\./);
  });
});

describe('a role without its resource', () => {
  it('is not left behind', async () => {
    const args = { id: ticket, assignedResourceID: null, assignedResourceRoleID: 'Senior Engineer' };
    expect(await refusal('update-ticket', args)).toContain(
      '- assignedResourceRoleID: is given while assignedResourceID is emptied',
    );
  });
});

describe('a transfer', () => {
  const who = { kind: 'resource', from: 'Bianca Almeida', to: 'Hugo Hart' };
  it.each<[unknown, string]>([
    [[], '- entities: is empty: leave it out for all of them.'],
    [[''], '- entities: is empty: leave it out for all of them.'],
    [['ticket'], 'Nothing open of Tickets is theirs.'],
  ])('of no entities is not one that finds nothing: %j', async (entities, problem) => {
    expect(await refusal('transfer-work', { ...who, entities })).toContain(problem);
  });
});

describe('a list of records', () => {
  it.each<[string, unknown, string]>([
    ['ids', [ticket, null], 'ids: must be a list of ids, numbers or names; one of them is empty.'],
    ['ids', '[101730,""]', 'ids: must be a list of ids, numbers or names; one of them is empty.'],
    ['ids', [-1], 'ids.0: must be an id, a number or a name.'],
    ['ids', '[]', 'ids: is empty.'],
    ['items', [null], 'items: must be a list of objects; one of them is empty.'],
    ['items', [5], 'items.0: must be an object of fields.'],
    ['items', { id: ticket }, 'items: must be a list of objects.'],
  ])('says what is not right in it: %s %j', async (name, value, problem) => {
    expect(await refusal('update-ticket', { [name]: value, status: 'New' })).toContain(`- ${problem}`);
  });
});
