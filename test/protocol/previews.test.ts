import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { makeRecord, recordsWhere } from '../support/records.js';
import { type Rig, rig, tokenIn, writesSince } from '../writes/support.js';

let sandbox: Sandbox;
let server: Rig;
let elsewhere: number;
let ticket: number;
const rigs: Rig[] = [];
const open = async (env: Record<string, string> = {}, human?: () => 'yes' | 'no') => {
  const one = await rig(sandbox, human === undefined ? { env } : { env, human });
  rigs.push(one);
  return one;
};
const bianca = 29682885;
const technician = 29682901;

beforeAll(async () => {
  sandbox = await startSandbox();
  server = await open({ AUTOTASK_TIMEZONE: 'Europe/Berlin' });
  const [contact] = await recordsWhere(sandbox, 'Contacts', { op: 'noteq', field: 'companyID', value: 175 });
  elsewhere = Number(contact?.id);
  ticket = await makeRecord(sandbox, 'Tickets', {
    title: 'Printer jams',
    companyID: 175,
    status: 1,
    priority: 2,
    assignedResourceID: bianca,
    assignedResourceRoleID: technician,
  });
});
afterAll(async () => {
  await Promise.all(rigs.map((one) => one.close()));
  await sandbox.close();
});

const start = '2026-11-10T09:00:00Z';
const end = '2026-11-10T10:30:00Z';

describe('a preview warns without blocking', () => {
  it.each<[string, string, () => Record<string, unknown>, RegExp]>([
    [
      'a contact of another company',
      'create-ticket',
      () => ({ title: 'a', companyID: 175, contactID: elsewhere }),
      /^Warning: contactID: .+ belongs to .+, not to Contoso Ltd \(id 175\)$/m,
    ],
    [
      'a role that is not that of the ticket',
      'create-time-entry',
      () => ({ ticketID: ticket, resourceID: bianca, roleID: 'Senior Engineer', hoursWorked: 1 }),
      /^Warning: roleID: Senior Engineer .* is not the role of the ticket, which is /m,
    ],
    [
      'a missing work type',
      'create-time-entry',
      () => ({ ticketID: ticket, resourceID: bianca, hoursWorked: 1 }),
      /^Warning: billingCodeID: no work type is given/m,
    ],
    [
      'hours that disagree with start and end',
      'create-time-entry',
      () => ({
        ticketID: ticket,
        resourceID: bianca,
        hoursWorked: 3,
        startDateTime: start,
        endDateTime: end,
      }),
      /^Warning: hoursWorked: 3 disagrees with start and end, which are 1\.5 hours apart/m,
    ],
    [
      'time of a night that is on another day in UTC',
      'create-time-entry',
      () => ({
        ticketID: ticket,
        resourceID: bianca,
        startDateTime: '2026-11-11T00:15',
        endDateTime: '2026-11-11T00:45',
      }),
      /^Warning: dateWorked: the start is on 2026-11-11 \(Europe\/Berlin\) and on 2026-11-10 in UTC, to which/m,
    ],
    [
      'a charge that is billed',
      'create-entity',
      () => ({
        entity: 'TicketCharges',
        parentId: ticket,
        data: {
          name: 'Cable',
          chargeType: 1,
          datePurchased: '2026-11-10',
          unitQuantity: 3,
          unitPrice: 12.5,
          isBillableToCompany: true,
        },
      }),
      /^Warning: isBillableToCompany: the customer will be billed(.|\n)*^Note: total price: 3 x 12\.5 = 37\.5$/m,
    ],
  ])('about %s', async (_what, tool, args, expected) => {
    const { text, isError } = await server.call(tool, args());
    expect(text).toMatch(/^PREVIEW/);
    expect(text).toMatch(expected);
    expect(isError).toBe(false);
  });

  it('about a work type that is not for labour', async () => {
    const [code] = await recordsWhere(sandbox, 'BillingCodes', { op: 'eq', field: 'useType', value: 2 });
    const args = { ticketID: ticket, resourceID: bianca, hoursWorked: 1, billingCodeID: code?.id };
    expect((await server.call('create-time-entry', args)).text).toMatch(
      /^Warning: billingCodeID: .+ is not a work type for labour but for Expense Category$/m,
    );
  });

  it.each<[string, Record<string, unknown>, boolean]>([
    ['the same title in another case', { title: ' called  BACK', description: 'Another text' }, true],
    ['the same title with other punctuation', { title: '"Called-back".', description: 'Another text' }, true],
    ['the same text below another title', { title: 'Reached her' }, true],
    [
      'the same text in another case with other punctuation',
      { title: 'Reached her', description: 'The printer JAMS again, call (Tuesday)' },
      true,
    ],
    ['another title and text', { title: 'Other', description: 'The printer jams, call on Friday.' }, false],
    ['the same on another ticket', { ticketID: 101730 }, false],
  ])('about one like it that was created in this session: %s', async (_what, other, isLike) => {
    const own = await open();
    const note = {
      ticketID: ticket,
      title: 'Called back',
      description: 'The printer jams again; call Tuesday!',
    };
    expect((await own.call('create-ticket-note', note)).text).not.toMatch(/one like it/);
    await own.call('create-ticket-note', { ...note, confirm: 'CREATE_TICKET_NOTE' });
    const near = { ...note, ...other };
    const { text } = await own.call('create-ticket-note', near);
    const warning =
      /^Warning: one like it was created in this session less than a minute ago: TicketNote \d+$/m;
    expect(warning.test(text), text).toBe(isLike);
    // It does not block; an equal one does.
    const from = sandbox.requests.length;
    expect((await own.call('create-ticket-note', { ...near, confirm: 'CREATE_TICKET_NOTE' })).text).toMatch(
      /^Created TicketNote/,
    );
    expect(writesSince(sandbox, from)).toHaveLength(1);
    const equal = await own.call('create-ticket-note', { ...near, confirm: 'CREATE_TICKET_NOTE' });
    expect(equal.text).toMatch(/Equals TicketNote \d+.*again: true/);
    expect(writesSince(sandbox, from)).toHaveLength(1);
  });

  it('about a ticket like one that was created in this session', async () => {
    const own = await open();
    const made = { title: 'VPN is down', companyID: 175, description: 'No tunnel since nine.' };
    await own.call('create-ticket', { ...made, confirm: 'CREATE_TICKET' });
    for (const near of [{ title: 'vpn is DOWN!' }, { title: 'Tunnel', description: 'no tunnel, since nine' }])
      expect((await own.call('create-ticket', { ...made, ...near })).text).toMatch(
        /^Warning: one like it was created in this session less than a minute ago: Ticket \d+$/m,
      );
    const elsewhere = await own.call('create-ticket', { ...made, companyID: 176 });
    expect(elsewhere.text).not.toMatch(/one like/);
  });

  it('and does without where nothing may be looked up', async () => {
    for (const entity of ['Contacts', 'Companies', 'ResourceRoles', 'BillingCodes', 'Roles']) {
      sandbox.deny(entity, ['query']);
    }
    const fresh = await open();
    const { text } = await fresh.call('create-ticket', { title: 'a', companyID: 175, contactID: elsewhere });
    for (const entity of ['Contacts', 'Companies', 'ResourceRoles', 'BillingCodes', 'Roles']) {
      sandbox.allow(entity);
    }
    expect(text).toMatch(/^PREVIEW/);
  });
});

describe('what is filled in is said', () => {
  it('the role of the ticket, the day of today, the hours', async () => {
    const from = sandbox.requests.length;
    const entry = { ticketID: ticket, resourceID: bianca, hoursWorked: 1, summaryNotes: 'x' };
    const { text } = await server.call('create-time-entry', { ...entry, confirm: 'CREATE_TIME_ENTRY' });
    expect(text).toMatch(/Note: roleID was not given: the role of the ticket \(29682901\)/);
    expect(text).toMatch(/Note: dateWorked was not given: today in Europe\/Berlin \(\d{4}-\d\d-\d\d\)/);
    expect(writesSince(sandbox, from)).toMatchObject([{ body: { roleID: technician } }]);
    const timed = { ticketID: ticket, resourceID: bianca, startDateTime: start, endDateTime: end };
    expect((await server.call('create-time-entry', timed)).text).toMatch(/hours from start to end: 1\.5/);
  });

  it('the role also for a user who may not read resources', async () => {
    sandbox.deny('Resources', ['query']);
    const fresh = await open();
    const { text } = await fresh.call('create-time-entry', {
      ticketID: ticket,
      resourceID: bianca,
      hoursWorked: 2,
      confirm: 'CREATE_TIME_ENTRY',
    });
    sandbox.allow('Resources');
    expect(text).toMatch(/^Created TimeEntry/);
  });

  it('the end of the day on which a ticket is due', async () => {
    const from = sandbox.requests.length;
    const { text } = await server.call('update-ticket', {
      id: ticket,
      dueDateTime: '2026-12-01',
      confirm: 'UPDATE_TICKET',
    });
    expect(text).toMatch(/dueDateTime: a day was given, and its end is meant \(Europe\/Berlin\)/);
    expect(writesSince(sandbox, from)).toMatchObject([{ body: { dueDateTime: '2026-12-01T22:59:59Z' } }]);
  });

  it('what changed although it was not sent', async () => {
    const { text } = await server.call('update-ticket', { id: ticket, status: 5, confirm: 'UPDATE_TICKET' });
    expect(text).toMatch(/^status: Complete \(5\)$/m);
    expect(text).toMatch(/^changed too, though not sent: completedDate: empty -> \d{4}-/m);
    expect(text).not.toMatch(/lastActivityDate/);
  });
});

describe('a mark', () => {
  it('identifies one attempt, and a preview confirms it all the same', async () => {
    const marking = await open({
      AUTOTASK_MARK_FIELDS: 'Tickets.externalID',
      AUTOTASK_CONFIRM_MODE: 'preview',
    });
    const args = { title: 'Marked', companyID: 175, again: true };
    const marks: unknown[] = [];
    for (let i = 0; i < 2; i++) {
      const preview = (await marking.call('create-ticket', args)).text;
      expect(preview).toMatch(/^externalID: \(a mark of this attempt\)$/m);
      const from = sandbox.requests.length;
      const { text } = await marking.call('create-ticket', { ...args, confirm: tokenIn(preview) });
      expect(text).toMatch(/^Created Ticket/);
      marks.push(writesSince(sandbox, from).map(({ body }) => Object(body).externalID)[0]);
    }
    expect(marks).toEqual([expect.stringMatching(/^mcp-[0-9a-f]{20}$/), expect.stringMatching(/^mcp-/)]);
    expect(marks[0]).not.toBe(marks[1]);
  });
});

describe('tokens, limits and questions', () => {
  it('a token stands for a number or for its text, not for both', async () => {
    const careful = await open({ AUTOTASK_CONFIRM_MODE: 'preview' });
    const preview = (await careful.call('update-ticket', { id: ticket, priority: 1 })).text;
    const confirm = tokenIn(preview);
    const from = sandbox.requests.length;
    const other = await careful.call('update-ticket', { id: String(ticket), priority: 1, confirm });
    expect(other.text).toMatch(/preview of another call/);
    expect(writesSince(sandbox, from)).toEqual([]);
  });

  it('our own limit is not put down to Autotask', async () => {
    const limited = await open({ AUTOTASK_MAX_WRITES_PER_HOUR: '0' });
    const { text } = await limited.call('create-ticket', {
      title: 'x',
      companyID: 175,
      confirm: 'CREATE_TICKET',
    });
    expect(text).toMatch(/\(this server\)$/m);
    expect(text).not.toMatch(/\(Autotask\)/);
  });

  it('a person reads action and audience first, and no line of the caller passes for another', async () => {
    const asking = await open({ AUTOTASK_CONFIRM_MODE: 'elicit' }, () => 'no');
    const forged = `${'\n'.repeat(300)}Who sees it: Internal.\nstatus: New (1)\n${'x'.repeat(7_000)}`;
    await asking.call('create-ticket', {
      title: 'x',
      companyID: 175,
      description: `y${forged}`,
      confirm: 'CREATE_TICKET',
    });
    const [question = ''] = asking.asked;
    expect(question.split('\n').slice(0, 2)).toEqual([
      expect.stringMatching(/^This would create Ticket \(Tickets\):$/),
      expect.stringMatching(/^Who sees it: Customers can read title, description/),
    ]);
    expect(question.match(/^Who sees it/gm)).toHaveLength(1);
    expect(question.match(/^status: /gm)).toHaveLength(1);
    expect(question.length).toBeLessThan(4000);
    expect(question.split('\n').length).toBeLessThan(40);
  });
});
