import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { makeRecord, recordsWhere } from '../support/records.js';
import { type Connection, connect } from '../support/tenant.js';

const person = z.looseObject({
  id: z.number(),
  companyID: z.number(),
  phone: z.string(),
  emailAddress: z.string(),
});

let tenant: Connection;
let contact: z.infer<typeof person>;
beforeAll(async () => {
  tenant = await connect();
  const all = await recordsWhere(tenant.sandbox, 'Contacts', { op: 'eq', field: 'isActive', value: 1 });
  const usable = all.map((row) => person.safeParse(row)).find(({ success }) => success);
  contact = person.parse(usable?.data);
});
afterAll(() => tenant.close());

const newTicket = (fields: object = {}) =>
  makeRecord(tenant.sandbox, 'Tickets', {
    title: 'Whole',
    companyID: contact.companyID,
    status: 1,
    priority: 2,
    dueDateTime: '2026-12-01T00:00:00Z',
    ...fields,
  });

const told = async (id: number, include?: readonly string[]) =>
  (await tenant.call('get-ticket', { id, ...(include === undefined ? {} : { include }) })).text;

describe('get-ticket', () => {
  test('shows how the contact is reached, as far as the policy lets it', async () => {
    const id = await newTicket({ contactID: contact.id });
    for (const include of [undefined, ['notes']]) {
      const text = await told(id, include);
      expect(text).toContain(`\ncontact.phone: ${contact.phone}\n`);
      expect(text).toContain(`\ncontact.emailAddress: ${contact.emailAddress}\n`);
    }
    expect(await told(await newTicket())).not.toContain('contact.');
    for (const [env, shows] of [
      [{ AUTOTASK_MASK_FIELDS: 'Contacts.phone' }, /contact\.emailAddress/],
      [{ AUTOTASK_READ_ENTITIES: '!Contacts' }, /^companyID/m],
    ] as const) {
      const narrow = await connect({ env });
      const { records } = z.object({ records: z.array(z.looseObject({ id: z.number() })) }).parse(
        await narrow.json('query-entity', {
          entity: 'Tickets',
          query: { contactID: { exist: true } },
          maxRecords: 1,
        }),
      );
      const { text } = await narrow.call('get-ticket', { id: records[0]?.id });
      expect(text).toMatch(shows);
      expect(text).not.toMatch(/contact\.phone/);
      await narrow.close();
    }
  });

  test('always says how many notes, time entries and files there are', async () => {
    const id = await newTicket();
    expect(await told(id)).toMatch(
      /on this ticket: 0 TicketNotes, 0 TimeEntries, 0 files, 0 TicketCharges, 0 TicketChecklistItems, 0 TicketSecondaryResources$/m,
    );
    const note = await makeRecord(tenant.sandbox, `Tickets/${id}/Notes`, {
      ticketID: id,
      title: 'A',
      description: 'B',
      noteType: 1,
      publish: 2,
    });
    await makeRecord(tenant.sandbox, `TicketNotes/${note}/Attachments`, {
      attachmentType: 'FILE_ATTACHMENT',
      title: 'on the note',
      fullPath: 'a.txt',
      publish: 2,
      data: 'YQ==',
    });
    expect(await told(id)).toMatch(/on this ticket: 1 TicketNotes, 0 TimeEntries, 1 files,/);
  });

  test('says so with include too, and asks for no count of what it has read', async () => {
    const id = await newTicket();
    const note = { ticketID: id, title: 'A', description: 'B', noteType: 1, publish: 2 };
    for (let at = 0; at < 2; at++) await makeRecord(tenant.sandbox, `Tickets/${id}/Notes`, note);
    const numbers = 'on this ticket: 2 TicketNotes, 0 TimeEntries, 0 files';
    for (const [include, also, counted] of [
      [['notes'], '', ['AttachmentInfo', 'TimeEntries']],
      [['notes', 'time', 'attachments'], '', []],
      [
        ['checklist', 'charges'],
        ', 0 TicketCharges, 0 TicketChecklistItems',
        ['AttachmentInfo', 'TicketNotes', 'TimeEntries'],
      ],
      [['all'], ', 0 TicketCharges, 0 TicketChecklistItems, 1 TicketHistory, 0 TicketSecondaryResources', []],
    ] as const) {
      let text = '';
      const requests = await tenant.requestsOf(async () => {
        text = await told(id, include);
      });
      expect(text).toContain(`\n${numbers}${also}\n`);
      // What was found is no thing to notice.
      expect(text).not.toMatch(/^Note: /m);
      const paths = requests.map(({ path }) => path).filter((path) => path.endsWith('/count'));
      expect(paths.sort()).toEqual(counted.map((entity) => `V1.0/${entity}/query/count`));
    }
  });

  test('says which of them may not be read, or are hidden', async () => {
    const id = await newTicket();
    const closed = await connect({ env: { AUTOTASK_READ_ENTITIES: '!TicketNotes' } });
    closed.sandbox.deny('TimeEntries', ['query']);
    const other = await makeRecord(closed.sandbox, 'Tickets', {
      title: 'x',
      companyID: 175,
      status: 1,
      priority: 2,
    });
    for (const include of [undefined, ['charges']]) {
      const { text } = await closed.call('get-ticket', { id: other, ...(include ? { include } : {}) });
      expect(text).toMatch(/^on this ticket: 0 files, 0 TicketCharges/m);
      expect(text).toMatch(/^Note: on this ticket the API user may not read TimeEntries$/m);
      expect(text).toMatch(/^Note: hidden by the policy of this server: TicketNotes$/m);
    }
    await closed.close();
    expect(await told(id, ['charges'])).not.toMatch(/hidden by/);
  });

  test('says which parts were looked at and are empty, and whose ids it shows', async () => {
    const id = await newTicket();
    const every = ['notes', 'time', 'attachments', 'charges', 'checklist', 'history'];
    const { length } = await recordsWhere(tenant.sandbox, 'TicketHistory', {
      op: 'eq',
      field: 'ticketID',
      value: id,
    });
    const empty = length > 0 ? every.slice(0, -1) : every;
    expect(await told(id, ['all'])).toContain(`looked at and empty: ${empty.join(', ')}\n`);
    expect(await told(id, ['charges', 'time'])).toContain('looked at and empty: time, charges\n');
    const item = await makeRecord(tenant.sandbox, `Tickets/${id}/ChecklistItems`, {
      ticketID: id,
      itemName: 'Plug it in',
    });
    const charge = await makeRecord(tenant.sandbox, `Tickets/${id}/Charges`, {
      ticketID: id,
      name: 'Cable',
      chargeType: 1,
      datePurchased: '2026-11-19T00:00:00Z',
      unitQuantity: 1,
      billingCodeID: null,
    });
    const text = await told(id, ['charges', 'checklist', 'notes']);
    expect(text).toContain(`[ ] ${item} Plug it in`);
    expect(text).toMatch(new RegExp(`charge ${charge} `));
    expect(text).toContain('ids: charge of TicketCharges, checklist of TicketChecklistItems');
    expect(text).toContain('looked at and empty: notes\n');
    const update = await tenant.call('update-entity', {
      entity: 'TicketChecklistItems',
      id: item,
      data: { isCompleted: true },
      confirm: 'UPDATE_ENTITY',
    });
    expect(update.text).toMatch(/^Updated TicketChecklistItem/);
  });

  test('says in which order its lists stand', async () => {
    const [busy] = await recordsWhere(tenant.sandbox, 'TimeEntries', {
      op: 'exist',
      field: 'ticketID',
    });
    const id = Number(busy?.ticketID);
    const text = await told(id);
    const [, title = '', table = ''] = /^TimeEntries \(([^)]*)\):\n.*\n([\s\S]*?)\n\n?/m.exec(text) ?? [];
    expect(title).toMatch(/^(the last 5 of \d+, )?oldest first$/);
    const days = table.split('\n').map((line) => line.split('\t')[1]);
    expect(days).toEqual([...days].sort());
  });
});

describe('a list that a write would change', () => {
  const list = (args: object) => tenant.call('search-tickets', { maxRecords: 3, ...args });
  test.each([
    ['sorted by it', { orderBy: 'lastActivityDate desc' }, true],
    ['selected by it', { lastActivityDate: 'last 90 days', orderBy: 'id' }, true],
    ['not sorted by it', { orderBy: 'createDate desc' }, false],
    ['whole', { orderBy: 'lastActivityDate desc', maxRecords: 50, ticketNumber: 'T20261112.0003' }, false],
  ])('says so when it is %s', async (_what, args, says) => {
    const { text } = await list(args);
    expect(text).toMatch(/^\d+ (of )?Tickets/);
    expect(
      text.includes('lastActivityDate moves when a record, or a note or time entry on it, is written'),
    ).toBe(says);
  });
});

describe('the parent of an update', () => {
  test('is found by the server where Autotask can tell it', async () => {
    const id = await newTicket();
    const note = await makeRecord(tenant.sandbox, `Tickets/${id}/Notes`, {
      ticketID: id,
      title: 'A',
      description: 'B',
      noteType: 1,
      publish: 2,
    });
    const args = { entity: 'TicketNotes', id: note, data: { title: 'C' }, confirm: 'UPDATE_ENTITY' };
    const sent = await tenant.requestsOf(async () => {
      expect((await tenant.call('update-entity', args)).text).toMatch(/^Updated TicketNote/);
    });
    expect(sent.find(({ method }) => method === 'PATCH')?.path).toBe(`V1.0/Tickets/${id}/Notes`);
  });

  test('is asked for where it cannot, and the schema says for which entity that is', async () => {
    const args = { entity: 'ResourceTimeOffAdditional', id: 1, data: { currentYearAdditionalSickTime: 1 } };
    const { text, isError } = await tenant.call('update-entity', args);
    expect(isError).toBe(true);
    expect(text).toMatch(/parentId: is needed: .*below a record of Resources/);
    const { tools } = await tenant.client.listTools();
    const schema = JSON.stringify(tools.find(({ name }) => name === 'update-entity')?.inputSchema);
    expect(schema).toContain('Only for ResourceTimeOffAdditional');
  });
});
