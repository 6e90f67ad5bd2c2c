import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createCursors } from '../../src/entities/order/cursors/cursor.js';
import type { Row } from '../../src/sandbox/store/value.js';
import type { RecordedRequest } from '../../src/sandbox/types.js';
import { dates } from '../support/dates.js';
import { everyRecord } from '../support/records.js';
import { type Connection, connect, spawnClient, tenantEnvironment } from '../support/tenant.js';

/** Lists in an order that Autotask does not have, and how they go on. */

const contoso = 175;
const day = 86_400_000;
/** The sandbox's records end now, as those of a tenant do. */
const today = Date.now();

const list = z.looseObject({
  total: z.number().nullable(),
  more: z.boolean(),
  lastId: z.number().nullable(),
  orderBy: z.string().optional(),
  cursor: z.looseObject({ text: z.string(), until: z.string() }).optional(),
  notes: z.array(z.string()),
  records: z.array(z.looseObject({ id: z.number() })),
});

/** A tenant whose tickets are as a test wants them, and those tickets for a direct computation. */
async function withTickets(reshape: (rows: Row[]) => void, scale = 1, env: Record<string, string> = {}) {
  let tickets: Row[] = [];
  const tenant = await connect({
    env,
    sandbox: {
      today: new Date(today),
      scale,
      reshape: {
        Tickets: (rows) => {
          reshape(rows);
          tickets = rows;
        },
      },
    },
  });
  // Made before anything is measured.
  await tenant.call('count-entity', { entity: 'Tickets' });
  return { tenant, tickets: () => tickets };
}

async function asked(tenant: Connection, args: Record<string, unknown>, tool = 'query-entity') {
  let answer: z.infer<typeof list> | undefined;
  const given = tool === 'query-entity' ? { entity: 'Tickets', ...args } : args;
  const requests = await tenant.requestsOf(async () => {
    answer = list.parse(await tenant.json(tool, given));
  });
  if (answer === undefined) throw new Error('no answer');
  const calls = requests.filter(({ path }) => path.startsWith('V1.0/Tickets/query'));
  return { ...answer, ids: answer.records.map(({ id }) => id), calls };
}

/** All pages of a list, by cursor. */
async function pages(
  tenant: Connection,
  args: Record<string, unknown>,
  between: (page: number) => Promise<unknown> = async () => {},
) {
  const ids: number[] = [];
  const calls: number[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < 500; page++) {
    const found = await asked(tenant, cursor === undefined ? args : { ...args, cursor });
    ids.push(...found.ids);
    calls.push(found.calls.length);
    cursor = found.cursor?.text;
    expect(cursor === undefined).toBe(!found.more);
    if (cursor === undefined) return { ids, calls };
    await between(page);
  }
  throw new Error('the list has no end');
}

/** Ids in the order of a field: those without a value last, equal ones by id. */
function sorted(rows: readonly Row[], field: string, descending = true): number[] {
  const sign = descending ? -1 : 1;
  return [...rows]
    .sort((a, b) => {
      const [x, y] = [a[field] ?? null, b[field] ?? null];
      if (x === null || y === null) return x === y ? a.id - b.id : x === null ? 1 : -1;
      return sign * (Number(x) - Number(y)) || sign * (a.id - b.id);
    })
    .map(({ id }) => id);
}

/** The highest ids get the oldest dates, as after an import. */
const invert = (rows: Row[]) => {
  const dates = rows.map((row) => row.createDate ?? null);
  for (const [index, row] of rows.entries()) row.createDate = dates[rows.length - 1 - index] ?? null;
};

const count = (calls: readonly RecordedRequest[], what: string) =>
  calls.filter(({ path }) => path === `V1.0/Tickets/${what}`).length;

describe('the newest records', () => {
  it('of a customer whose newest tickets have the lowest ids: one call, one query', async () => {
    const { tenant, tickets } = await withTickets(invert);
    const own = tickets().filter(({ companyID }) => companyID === contoso);
    const expected = sorted(own, 'createDate').slice(0, 5);
    expect(expected).toEqual(own.map(({ id }) => id).slice(0, 5));
    const found = await asked(tenant, { companyID: 'Contoso', maxRecords: 5 }, 'search-tickets');
    expect(found.ids).toEqual(expected);
    expect(found).toMatchObject({ total: own.length, more: true, orderBy: 'createDate desc' });
    expect(found.calls.map(({ path }) => path)).toEqual(['V1.0/Tickets/query']);
    await tenant.close();
  });

  it('of a customer with thousands of tickets, the newest with the lowest ids', async () => {
    const { tenant, tickets } = await withTickets((rows) => {
      invert(rows);
      for (const row of rows) if (row.id % 3 !== 0) row.companyID = contoso;
    }, 10);
    const own = tickets().filter(({ companyID }) => companyID === contoso);
    expect(own.length).toBeGreaterThan(13_000);
    const found = await asked(tenant, { companyID: contoso, maxRecords: 5 }, 'search-tickets');
    expect(found.ids).toEqual(sorted(own, 'createDate').slice(0, 5));
    expect(found.total).toBe(own.length);
    expect(found.calls.length).toBeLessThanOrEqual(6);
    // Every window is one page at most, and nothing but pages and counts was asked.
    expect(count(found.calls, 'query') + count(found.calls, 'query/count')).toBe(found.calls.length);
    await tenant.close();
  });
});

describe('a tenant with 20,000 tickets', () => {
  let tenant: Connection;
  let tickets: () => readonly Row[];
  beforeAll(async () => {
    ({ tenant, tickets } = await withTickets(() => {}, 10));
  });
  afterAll(() => tenant.close());

  it('is listed newest first with a count and a window', async () => {
    const found = await asked(tenant, { maxRecords: 5 });
    expect(found.ids).toEqual(sorted(tickets(), 'createDate').slice(0, 5));
    expect(found.total).toBe(20_000);
    expect(found.calls.map(({ path }) => path)).toEqual(['V1.0/Tickets/query/count', 'V1.0/Tickets/query']);
    const [, window] = found.calls;
    const { filter } = z.looseObject({ filter: z.array(z.unknown()) }).parse(window?.body);
    expect(filter).toEqual([
      { op: 'gte', field: 'createDate', value: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}Z$/) },
    ]);
  });

  it.each([
    ['createDate', false],
    ['createDate', true],
    ['dueDateTime', true],
    ['completedDate', true],
    ['completedDate', false],
    ['lastActivityDate', true],
    ['id', true],
  ])('by %s, descending: %s, in few calls', async (field, descending) => {
    const orderBy = `${field}${descending ? ' desc' : ''}`;
    const found = await asked(tenant, { orderBy, maxRecords: 30, includeFields: ['id'] });
    expect(found.ids).toEqual(sorted(tickets(), field, descending).slice(0, 30));
    expect(found.calls.length).toBeLessThanOrEqual(8);
  });

  it('goes on with one query a page', async () => {
    const expected = sorted(tickets(), 'createDate');
    const first = await asked(tenant, { maxRecords: 25 });
    const second = await asked(tenant, { maxRecords: 25, cursor: first.cursor?.text });
    const third = await asked(tenant, { maxRecords: 25, cursor: second.cursor?.text });
    expect([...first.ids, ...second.ids, ...third.ids]).toEqual(expected.slice(0, 75));
    expect(second.calls.length).toBeLessThanOrEqual(2);
    expect(third.calls.length).toBeLessThanOrEqual(2);
    expect(third.total).toBe(20_000);
  });

  it('is listed by the thousand in about as many calls as there are pages', async () => {
    const found = await asked(tenant, { maxRecords: 5000, includeFields: ['id'] });
    expect(found.ids).toEqual(sorted(tickets(), 'createDate').slice(0, 5000));
    expect(found.calls.length).toBeLessThanOrEqual(40);
  });

  it('keeps to the stretch that the caller’s own conditions leave', async () => {
    const [from, to] = [new Date(today - 300 * day), new Date(today - 200 * day)].map((date) =>
      date.toISOString().slice(0, 10),
    );
    const found = await asked(tenant, { query: { createDate: `${from}..${to}` }, maxRecords: 10 });
    const within = tickets().filter(
      ({ createDate }) =>
        Number(createDate) >= Date.parse(String(from)) && Number(createDate) < Date.parse(String(to)) + day,
    );
    expect(within.length).toBeGreaterThan(1000);
    expect(found.ids).toEqual(sorted(within, 'createDate').slice(0, 10));
    expect(found.total).toBe(within.length);
    expect(found.calls.length).toBeLessThanOrEqual(4);
  });

  it('refuses to sort by a field that needs every record, and says what can be done', async () => {
    const { text, isError } = await tenant.call('query-entity', { entity: 'Tickets', orderBy: 'title' });
    expect(isError).toBe(true);
    expect(text).toMatch(
      /title is sorted by reading every match, at most 2500, and 20000 match: narrow the query/,
    );
  });

  it('sorts alike in every time zone', async () => {
    const args = { query: { createDate: 'last 12 months' }, orderBy: 'createDate', maxRecords: 300 };
    const utc = await asked(tenant, { ...args, timeZone: 'UTC' });
    const york = await asked(tenant, { ...args, timeZone: 'America/New_York' });
    expect(utc.ids.length).toBe(300);
    const both = york.ids.filter((id) => utc.ids.includes(id));
    expect(both).toEqual(utc.ids.filter((id) => both.includes(id)));
    expect(york.ids).toEqual(
      sorted(
        tickets().filter(({ id }) => york.ids.includes(id)),
        'createDate',
        false,
      ),
    );
  });
});

describe('dates as they come', () => {
  const at = (ms: number | null) => (rows: Row[]) => {
    for (const row of rows) row.createDate = ms;
  };
  const cases: readonly [string, (rows: Row[]) => void][] = [
    ['all equal', at(today - 30 * day)],
    ['none at all', at(null)],
    [
      'everything in one minute, the rest empty',
      (rows) => {
        for (const [index, row] of rows.entries()) {
          row.createDate = index % 10 === 0 ? null : today - 200 * day + ((index * 7919) % 60_000);
        }
      },
    ],
    [
      'nothing in the last year',
      (rows) => {
        for (const row of rows) row.createDate = Number(row.createDate) - 2 * 365 * day;
      },
    ],
    [
      'most of it today, the rest over twenty years',
      (rows) => {
        for (const [index, row] of rows.entries()) {
          row.createDate = index % 20 === 0 ? today - ((index * 104_729) % 7300) * day : today - index * 1000;
        }
      },
    ],
  ];

  it.each(cases)('%s: every page in order, nothing twice, nothing lost', async (_what, reshape) => {
    const { tenant, tickets } = await withTickets(reshape);
    for (const orderBy of [undefined, 'createDate asc']) {
      const args = { maxRecords: 450, includeFields: ['id'], ...(orderBy === undefined ? {} : { orderBy }) };
      const { ids, calls } = await pages(tenant, args);
      expect(ids).toEqual(sorted(tickets(), 'createDate', orderBy === undefined));
      expect(Math.max(...calls)).toBeLessThanOrEqual(30);
    }
    await tenant.close();
  });

  it('time entries of one day: the last logged first, over pages', async () => {
    let entries: Row[] = [];
    const tenant = await connect({
      sandbox: {
        reshape: {
          TimeEntries: (rows) => {
            for (const [index, row] of rows.entries())
              if (index % 3 > 0) row.dateWorked = today - (today % day);
            entries = rows;
          },
        },
      },
    });
    const args = { entity: 'TimeEntries', maxRecords: 700, includeFields: ['id'] };
    const first = await asked(tenant, args);
    const second = await asked(tenant, { ...args, cursor: first.cursor?.text });
    expect([...first.ids, ...second.ids]).toEqual(sorted(entries, 'dateWorked').slice(0, 1400));
    expect(first.orderBy).toBe('dateWorked desc');
    await tenant.close();
  });
});

describe('all pages by cursor', () => {
  it('are a direct sort of what the tenant holds, for any distribution of dates', async () => {
    await fc.assert(
      fc.asyncProperty(
        dates,
        fc.constantFrom('createDate', 'createDate desc', 'dueDateTime desc', 'completedDate', 'id desc'),
        fc.integer({ min: 150, max: 900 }),
        fc.boolean(),
        async (at, orderBy, maxRecords, filtered) => {
          const [field = '', direction] = orderBy.split(' ');
          const { tenant, tickets } = await withTickets((rows) => {
            if (field === 'id') return;
            for (const [index, row] of rows.entries()) {
              const date = at(index, rows.length);
              row[field] = date === null ? null : Math.round(date);
            }
          });
          try {
            const query = filtered ? { query: { status: 'Complete' } } : {};
            const { ids } = await pages(tenant, { ...query, orderBy, maxRecords, includeFields: ['id'] });
            const all = tickets().filter(({ status }) => !filtered || status === 5);
            expect(ids).toEqual(sorted(all, field, direction === 'desc'));
          } finally {
            await tenant.close();
          }
        },
      ),
      { numRuns: 8 },
    );
  }, 90_000);
});

describe('fields that are no dates', () => {
  let tenant: Connection;
  let tickets: () => readonly Row[];
  beforeAll(async () => {
    ({ tenant, tickets } = await withTickets(() => {}));
  });
  afterAll(() => tenant.close());
  const own = () => tickets().filter(({ companyID }) => companyID === contoso);

  it('a picklist sorts by its own order: Critical before High', async () => {
    const places = [4, 1, 2, 3];
    const expected = [...own()]
      .sort((a, b) => places.indexOf(Number(a.priority)) - places.indexOf(Number(b.priority)) || a.id - b.id)
      .map(({ id }) => id);
    const { ids } = await pages(tenant, {
      query: { companyID: contoso },
      orderBy: 'priority',
      maxRecords: 20,
    });
    expect(ids).toEqual(expected);
  });

  it('a number sorts by its value, in both directions, with the empty ones last', async () => {
    for (const [orderBy, descending] of [
      ['estimatedHours', false],
      ['-estimatedHours', true],
    ] as const) {
      const { ids } = await pages(tenant, { query: { companyID: contoso }, orderBy, maxRecords: 17 });
      expect(ids).toEqual(sorted(own(), 'estimatedHours', descending));
    }
  });

  it('a text sorts without case, and its cursor tells nothing of it', async () => {
    const args = { query: { companyID: contoso }, orderBy: 'title', maxRecords: 20 };
    const first = await asked(tenant, { ...args, includeFields: ['title'] });
    const titles = first.records.map(({ title }) => String(title));
    expect(titles).toEqual([...titles].sort(new Intl.Collator('en', { sensitivity: 'base' }).compare));
    const { ids } = await pages(tenant, args);
    expect([...ids].sort((a, b) => a - b)).toEqual(own().map(({ id }) => id));
    expect(first.cursor?.text).toMatch(/^[0-9a-z]+_[0-9a-z]+_[0-9a-z]+_[0-9a-z]+_n_[0-9a-z]{14}$/);
  });

  it('a reference sorts by the names that are shown', async () => {
    const { records } = await asked(tenant, {
      query: { createDate: 'last 40 days' },
      orderBy: 'companyID desc',
      includeFields: ['companyID'],
      maxRecords: 200,
    });
    const names = records.map(({ companyID }) => z.looseObject({ name: z.string() }).parse(companyID).name);
    const { compare } = new Intl.Collator('en', { sensitivity: 'base', numeric: true });
    expect(names).toEqual([...names].sort((a, b) => compare(b, a)));
    expect(new Set(names).size).toBeGreaterThan(10);
  });

  it('reads all matches up to the limit, only the field that is compared, and then the page', async () => {
    const found = await asked(tenant, { orderBy: 'priority', maxRecords: 3 });
    expect(found.total).toBe(2000);
    const fields = found.calls.map(
      ({ body }) =>
        z.looseObject({ IncludeFields: z.array(z.string()).optional() }).parse(body).IncludeFields,
    );
    expect(found.calls.length).toBeLessThanOrEqual(6);
    expect(fields.slice(2, 5)).toEqual(Array.from({ length: 3 }, () => ['id', 'priority']));
  });

  it('a text that changed where the list was left is told, not guessed around', async () => {
    const args = { query: { companyID: contoso }, orderBy: 'title', maxRecords: 20 };
    const first = await asked(tenant, args);
    await tenant.call('update-ticket', {
      id: first.ids.at(-1),
      fields: { title: 'Zebra crossing' },
      confirm: 'UPDATE_TICKET',
    });
    const next = await tenant.call('query-entity', {
      entity: 'Tickets',
      ...args,
      cursor: first.cursor?.text,
    });
    expect(next).toMatchObject({ isError: true });
    expect(next.text).toMatch(/cursor: the record at which the list was left is gone, or its title changed/);
  });
});

describe('conditions that this server applies', () => {
  it('two user-defined fields: sorted, complete and with the page after', async () => {
    let companies: Row[] = [];
    const tenant = await connect({
      sandbox: {
        scale: 20,
        reshape: {
          Companies: (rows) => {
            companies = rows;
          },
        },
      },
    });
    const golden = { 'Customer Ranking': 'Golden', 'Managed Endpoints': { gte: 20 } };
    const args = { entity: 'Companies', query: golden, orderBy: 'createDate desc', includeFields: ['id'] };
    const requests = await tenant.requestsOf(() => tenant.json('query-entity', { ...args, maxRecords: 1 }));
    const sent = z.looseObject({ filter: z.array(z.looseObject({ value: z.unknown() })) });
    const ranking = requests
      .filter(({ path }) => path.startsWith('V1.0/Companies/query'))
      .map(({ body }) => sent.parse(body).filter[0]?.value)[0];
    const expected = sorted(
      companies.filter(
        (row) =>
          String(row['udf:Customer Ranking']) === String(ranking) &&
          Number(row['udf:Managed Endpoints'] ?? 0) >= 20,
      ),
      'createDate',
    );
    expect(expected.length).toBeGreaterThan(60);
    const { ids } = await pages(tenant, { ...args, maxRecords: 20 });
    expect(ids).toEqual(expected);
    await tenant.close();
  });

  it('that nearly nothing meets: says how far it came and goes on from there', async () => {
    const { tenant, tickets } = await withTickets((rows) => {
      for (const [index, row] of rows.entries()) {
        row['udf:Root Cause'] = 'Cable';
        row['udf:Downtime (hours)'] = index % 9001 === 17 ? 7 : 1;
      }
    }, 12);
    const args = {
      query: { 'Root Cause': 'Cable', 'Downtime (hours)': 7 },
      includeFields: ['id'],
      maxRecords: 2,
    };
    const first = await tenant.call('query-entity', { entity: 'Tickets', ...args });
    expect(first.text).toMatch(/^\d of Tickets by createDate desc, more exist; to continue/);
    expect(first.text).toMatch(/Note: not all matches were looked at/);
    const { ids, calls } = await pages(tenant, args);
    const matching = tickets().filter((row) => row['udf:Downtime (hours)'] === 7);
    expect(matching).toHaveLength(3);
    expect(ids).toEqual(sorted(matching, 'createDate'));
    expect(Math.max(...calls)).toBeLessThanOrEqual(33);
    await tenant.close();
  });

  it('a user-defined field is sorted by, too', async () => {
    const { tenant, tickets } = await withTickets((rows) => {
      for (const [index, row] of rows.entries()) row['udf:Downtime (hours)'] = (index * 31) % 97;
    });
    const { ids } = await pages(tenant, {
      query: { companyID: contoso },
      orderBy: 'Downtime (hours) desc',
      maxRecords: 30,
    });
    const own = tickets().filter(({ companyID }) => companyID === contoso);
    expect(ids).toEqual(sorted(own, 'udf:Downtime (hours)'));
    await tenant.close();
  });

  it('a list of more ids than a query takes is sorted over all of them', async () => {
    const { tenant, tickets } = await withTickets(invert);
    const ids = tickets()
      .map(({ id }) => id)
      .filter((id) => id % 3 > 0);
    expect(ids.length).toBeGreaterThan(1000);
    const args = { query: { id: ids }, maxRecords: 400, includeFields: ['id'] };
    const found = await pages(tenant, args);
    expect(found.ids).toEqual(
      sorted(
        tickets().filter(({ id }) => id % 3 > 0),
        'createDate',
      ),
    );
    await tenant.close();
  });
});

describe('a list that Autotask gives below one record only', () => {
  it('is sorted here, and goes on by cursor or with a higher maxRecords', async () => {
    const resourceID = 29682885;
    const tenant = await connect({
      sandbox: {
        reshape: {
          ResourceTimeOffBalances: (rows) => {
            const [first] = rows.filter((row) => row.resourceID === resourceID);
            const next = Math.max(...rows.map(({ id }) => id)) + 1;
            for (const [index, year] of [2021, 2024, 2019, 2023].entries()) {
              rows.push({ ...first, id: next + index, resourceID, year });
            }
          },
        },
      },
    });
    const args = { entity: 'ResourceTimeOffBalances', parentId: resourceID, maxRecords: 2 };
    const years = async (given: Record<string, unknown>) => {
      const answer = list.parse(await tenant.json('query-entity', { ...args, ...given }));
      return { years: answer.records.map(({ year }) => year), cursor: answer.cursor?.text };
    };
    const first = await years({ orderBy: 'year desc' });
    const second = await years({ orderBy: 'year desc', cursor: first.cursor });
    const third = await years({ orderBy: 'year desc', cursor: second.cursor });
    expect([...first.years, ...second.years, ...third.years]).toEqual([2026, 2024, 2023, 2021, 2019]);
    expect(third.cursor).toBeUndefined();
    const { text } = await tenant.call('query-entity', args);
    expect(text).toMatch(/^2 of ResourceTimeOffBalances, more exist; raise maxRecords for more\n/);
    await tenant.close();
  });
});

describe('while others write', () => {
  it('a list by cursor neither repeats nor skips what existed, and does not wait for what is new', async () => {
    const { tenant, tickets } = await withTickets(invert);
    const before = sorted(tickets(), 'createDate');
    let made = 0;
    const { ids } = await pages(tenant, { maxRecords: 300, includeFields: ['id'] }, async () => {
      for (let more = 0; more < 3; more++) {
        const { text, isError } = await tenant.call('create-ticket', {
          companyID: contoso,
          title: `Arrived in between ${made}`,
          status: 'New',
          priority: 'Medium',
          dueDateTime: '2027-01-01',
          queueID: 'Level 1 Support',
          confirm: 'CREATE_TICKET',
        });
        expect(isError, text).toBe(false);
        made++;
      }
      // One that was listed and one that will be are changed.
      for (const id of [before[0], before.at(-1)]) {
        await tenant.call('update-ticket', {
          id,
          priority: made % 2 ? 'High' : 'Low',
          confirm: 'UPDATE_TICKET',
        });
      }
    });
    expect(made).toBeGreaterThan(10);
    expect(ids).toEqual(before);
    await tenant.close();
  });
});

describe('a cursor', () => {
  const key = 'a-key-that-several-replicas-share-0123456789';
  let tenant: Connection;
  let cursor = '';
  const args = { entity: 'Tickets', query: { companyID: 'Contoso' }, maxRecords: 3 };
  beforeAll(async () => {
    tenant = await connect({ env: { AUTOTASK_CONFIRM_KEY: key } });
    cursor = (await asked(tenant, args)).cursor?.text ?? '';
    expect(cursor).not.toBe('');
  });
  afterAll(() => tenant.close());

  const refused = async (client: Connection['call'], given: Record<string, unknown>, text: RegExp) => {
    const requests = await tenant.requestsOf(async () => {
      const answer = await client('query-entity', given);
      expect(answer.isError, answer.text).toBe(true);
      expect(answer.text).toMatch(text);
    });
    expect(requests.filter(({ path }) => path.includes('/query'))).toEqual([]);
  };

  it('stands in the first line with the end of its life and what to do', async () => {
    const { text } = await tenant.call('query-entity', args);
    expect(text).toMatch(
      /^3 of Tickets by createDate desc, \d+ match; to continue, same arguments and cursor [0-9a-z_-]+ \(until 20\d\d-\d\d-\d\dT\d\d:\d\dZ\)\n/,
    );
    expect(cursor.length).toBeLessThan(60);
  });

  it('says when the end is reached', async () => {
    const given = { entity: 'Tickets', query: { companyID: 'Contoso' }, maxRecords: 40 };
    const first = await asked(tenant, given);
    const { text } = await tenant.call('query-entity', { ...given, cursor: first.cursor?.text });
    expect(text).toMatch(/^\d+ Tickets by createDate desc, the last that match\n/);
  });

  it('takes another size and other fields along', async () => {
    const next = await asked(tenant, { ...args, maxRecords: 5, includeFields: ['title'], cursor });
    expect(next.records).toHaveLength(5);
  });

  it.each([
    ['another query', { query: { companyID: 176 } }],
    ['no query', { query: {} }],
    ['another order', { orderBy: 'lastActivityDate desc' }],
    ['the other direction', { orderBy: 'createDate' }],
    ['another entity', { entity: 'TicketNotes', query: { ticketID: 1 } }],
    ['another time zone', { timeZone: 'America/New_York' }],
  ])('is refused with %s', (_what, other) =>
    refused(tenant.call, { ...args, ...other, cursor }, /cursor: belongs to another list: repeat the call/),
  );

  it('is refused when a part of it was changed or is missing', async () => {
    const parts = cursor.split('_');
    for (const [index, part] of parts.entries()) {
      const other = [...parts];
      other[index] = part === 'n' ? '1' : `${part.slice(0, -1)}${part.endsWith('1') ? '2' : '1'}`;
      await refused(
        tenant.call,
        { ...args, cursor: other.join('_') },
        /cursor: (belongs to another list|is not a cursor|has expired)/,
      );
    }
    await refused(
      tenant.call,
      { ...args, cursor: cursor.slice(0, -1) },
      /cursor: is not a cursor: copy it whole/,
    );
    await refused(tenant.call, { ...args, cursor: 'next' }, /cursor: is not a cursor/);
  });

  it('is refused together with afterId, and where a list is in the order of ids', async () => {
    await refused(tenant.call, { ...args, cursor, afterId: 5 }, /afterId: cannot be given with a cursor/);
    await refused(
      tenant.call,
      { ...args, cursor, orderBy: 'id' },
      /cursor: .*in the order of ids, give afterId/,
    );
    await refused(
      tenant.call,
      { ...args, orderBy: 'createDate desc', afterId: 5 },
      /afterId: continues lists in the order of ids/,
    );
  });

  it('expires', async () => {
    const owner = createHash('sha256').update(tenant.sandbox.credentials.userName).digest('hex').slice(0, 12);
    const subject = {
      entity: 'Tickets',
      path: 'Tickets',
      conditions: [{ op: '=', field: 'companyID', value: 'Contoso' }],
      order: 'createDate desc',
      timeZone: 'UTC',
      caller: 'stdio test',
    };
    const place = { key: -today, id: 101_000, total: 55, spacing: null };
    const hours = (ago: number) => ({ ...place, since: Math.floor(Date.now() / 1000) - ago * 3600 });
    const cursors = createCursors(key, owner);
    const good = await tenant.call('query-entity', { ...args, cursor: cursors.issue(hours(23), subject) });
    expect(good.isError, good.text).toBe(false);
    await refused(
      tenant.call,
      { ...args, cursor: cursors.issue(hours(25), subject) },
      /cursor: has expired: ask for the list anew/,
    );
  });

  it('is read by another replica with the key, and by nobody without', async () => {
    const other = tenant.sandbox.addTenant();
    const environment = tenantEnvironment(tenant.sandbox);
    const callers = {
      replica: await spawnClient([], { ...environment, AUTOTASK_CONFIRM_KEY: key }),
      keyless: await spawnClient([], environment),
      otherKey: await spawnClient([], { ...environment, AUTOTASK_CONFIRM_KEY: key.replace('a', 'b') }),
      otherTenant: await spawnClient([], {
        ...environment,
        AUTOTASK_USERNAME: other.credentials.userName,
        AUTOTASK_SECRET: other.credentials.secret,
        AUTOTASK_INTEGRATION_CODE: other.credentials.integrationCode,
        AUTOTASK_CONFIRM_KEY: key,
      }),
      otherCaller: await spawnClient(
        [],
        { ...environment, AUTOTASK_CONFIRM_KEY: key },
        { name: 'somebody-else' },
      ),
    };
    for (const [name, client] of Object.entries(callers)) {
      const result = await client.callTool({ name: 'query-entity', arguments: { ...args, cursor } });
      expect({ name, refused: result.isError === true }).toEqual({ name, refused: name !== 'replica' });
      if (name !== 'replica') expect(JSON.stringify(result.content)).toMatch(/belongs to another list/);
      await client.close();
    }
  });
});

describe('orderBy', () => {
  let tenant: Connection;
  beforeAll(async () => {
    tenant = await connect({
      env: { AUTOTASK_MASK_FIELDS: 'Tickets.estimatedHours, TicketNotes.createDateTime' },
    });
  });
  afterAll(() => tenant.close());
  const query = { companyID: contoso };

  it.each([
    ['createDate desc', 'createDate desc'],
    ['createDate DESC', 'createDate desc'],
    ['createdate:desc', 'createDate desc'],
    ['-createDate', 'createDate desc'],
    ['createDate', 'createDate asc'],
    ['createDate ascending', 'createDate asc'],
    [{ field: 'createDate', direction: 'desc' }, 'createDate desc'],
    [{ createDate: 'desc' }, 'createDate desc'],
    [[{ field: 'createDate', direction: 'descending' }], 'createDate desc'],
    ['{"field":"createDate","direction":"desc"}', 'createDate desc'],
    [{ field: 'createDate', order: 'desc' }, 'createDate desc'],
    [['createDate', 'desc'], 'createDate desc'],
  ])('understands %j', async (orderBy, meant) => {
    const found = await asked(tenant, { query, orderBy, maxRecords: 2 });
    expect(found.orderBy).toBe(meant);
  });

  it.each(['id', 'ID asc', { id: 'asc' }, ['id']])('%j goes on with afterId', async (orderBy) => {
    const { text, isError } = await tenant.call('query-entity', {
      entity: 'Tickets',
      orderBy,
      afterId: 100000,
    });
    expect(isError, text).toBe(false);
    expect(text).toMatch(/continue with afterId/);
  });

  it.each([
    ['nothing', '-', /orderBy: must name a field/],
    ['two fields', 'priority, createDate', /orderBy: takes one field/],
    [
      'a field that does not exist',
      'creatDate desc',
      /orderBy: "creatDate" is not a field of Tickets\. Did you mean createDate/,
    ],
    [
      'a direction that does not exist',
      { field: 'createDate', direction: 'down' },
      /orderBy: must be a field and its direction/,
    ],
    ['a field that the policy hides', 'estimatedHours', /orderBy: "estimatedHours" is hidden by the policy/],
  ])('refuses %s', async (_what, orderBy, text) => {
    const requests = await tenant.requestsOf(async () => {
      const answer = await tenant.call('query-entity', { entity: 'Tickets', query, orderBy });
      expect(answer.isError).toBe(true);
      expect(answer.text).toMatch(text);
    });
    expect(requests.filter(({ path }) => path.includes('/query'))).toEqual([]);
  });

  it('never sorts by a date that the policy hides: those lists show the highest ids first', async () => {
    const { text } = await tenant.call('query-entity', { entity: 'TicketNotes', maxRecords: 3 });
    expect(text).toMatch(/^3 of TicketNotes by id desc, \d+ match; to continue/);
    const notes = z.array(z.looseObject({ id: z.number(), ticketID: z.number() }));
    const all = notes.parse(await everyRecord(tenant.sandbox, 'TicketNotes'));
    const ofTicket = (id: number) => all.filter(({ ticketID }) => ticketID === id).map((note) => note.id);
    const many = all.find(({ ticketID }) => ofTicket(ticketID).length > 5)?.ticketID ?? 0;
    const story = await tenant.call('get-ticket', { id: many });
    const last = ofTicket(many).sort((a, b) => a - b);
    expect(story.text).toMatch(/TicketNotes \(the last 5 of/);
    for (const id of last.slice(-5)) expect(story.text).toMatch(new RegExp(`^${id}\t`, 'm'));
    const requests = await tenant.requestsOf(() =>
      tenant.call('query-entity', { entity: 'TicketNotes', maxRecords: 3 }),
    );
    expect(JSON.stringify(requests.map(({ body }) => body))).not.toMatch(/createDateTime/);
  });

  it.each([
    ['search-tickets', {}, 'createDate desc'],
    ['search-time-entries', {}, 'dateWorked desc'],
    ['query-entity', { entity: 'ProjectNotes' }, 'createDateTime desc'],
    ['query-entity', { entity: 'NotificationHistory' }, 'notificationSentTime desc'],
    ['search-companies', {}, undefined],
    ['search-contacts', {}, undefined],
    ['search-companies', { orderBy: 'companyName' }, 'companyName asc'],
    ['search-contacts', { companyID: contoso, orderBy: 'lastName desc' }, 'lastName desc'],
    ['search-projects', { orderBy: 'startDateTime desc' }, 'startDateTime desc'],
    ['search-tasks', { orderBy: 'endDateTime' }, 'endDateTime asc'],
  ])('%s with %j is by %s', async (tool, args, order) => {
    const answer = list.parse(await tenant.json(tool, { ...args, maxRecords: 2 }));
    expect(answer.orderBy).toBe(order);
    expect(answer.records).toHaveLength(2);
  });

  it('afterId alone means the order of ids', async () => {
    const { ids, orderBy } = await asked(tenant, { query, afterId: 100_500, maxRecords: 4 });
    expect(orderBy).toBeUndefined();
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(Math.min(...ids)).toBeGreaterThan(100_500);
  });

  it('the resource of tickets shows the newest, and its cursor continues the tool', async () => {
    const { contents } = await tenant.client.readResource({ uri: 'autotask://tickets' });
    const text = z.object({ text: z.string() }).loose().parse(contents[0]).text;
    expect(text).toMatch(/^25 of Tickets by createDate desc/);
    const cursor = /cursor (\S+)/.exec(text)?.[1];
    const next = await tenant.call('search-tickets', { openOnly: true, cursor });
    expect(next.isError, next.text).toBe(false);
  });
});
