import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { everyRecord, makeRecord, recordsWhere } from '../support/records.js';
import { freshLog } from './audit-support.js';
import { type Rig, type RigOptions, rig, tokenIn, writesSince } from './support.js';

/** Free time of technicians, and a service call with its tickets and technicians as one plan. */
let sandbox: Sandbox;
let server: Rig;

/** Both work at the Head Office: Central Europe, 8 to 17. */
const bianca = 29682885;
const hugo = 29682886;

async function start(options: RigOptions = {}) {
  await server?.close();
  server = await rig(sandbox, options);
}
beforeEach(async () => {
  sandbox = await startSandbox({ today: new Date('2026-11-20T12:00:00Z'), limits: { threshold: 1_000_000 } });
  server = await rig(sandbox);
});
afterEach(async () => {
  await server.close();
  await sandbox.close();
});

async function create(entity: string, data: Record<string, unknown>, more: Record<string, unknown> = {}) {
  const { text, isError } = await server.call('create-entity', {
    entity,
    data,
    ...more,
    confirm: 'CREATE_ENTITY',
  });
  expect({ text, isError }).toMatchObject({ isError: false });
}
const dayOff = (requestDate: string) =>
  makeRecord(sandbox, `Resources/${bianca}/TimeOffRequests`, {
    resourceID: bianca,
    requestDate,
    hours: 8,
    timeOffRequestType: 1,
  });
const freeOf = async (range: string, more: Record<string, unknown> = {}) =>
  (await server.call('find-free-time', { resourceID: [bianca], range, ...more })).text;

describe('free time', () => {
  it('is working hours in the zone of the location, on both sides of a clock change', async () => {
    const text = await freeOf('2030-03-28..2030-04-02');
    const days = [
      '2030-03-28 07:00Z-16:00Z',
      '2030-03-29 07:00Z-16:00Z',
      '2030-04-01 06:00Z-15:00Z',
      '2030-04-02 06:00Z-15:00Z',
    ];
    expect(text).toContain(`Bianca Almeida (id ${bianca})\t${days.join(', ')}\n`);
    const there = await freeOf('2030-04-01', { timeZone: 'America/New_York' });
    expect(there).toContain('2030-04-01 02:00-11:00');
  });

  const taken: readonly (readonly [string, () => Promise<unknown>, string, RegExp])[] = [
    [
      'appointments',
      () =>
        create('Appointments', {
          resourceID: bianca,
          title: 'Dentist',
          startDateTime: '2030-01-08T09:00:00Z',
          endDateTime: '2030-01-08T10:00:00Z',
        }),
      '2030-01-08 07:00Z-09:00Z, 2030-01-08 10:00Z-16:00Z',
      /not free 2030-01-08 09:00Z-10:00Z\tappointment Dentist/,
    ],
    ['a day off', () => dayOff('2030-01-08'), 'never', /time off requested for 2030-01-08/],
    [
      'holidays',
      () => create('Holidays', { holidaySetID: 1, holidayName: 'Founders', holidayDate: '2030-01-08' }),
      'never',
      /\tholiday Founders/,
    ],
  ];
  it.each(taken)('leaves out %s', async (_, make, free, why) => {
    await make();
    const text = await freeOf('2030-01-08');
    expect(text).toContain(`Bianca Almeida (id ${bianca})\t${free}\n`);
    expect(text).toMatch(why);
  });

  it('goes on after midnight where a shift is over night', async () => {
    await server.close();
    await sandbox.close();
    sandbox = await startSandbox({
      today: new Date('2026-11-20T12:00:00Z'),
      reshape: {
        InternalLocationWithBusinessHours: ([office]) => {
          if (office === undefined) throw new Error('no office');
          office.tuesdayBusinessHoursStartTime = Date.UTC(1900, 0, 1, 22);
          office.tuesdayBusinessHoursEndTime = Date.UTC(1900, 0, 1, 6);
        },
      },
    });
    server = await rig(sandbox);
    // 8 January 2030 is a Tuesday; Central Europe is an hour ahead.
    expect(await freeOf('2030-01-09')).toContain('\t2030-01-09 00:00Z-05:00Z, 2030-01-09 07:00Z-16:00Z\n');
    expect(await freeOf('2030-01-08')).toContain('\t2030-01-08 21:00Z-2030-01-09 00:00Z\n');
  });

  it('tells nothing of a holiday on the day before', async () => {
    await create('Holidays', { holidaySetID: 1, holidayName: 'Founders', holidayDate: '2030-01-07' });
    expect(await freeOf('2030-01-07..2030-01-08')).toContain('Founders');
    expect(await freeOf('2030-01-08')).not.toContain('Founders');
  });

  it('leaves out both of two requests for time off on one day', async () => {
    for (const [from, until] of [
      ['07:00', '09:00'],
      ['14:00', '16:00'],
    ])
      await makeRecord(sandbox, `Resources/${bianca}/TimeOffRequests`, {
        resourceID: bianca,
        requestDate: '2030-01-08',
        startTime: `2030-01-08T${from}:00Z`,
        endTime: `2030-01-08T${until}:00Z`,
        hours: 2,
        timeOffRequestType: 1,
      });
    const text = await freeOf('2030-01-08');
    expect(text).toContain(`Bianca Almeida (id ${bianca})\t2030-01-08 09:00Z-14:00Z\n`);
    for (const span of ['07:00Z-09:00Z', '14:00Z-16:00Z'])
      expect(text).toContain(`2030-01-08 ${span}\ttime off requested for 2030-01-08`);
  });

  it('leaves out weekdays on which the resource does not work', async () => {
    const [own] = await everyRecord(sandbox, 'ResourceDailyAvailabilities');
    const { id, resourceID } = own ?? {};
    const data = { tuesdayAvailableHours: 0 };
    const entity = 'ResourceDailyAvailabilities';
    await server.call('update-entity', { entity, id, data, confirm: 'UPDATE_ENTITY' });
    const text = await freeOf('2030-01-07..2030-01-08', { resourceID: [resourceID] });
    expect(text).toMatch(/\t2030-01-07 [^,]*\n/);
  });

  it('finds what several have in common', async () => {
    await create('Appointments', {
      resourceID: hugo,
      title: 'Training',
      startDateTime: '2030-01-09T07:00:00Z',
      endDateTime: '2030-01-09T12:00:00Z',
    });
    const { text } = await server.call('find-free-time', {
      resourceID: 'Bianca Almeida, Hugo Hart',
      range: '2030-01-09',
      minutes: 120,
    });
    expect(text).toMatch(/all together\t2030-01-09 12:00Z-16:00Z\n/);
  });

  it('refuses ranges that it cannot look at, with the valid ones', async () => {
    for (const range of ['sometime', '2030-01-01..', '2020-01-01', '2030-01-01..2031-01-01']) {
      const { text, isError } = await server.call('find-free-time', { resourceID: [bianca], range });
      expect({ text, isError }).toMatchObject({ isError: true });
      expect(text).toMatch(/range: is (no range|over|longer)/);
    }
  });
});

describe('a service call', () => {
  let tickets: readonly number[];
  beforeEach(async () => {
    const rows = await recordsWhere(sandbox, 'Tickets', { op: 'eq', field: 'companyID', value: 175 });
    tickets = rows.slice(-2).map(({ id }) => Number(id));
  });
  const visit = (more: Record<string, unknown> = {}) => ({
    ticketIDs: tickets,
    resourceIDs: ['Bianca Almeida', 'Hugo Hart'],
    startDateTime: '2030-01-08T09:00:00Z',
    endDateTime: '2030-01-08T11:00:00Z',
    description: 'Swap the switch',
    ...more,
  });
  const confirm = 'BOOK_SERVICE_CALL';
  const book = (more: Record<string, unknown> = {}) =>
    server.call('book-service-call', visit({ confirm, ...more }));
  const count = async () =>
    Promise.all(
      ['ServiceCalls', 'ServiceCallTickets', 'ServiceCallTicketResources'].map(
        async (entity) => (await everyRecord(sandbox, entity)).length,
      ),
    );

  it('is one preview, one confirmation, and each step takes the id of the one before', async () => {
    const before = await count();
    const { text } = await server.call('book-service-call', visit());
    expect(text).toMatch(/would create 1 ServiceCalls, 2 ServiceCallTickets, 4 ServiceCallTicketResources/);
    expect(text).toMatch(/serviceCallID(:| ->) the new ServiceCall/);
    expect(await count()).toEqual(before);
    const from = sandbox.requests.length;
    const done = await book();
    expect(done.text).toMatch(
      /^Created 1 ServiceCalls, 2 ServiceCallTickets, 4 ServiceCallTicketResources: done 7/,
    );
    const [call] = (await everyRecord(sandbox, 'ServiceCalls')).slice(-1);
    const links = (await everyRecord(sandbox, 'ServiceCallTickets')).slice(-2);
    expect(links.map(({ serviceCallID, ticketID }) => [serviceCallID, ticketID])).toEqual(
      tickets.map((ticket) => [call?.id, ticket]),
    );
    expect(writesSince(sandbox, from).map(({ path }) => path)).toEqual([
      'V1.0/ServiceCalls',
      ...links.flatMap(({ id }) => [
        `V1.0/ServiceCalls/${String(call?.id)}/Tickets`,
        `V1.0/ServiceCallTickets/${String(id)}/Resources`,
        `V1.0/ServiceCallTickets/${String(id)}/Resources`,
      ]),
    ]);
    expect(call).toMatchObject({ companyID: 175, status: 1 });
    // And all of it can be taken back.
    const [, receipt = ''] = /Receipt: (w-[0-9a-f]{12})/.exec(done.text) ?? [];
    const undo = await server.call('write-receipt', { receipt, action: 'undo', confirm: 'WRITE_RECEIPT' });
    expect(undo.text).toMatch(/done 7, skipped 0, refused 0/);
    expect(await count()).toEqual(before);
  });

  it('refuses double booking and time off with the free time of the week, unless told otherwise', async () => {
    await book({ resourceIDs: ['Hugo Hart'] });
    const from = sandbox.requests.length;
    const second = await book({ description: 'Another visit', startDateTime: '2030-01-08T10:00:00Z' });
    expect(second.isError).toBe(true);
    expect(second.text).toMatch(
      /Hugo Hart \(id \d+\) is not free: service call Swap the switch .* 2030-01-08 09:00Z-11:00Z\. Valid: /,
    );
    expect(second.text).toMatch(/Valid: 2030-01-08 07:00Z-09:00Z, 2030-01-08 11:00Z-16:00Z/);
    expect(second.text).toMatch(/allowConflicts: true/);
    await dayOff('2030-01-09');
    const off = await book({ startDateTime: '2030-01-09T09:00:00Z', endDateTime: '2030-01-09T10:00:00Z' });
    expect(off.text).toMatch(/Bianca Almeida \(id \d+\) is not free: time off requested for 2030-01-09/);
    expect(writesSince(sandbox, from).filter(({ path }) => path.includes('ServiceCall'))).toEqual([]);
    const anyway = await book({ description: 'Another visit', allowConflicts: true });
    expect(anyway.text).toMatch(/^Created 1 ServiceCalls/);
  });

  it('says that nobody works then, and offers free time where no time is given', async () => {
    const night = await server.call(
      'book-service-call',
      visit({ startDateTime: '2030-01-12T20:00:00Z', endDateTime: '2030-01-12T21:00:00Z' }),
    );
    expect(night.text).toMatch(/Note: Bianca Almeida \(id \d+\): not within working hours/);
    const without = await server.call('book-service-call', visit({ startDateTime: undefined }));
    expect(without.text).toMatch(/startDateTime: must be a date and time when all are free\. Valid: \d{4}/);
    const nothing = await server.call('book-service-call', visit({ ticketIDs: undefined }));
    expect(nothing.text).toMatch(/ticketIDs: is required, or taskIDs/);
  });

  it('goes on after a lost answer with the ids that are there, and makes nothing twice', async () => {
    for (const when of ['after', 'before'] as const) {
      for (const after of [0, 1, 2]) {
        const log = freshLog();
        await start({ env: { AUTOTASK_AUDIT_LOG: log } });
        const before = await count();
        sandbox.faults.add({
          fault: { kind: 'reset', when },
          method: 'POST',
          path: /ServiceCall(?!.*query)/,
          after,
          times: 1,
        });
        const lost = await book({ description: `Lost ${when} ${after}`, allowConflicts: true });
        sandbox.faults.clear();
        expect(lost.text).toMatch(/not reached [1-6]\./);
        const [, receipt = ''] = /Receipt: (w-[0-9a-f]{12})/.exec(lost.text) ?? [];
        await start({ env: { AUTOTASK_AUDIT_LOG: log } });
        const resumed = await server.call('write-receipt', {
          receipt,
          action: 'resume',
          confirm: 'WRITE_RECEIPT',
        });
        expect(resumed.text).toMatch(/refused 0, unknown 0, not reached 0\./);
        expect(await count(), `${when} ${after}`).toEqual(before.map((one, at) => one + 2 ** at));
        expect((await server.call('write-receipt', { receipt, action: 'status' })).text).toMatch(
          /: done 7, refused 0/,
        );
      }
    }
  });

  it('makes nothing that needs what was refused', async () => {
    sandbox.faults.add({
      fault: { kind: 'serverError', errors: ['The ticket is not associated to the company.'] },
      method: 'POST',
      path: /ServiceCalls\/\d+\/Tickets$/,
      times: 1,
    });
    const from = sandbox.requests.length;
    const { text } = await book();
    expect(text).toMatch(/done 1, skipped 0, refused 1, unknown 0, not reached 5\./);
    expect(writesSince(sandbox, from).length).toBe(2);
  });

  it('stands under the policy step by step, and its token under the preview', async () => {
    await start({ env: { AUTOTASK_CREATE_ENTITIES: '!ServiceCallTickets' } });
    expect((await book()).text).toMatch(/does not allow creating ServiceCallTickets/);
    await start({ env: { AUTOTASK_MAX_RECORDS_PER_CALL: 'create=6' } });
    expect((await book()).text).toMatch(/7 would be written \(create\); one call writes at most 6/);
    await start({ env: { AUTOTASK_CONFIRM_MODE: 'preview' } });
    const token = tokenIn((await server.call('book-service-call', visit())).text);
    const from = sandbox.requests.length;
    expect((await book({ confirm: token, resourceIDs: ['Hugo Hart'] })).text).toMatch(/another call/);
    expect(writesSince(sandbox, from)).toEqual([]);
    expect((await book({ confirm: token })).text).toMatch(/^Created 1 ServiceCalls/);
  });
});
