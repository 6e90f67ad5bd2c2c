import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { everyRecord, type Item } from '../support/records.js';
import { type Connection, connect } from '../support/tenant.js';

const timeZone = 'Europe/Berlin';

let tenant: Connection;
let tickets: readonly Item[];
let entries: readonly Item[];
beforeAll(async () => {
  tenant = await connect({ env: { AUTOTASK_TIMEZONE: timeZone } });
  [tickets, entries] = await Promise.all([
    everyRecord(tenant.sandbox, 'Tickets'),
    everyRecord(tenant.sandbox, 'TimeEntries'),
  ]);
});
afterAll(() => tenant.close());

const values = z.record(z.string(), z.unknown());
const answer = z.looseObject({
  complete: z.literal(true),
  records: z.number(),
  groups: z.array(values),
  others: values.nullable(),
  notMeetingHaving: values.nullable(),
  total: values,
  notes: z.array(z.string()),
});
const aggregate = async (args: Record<string, unknown>) =>
  answer.parse(await tenant.json('aggregate-entity', args));

/** Label, name or bucket of a group in the answer. */
const labelled = z.union([
  z.looseObject({ name: z.string() }).transform(({ name }) => name),
  z.looseObject({ label: z.string() }).transform(({ label }) => label),
  z.string(),
  z.null().transform(() => '(none)'),
]);
const shown = (groups: readonly Item[], columns: readonly string[], metric: string) =>
  new Map(
    groups.map((group) => [
      columns.map((column) => labelled.parse(group[column])).join(' / '),
      Number(group[metric]),
    ]),
  );

/** The plain computation that answers are compared with. */
function totals<T>(items: readonly T[], keyOf: (item: T) => string, amountOf: (item: T) => number) {
  const sums = new Map<string, number>();
  for (const item of items) sums.set(keyOf(item), (sums.get(keyOf(item)) ?? 0) + amountOf(item));
  return sums;
}

const time = (item: Item | undefined, field: string) => Date.parse(String(item?.[field]));
const sorted = (map: ReadonlyMap<string, number>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
const namesOf = async (entity: string, ...fields: readonly string[]) =>
  new Map(
    (await everyRecord(tenant.sandbox, entity)).map((item) => [
      item.id,
      fields.map((field) => item[field]).join(' '),
    ]),
  );

const choices = z.object({
  fields: z.array(
    z.looseObject({
      name: z.string(),
      picklistValues: z.array(z.looseObject({ value: z.string(), label: z.string() })).nullable(),
    }),
  ),
});
async function choiceLabels(entity: string, field: string): Promise<ReadonlyMap<string, string>> {
  const { credentials, apiUrl } = tenant.sandbox;
  const response = await fetch(`${apiUrl}V1.0/${entity}/entityInformation/fields`, {
    headers: {
      UserName: credentials.userName,
      Secret: credentials.secret,
      ApiIntegrationCode: credentials.integrationCode,
    },
  });
  const { fields } = choices.parse(await response.json());
  const found = fields.find(({ name }) => name === field)?.picklistValues ?? [];
  return new Map(found.map(({ value, label }) => [value, label]));
}

it('takes limit for the number of groups, not of records', async () => {
  const query = { entity: 'Tickets', groupBy: ['companyID'] };
  const limited = await aggregate({ ...query, limit: 2 });
  expect(limited.groups).toHaveLength(2);
  expect(limited.groups).toEqual((await aggregate({ ...query, top: 2 })).groups);
});

describe('questions of a service desk, each one call', () => {
  it('hours by technician for a week', async () => {
    const { groups, total } = await aggregate({
      entity: 'TimeEntries',
      query: { dateWorked: '2026-11-09..2026-11-15' },
      groupBy: ['resourceID'],
      metrics: ['sum(hoursWorked)'],
    });
    const people = await namesOf('Resources', 'firstName', 'lastName');
    const week = entries.filter((entry) => {
      const day = String(entry.dateWorked).slice(0, 10);
      return day >= '2026-11-09' && day <= '2026-11-15';
    });
    const wanted = totals(
      week,
      (entry) => people.get(entry.resourceID) ?? '',
      (entry) => Number(entry.hoursWorked),
    );
    expect(wanted.size).toBeGreaterThan(10);
    expect(sorted(shown(groups, ['resourceID'], 'sum(hoursWorked)'))).toEqual(sorted(wanted));
    const hours = groups.map((group) => Number(group['sum(hoursWorked)']));
    expect(hours).toEqual([...hours].sort((a, b) => b - a));
    expect(total['sum(hoursWorked)']).toBe([...wanted.values()].reduce((a, b) => a + b));
  });

  it('billable hours by customer for a month, over tickets and project tasks', async () => {
    const { groups, records } = await aggregate({
      entity: 'TimeEntries',
      query: { dateWorked: '2026-10-01..2026-10-31', isNonBillable: false },
      groupBy: ['ticketID.companyID|taskID.projectID.companyID'],
      metrics: ['sum(hoursToBill)'],
    });
    const [companies, tasks, projects] = await Promise.all([
      namesOf('Companies', 'companyName'),
      everyRecord(tenant.sandbox, 'Tasks'),
      everyRecord(tenant.sandbox, 'Projects'),
    ]);
    const byId = (items: readonly Item[]) => new Map(items.map((item) => [item.id, item]));
    const [ticketOf, taskOf, projectOf] = [byId(tickets), byId(tasks), byId(projects)];
    const month = entries.filter(
      (entry) => String(entry.dateWorked).startsWith('2026-10') && entry.isNonBillable === false,
    );
    const wanted = totals(
      month,
      (entry) => {
        const project = projectOf.get(taskOf.get(entry.taskID)?.projectID);
        return companies.get(ticketOf.get(entry.ticketID)?.companyID ?? project?.companyID) ?? '(none)';
      },
      (entry) => Number(entry.hoursToBill),
    );
    expect(month.some((entry) => entry.taskID !== null)).toBe(true);
    expect(records).toBe(month.length);
    const column = 'ticketID.companyID|taskID.projectID.companyID';
    expect(sorted(shown(groups, [column], 'sum(hoursToBill)'))).toEqual(sorted(wanted));
  });

  it('tickets created by queue and month for a quarter, months being those of the time zone', async () => {
    const { groups } = await aggregate({
      entity: 'Tickets',
      query: { createDate: '2026-07-01..2026-09-30' },
      groupBy: ['queueID', 'createDate:month'],
    });
    const queues = await choiceLabels('Tickets', 'queueID');
    const local = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
    const monthOf = (ticket: Item) => local.format(time(ticket, 'createDate')).slice(0, 7);
    const quarter = tickets.filter((ticket) => ['2026-07', '2026-08', '2026-09'].includes(monthOf(ticket)));
    const wanted = totals(
      quarter,
      (ticket) => `${queues.get(String(ticket.queueID)) ?? '(none)'} / ${monthOf(ticket)}`,
      () => 1,
    );
    expect(wanted.size).toBeGreaterThan(10);
    expect(sorted(shown(groups, ['queueID', 'createDate:month'], 'count'))).toEqual(sorted(wanted));
  });

  it('average days to complete by priority', async () => {
    const { groups, total } = await aggregate({
      entity: 'Tickets',
      query: { completedDate: { exist: true } },
      groupBy: ['priority'],
      metrics: ['avg(completedDate-createDate)'],
    });
    const priorities = await choiceLabels('Tickets', 'priority');
    const done = tickets.filter((ticket) => ticket.completedDate !== null);
    const days = (ticket: Item) => (time(ticket, 'completedDate') - time(ticket, 'createDate')) / 86_400_000;
    const label = (ticket: Item) => priorities.get(String(ticket.priority)) ?? '(none)';
    const count = totals(done, label, () => 1);
    const column = 'avg(completedDate-createDate:days)';
    const found = shown(groups, ['priority'], column);
    expect([...found.keys()].sort()).toEqual([...count.keys()].sort());
    for (const [priority, sum] of totals(done, label, days)) {
      expect(found.get(priority), priority).toBeCloseTo(sum / (count.get(priority) ?? 0), 3);
    }
    // The total is the average over tickets, not over priorities.
    const mean = done.reduce((sum, ticket) => sum + days(ticket), 0) / done.length;
    expect(Number(total[column])).toBeCloseTo(mean, 3);
  });

  it('open tickets by age bucket', async () => {
    const { groups, notes } = await aggregate({
      entity: 'Tickets',
      query: { status: { noteq: 'Complete' } },
      groupBy: ['createDate:age(7,30,90)'],
    });
    const now = Date.parse(/now is (\S+)/.exec(notes.join(' '))?.[1] ?? '');
    expect(Math.abs(Date.now() - now)).toBeLessThan(60_000);
    const bucket = (ticket: Item) => {
      const days = (now - time(ticket, 'createDate')) / 86_400_000;
      if (days < 7) return 'under 7 days';
      if (days < 30) return '7 to 30 days';
      return days < 90 ? '30 to 90 days' : '90 days and more';
    };
    const open = tickets.filter((ticket) => ticket.status !== 5);
    const wanted = totals(open, bucket, () => 1);
    expect(wanted.size).toBeGreaterThan(2);
    expect(sorted(shown(groups, ['createDate:age(7,30,90)'], 'count'))).toEqual(sorted(wanted));
  });
});
