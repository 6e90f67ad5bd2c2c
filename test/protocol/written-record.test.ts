import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeRecord, recordsWhere } from '../support/records.js';
import { type Connection, connect } from '../support/tenant.js';
import { isWrite, tokenIn } from '../writes/support.js';

let tenant: Connection;
let ids: Readonly<Record<'ticket' | 'contact' | 'task' | 'note' | 'entry', number>>;
let names: Readonly<Record<'number' | 'task', string>>;

const time = { resourceID: 29682885, roleID: 29682901, dateWorked: '2026-11-10', hoursWorked: 1 };
const emailAddress = 'zenobia@quell.example';
const title = 'Fiber tunnel to the annex is down';

beforeAll(async () => {
  tenant = await connect();
  const { sandbox } = tenant;
  const ticket = await makeRecord(sandbox, 'Tickets', { title, companyID: 175, status: 1, priority: 2 });
  await makeRecord(sandbox, 'Tickets', { title: 'Twice the same', companyID: 175, status: 1, priority: 2 });
  await makeRecord(sandbox, 'Tickets', { title: 'Twice the same', companyID: 175, status: 1, priority: 2 });
  const person = {
    firstName: 'Zenobia',
    lastName: 'van der Quell',
    isActive: 1,
    companyID: 175,
    emailAddress,
  };
  const contact = await makeRecord(sandbox, 'Companies/175/Contacts', person);
  const twin = { firstName: 'Odalys', lastName: 'Twin', companyID: 175, emailAddress: 'twin@quell.example' };
  await makeRecord(sandbox, 'Companies/175/Contacts', { ...twin, isActive: 1 });
  await makeRecord(sandbox, 'Companies/175/Contacts', { ...twin, isActive: 0 });
  const written = { description: 'x', noteType: 1, publish: 2, title: 'Mine' };
  const note = await makeRecord(sandbox, `Tickets/${ticket}/Notes`, { ...written, ticketID: ticket });
  const [row] = await recordsWhere(sandbox, 'Tickets', { op: 'eq', field: 'id', value: ticket });
  const [task] = await recordsWhere(sandbox, 'Tasks', { op: 'gt', field: 'id', value: 0 });
  const entry = await makeRecord(sandbox, 'TimeEntries', { ...time, ticketID: ticket });
  ids = { ticket, contact, note, task: Number(task?.id), entry };
  names = { number: String(row?.ticketNumber), task: String(task?.taskNumber) };
});
afterAll(() => tenant.close());

async function calling(tool: string, args: Record<string, unknown>) {
  let answer = { text: '', isError: false };
  const requests = await tenant.requestsOf(async () => {
    answer = await tenant.call(tool, args);
  });
  const writes = requests.filter(isWrite);
  return { ...answer, writes };
}
const word = (tool: string) => tool.toUpperCase().replaceAll('-', '_');
const file = { name: 'a.txt', data: 'YQ==' };

describe('a part of a name writes nothing and chooses nothing', () => {
  it.each<[string, Record<string, unknown>, RegExp]>([
    ['update-ticket', { id: 'tunnel', status: 5 }, /"tunnel" is not the whole name\. Valid: \d+ = T/],
    ['update-ticket', { id: 'Fiber tunnel', status: 5 }, /is not the whole name/],
    ['update-ticket', { id: 'annex tunnel the', status: 5 }, /No record of Tickets is called/],
    ['update-ticket', { id: 'Twice the same', status: 5 }, /fits several records of Tickets; give the id/],
    ['update-contact', { id: 'Zenobia', title: 'CTO' }, /"Zenobia" is not the whole name\. Valid: \d+ = /],
    ['update-contact', { id: 'Zenobia van', title: 'CTO' }, /is not the whole name/],
    ['update-contact', { id: 'Quell Zenobia', title: 'CTO' }, /whole name|No record/],
    ['update-contact', { id: 'Odalys Twin', title: 'CTO' }, /fits several.*\(inactive\)/],
    ['update-contact', { id: 'zenobia@', title: 'CTO' }, /whole name|No record/],
    ['update-contact', { id: 'quell.example', title: 'CTO' }, /whole name|No record/],
    ['update-contact', { id: 'enobia@quell.example', title: 'CTO' }, /whole name|No record/],
    ['update-contact', { id: 'twin@quell.example', title: 'CTO' }, /fits several records of Contacts/],
    ['update-company', { id: 'Contoso', phone: '1' }, /"Contoso" is not the whole name/],
    ['create-attachment', { parentId: 'tunnel', ...file }, /parentId: "tunnel" is not the whole name/],
    ['create-ticket-note', { ticketID: 'tunn', description: 'x' }, /ticketID: "tunn" is not the whole name/],
    ['create-time-entry', { ticketID: 'tunnel', ...time }, /ticketID: "tunnel" is not the whole name/],
    ['create-time-entry', { taskID: 'a', ...time }, /taskID: "a" is not the whole name/],
    ['create-contact', { companyID: 'Contoso', firstName: 'A', lastName: 'B' }, /companyID: .*whole name/],
    [
      'create-entity',
      { entity: 'TicketNotes', data: { ticketID: 'tunnel', description: 'x', noteType: 1, publish: 2 } },
      /ticketID: "tunnel" is not the whole name/,
    ],
    [
      'update-entity',
      { entity: 'TimeEntries', id: 1, data: { ticketID: 'tunnel' } },
      /ticketID: "tunnel" is not the whole name|no record 1 in TimeEntries/,
    ],
    ['update-entity', { entity: 'Tickets', id: 'tunnel', data: { status: 5 } }, /id: must be a whole number/],
    ['delete-entity', { entity: 'TimeEntries', id: 'tunnel' }, /id: must be a whole number/],
  ])('%s %j', async (tool, args, text) => {
    for (const confirm of [undefined, word(tool)]) {
      const answer = await calling(tool, confirm === undefined ? args : { ...args, confirm });
      expect(answer.text).toMatch(text);
      expect(answer).toMatchObject({ isError: true, writes: [] });
    }
  });
});

describe('a whole name, a number and an id name the record, whatever their case and spacing', () => {
  it.each([
    ['update-ticket', () => ({ id: title, priority: 1 }), () => ids.ticket],
    ['update-ticket', () => ({ id: ` ${title.toUpperCase()} `, priority: 2 }), () => ids.ticket],
    ['update-ticket', () => ({ id: names.number, priority: 1 }), () => ids.ticket],
    ['update-ticket', () => ({ id: `${names.number} ${title}`, priority: 2 }), () => ids.ticket],
    ['update-contact', () => ({ id: 'Zenobia van der Quell', title: 'A' }), () => ids.contact],
    ['update-contact', () => ({ id: 'van der Quell, Zenobia', title: 'B' }), () => ids.contact],
    ['update-contact', () => ({ id: emailAddress, title: 'C' }), () => ids.contact],
    ['update-contact', () => ({ id: ` ${emailAddress.toUpperCase()}`, title: 'D' }), () => ids.contact],
  ] as const)('%s', async (tool, args, id) => {
    const { text, writes } = await calling(tool, { ...args(), confirm: word(tool) });
    expect(text).toMatch(/^Updated /);
    expect(writes).toMatchObject([{ method: 'PATCH', body: { id: id() } }]);
  });
});

describe('a resource that a write refers to', () => {
  const entry = { ticketID: 0, dateWorked: '2026-11-10', hoursWorked: 1, roleID: 29682901 };
  it('is named by its whole e-mail address, and by no part of it', async () => {
    const [resource] = await recordsWhere(tenant.sandbox, 'Resources', {
      op: 'eq',
      field: 'id',
      value: 29682885,
    });
    const email = String(resource?.email);
    expect(email).toMatch(/^\S+@\S+$/);
    const args = { ...entry, ticketID: ids.ticket, confirm: 'CREATE_TIME_ENTRY' };
    for (const part of [email.slice(0, -3), email.slice(2), email.replace(/@.*/, '@')]) {
      const answer = await calling('create-time-entry', { ...args, resourceID: part });
      expect(answer, part).toMatchObject({ isError: true, writes: [] });
    }
    const { text, writes } = await calling('create-time-entry', { ...args, resourceID: email.toUpperCase() });
    expect(text).toMatch(/^Created TimeEntry/);
    expect(writes).toMatchObject([{ body: { resourceID: 29682885 } }]);
  });
});

describe('every preview and every answer names the record by number and title', () => {
  const onTicket = () => new RegExp(`^on Ticket ${ids.ticket}: ${names.number} ${title}$`, 'm');
  it.each([
    [
      'update-ticket',
      () => ({ id: ids.ticket, priority: 3 }),
      () => new RegExp(`^Ticket ${ids.ticket}: ${names.number} ${title}$`, 'm'),
    ],
    ['create-ticket-note', () => ({ ticketID: ids.ticket, description: 'x' }), onTicket],
    ['create-ticket-note', () => ({ ticketID: names.number, description: 'y' }), onTicket],
    ['create-time-entry', () => ({ ticketID: ids.ticket, ...time, hoursWorked: 0.75 }), onTicket],
    ['create-attachment', () => ({ parentId: names.number, ...file }), onTicket],
    ['update-entity', () => ({ entity: 'TicketNotes', id: ids.note, data: { description: 'z' } }), onTicket],
    [
      'create-entity',
      () => ({
        entity: 'TaskNotes',
        parentId: ids.task,
        data: { title: 'a', description: 'x', noteType: 1, publish: 2 },
      }),
      () => new RegExp(`^on Task ${ids.task}: ${names.task} \\S`, 'm'),
    ],
    [
      'create-contact',
      () => ({ companyID: 175, firstName: 'A', lastName: 'New' }),
      () => /^on Company 175: Contoso Ltd$/m,
    ],
    [
      'update-contact',
      () => ({ id: ids.contact, title: 'C' }),
      () => new RegExp(`^Contact ${ids.contact}: Zenobia van der Quell$`, 'm'),
    ],
    [
      'delete-entity',
      () => ({ entity: 'TimeEntries', id: ids.entry }),
      () => /^on Ticket \d+: T\d{8}\.\d{4} \S/m,
    ],
  ] as const)('%s', async (tool, args, line) => {
    const preview = await calling(tool, args());
    expect(preview.text).toMatch(/^PREVIEW/);
    expect(preview.text).toMatch(line());
    const done = await calling(tool, { ...args(), confirm: tokenIn(preview.text) });
    expect(done.text).toMatch(/^(Created|Updated|Deleted) /);
    expect(done.text).toMatch(line());
    expect(done.writes).toHaveLength(1);
  });

  it('tells a new ticket by its number', async () => {
    const args = { title: 'Brand new', companyID: 175, confirm: 'CREATE_TICKET' };
    expect((await calling('create-ticket', args)).text).toMatch(/^Ticket \d+: T\d{8}\.\d{4} Brand new$/m);
  });

  it('does without the name for a user who may not read it', async () => {
    tenant.sandbox.deny('Tickets', ['query']);
    const { text } = await calling('create-time-entry', { ticketID: ids.ticket, ...time });
    tenant.sandbox.allow('Tickets');
    expect(text).toMatch(/^PREVIEW/);
    expect(text).toMatch(new RegExp(`^on Ticket ${ids.ticket}(: .*)?$`, 'm'));
  });
});
