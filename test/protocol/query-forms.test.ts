import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { observedCall } from '../support/observed-call.js';
import { type Connection, connect } from '../support/tenant.js';

/** Queries as models write them: understood, and the answer says how, or refused with a form that works. */

let tenant: Connection;
beforeAll(async () => {
  tenant = await connect();
});
afterAll(() => tenant.close());

const ask = (tool: string, args: Record<string, unknown>) => observedCall(tenant, tool, args);
const idsIn = (text: string) => [...text.matchAll(/^(\d+)\t/gm)].map(([, id]) => Number(id));
/** The first query of records, as it reached Autotask. */
const sentBy = async (tool: string, args: Record<string, unknown>) => (await ask(tool, args)).filters[0];

describe('alternatives are told as alternatives', () => {
  it.each([
    [
      { or: [{ status: 'New' }, { priority: 'High' }] },
      /^either status: New \(1\), or priority: High \(1\)$/m,
    ],
    [
      { or: [{ status: 'New' }, { title: { contains: 'printer' } }] },
      /^either status: New \(1\), or title: contains "printer"$/m,
    ],
    [
      { or: [{ status: 'New', priority: 'High' }, { status: 'Complete' }] },
      /^either status: New \(1\) and priority: High \(1\), or status: Complete \(5\)$/m,
    ],
    [{ or: [{ status: 'New' }, { status: 'Complete' }] }, /^status: New \(1\) or Complete \(5\)$/m],
    [{ createDate: ['2026-11-18', '2026-11-19'] }, /^createDate: 2026-11-18, all day \(UTC\) or 2026-11-19/m],
    [
      { assignedResourceID: ['Bianca Almeida', null] },
      /^assignedResourceID: Bianca Almeida \(id \d+\) or empty$/m,
    ],
  ])('%j', async (query, said) => {
    for (const tool of ['query-entity', 'count-entity', 'aggregate-entity']) {
      const { text, isError } = await ask(tool, { entity: 'Tickets', query });
      expect({ text, isError }).toMatchObject({ isError: false });
      expect(text).toMatch(said);
    }
  });

  it('words of a search that are searched for as they are need no line', async () => {
    const { text } = await ask('search-tickets', { search: 'printer jam', maxRecords: 1 });
    expect(text).not.toMatch(/^(search|title|either)/m);
  });
});

describe('wildcards', () => {
  const contains = (value: string) => ({ op: 'contains', field: 'title', value });
  it.each([
    [{ title: '*printer*' }, [contains('printer')]],
    [{ title: { like: '%printer%' } }, [contains('printer')]],
    [{ title: { like: 'printer%' } }, [{ op: 'beginsWith', field: 'title', value: 'printer' }]],
    [{ title: { like: '%printer' } }, [{ op: 'endsWith', field: 'title', value: 'printer' }]],
    [
      { title: 'prin*ter' },
      [
        {
          op: 'and',
          items: [
            { op: 'beginsWith', field: 'title', value: 'prin' },
            { op: 'endsWith', field: 'title', value: 'ter' },
          ],
        },
      ],
    ],
    [{ title: { like: '%prin%ter%' } }, [{ op: 'and', items: [contains('prin'), contains('ter')] }]],
    [{ title: { contains: 'prin*ter' } }, [{ op: 'and', items: [contains('prin'), contains('ter')] }]],
    [{ title: { beginsWith: 'prin*' } }, [{ op: 'beginsWith', field: 'title', value: 'prin' }]],
    [{ title: { beginsWith: '*rin' } }, [contains('rin')]],
    [{ title: '5\\*3' }, [{ op: 'eq', field: 'title', value: '5*3' }]],
    [{ title: 'Disk 90% full' }, [{ op: 'eq', field: 'title', value: 'Disk 90% full' }]],
    [{ companyID: '*Contoso*' }, [{ op: 'eq', field: 'companyID', value: 175 }]],
    [{ companyID: { like: 'Contoso%' } }, [{ op: 'eq', field: 'companyID', value: 175 }]],
    [{ status: 'Wait*' }, [{ op: 'in', field: 'status', value: [7, 9, 12, 13] }]],
    [{ status: { like: '%omple%' } }, [{ op: 'eq', field: 'status', value: 5 }]],
    [{ status: { contains: 'ait' } }, [{ op: 'in', field: 'status', value: [7, 9, 12, 13] }]],
    [{ status: { endsWith: 'plete' } }, [{ op: 'eq', field: 'status', value: 5 }]],
    [{ companyID: { contains: 'ontoso' } }, [{ op: 'eq', field: 'companyID', value: 175 }]],
    [{ companyID: { startsWith: 'Conto' } }, [{ op: 'eq', field: 'companyID', value: 175 }]],
  ])('%j', async (query, filter) => {
    const { filters, text } = await ask('count-entity', { entity: 'Tickets', query });
    expect(filters.at(-1)).toEqual(filter);
    if (!/90%/.test(JSON.stringify(query))) expect(text).toMatch(/^(title|companyID|status): /m);
  });

  it.each([
    ['query-entity', { entity: 'Tickets', query: { title: '*' } }, /\{"title":\{"exist":true\}\}/],
    ['query-entity', { entity: 'Tickets', query: { title: { like: '%' } } }, /\{"title":\{"exist":true\}\}/],
    ['query-entity', { entity: 'Tickets', query: { title: ['*', 'x'] } }, /\{"title":\{"exist":true\}\}/],
    ['search-tickets', { companyID: '%' }, /\{"companyID":\{"exist":true\}\}/],
    ['search-tickets', { status: '*' }, /\{"status":\{"exist":true\}\}/],
    ['search-tickets', { search: '*' }, /search: fits everything: leave it out/],
    ['search-companies', { search: '% *' }, /search: fits everything/],
    [
      'query-entity',
      { entity: 'Tickets', query: { title: { like: 'prin_er%' } } },
      /\{"contains":"prin_er"\}/,
    ],
    [
      'query-entity',
      { entity: 'Tickets', query: { title: { noteq: '*printer*' } } },
      /\{"contains":"printer"\}/,
    ],
    ['query-entity', { entity: 'Tickets', query: { companyID: 'Con*so Ltd' } }, /\{"companyID":"so Ltd"\}/],
  ])('%s %j is refused with the form that works', async (tool, args, form) => {
    const { text, isError, filters } = await ask(tool, args);
    expect({ isError, filters }).toEqual({ isError: true, filters: [] });
    expect(text).toMatch(form);
  });

  it('in a search stand for anything, and the answer says what was looked for', async () => {
    const { filters, text } = await ask('search-tickets', { search: 'prin*ter "jam", *', maxRecords: 1 });
    expect(JSON.stringify(filters[0])).toContain('{"op":"contains","field":"title","value":"prin"}');
    expect(JSON.stringify(filters[0])).toContain('{"op":"contains","field":"title","value":"jam"}');
    expect(JSON.stringify(filters)).not.toMatch(/[*]/);
    expect(text).toMatch(/^search: "prin\*ter" and "jam"$/m);
    expect(text).toMatch(/^ticketNumber, title or description: contains "prin" and contains "ter"$/m);
  });
});

describe('days and ranges', () => {
  it.each([
    ['2026-11-20', 'dueDateTime: 2026-11-20, all day (UTC)'],
    [
      { '>=': '2026-11-01', '<': '2026-12-01' },
      'dueDateTime: from 2026-11-01 (UTC), until the end of 2026-11-30 (UTC)',
    ],
    [
      { gt: '2026-11-01', lte: '2026-11-30' },
      'dueDateTime: from 2026-11-02 (UTC), until the end of 2026-11-30 (UTC)',
    ],
    [{ gte: '2026-11-01T08:00' }, 'dueDateTime: >= 2026-11-01T08:00Z'],
    ['2026-11-01..2026-11-30', 'dueDateTime: 2026-11-01 to 2026-11-30 (UTC)'],
    [{ '!=': '2026-11-20' }, 'dueDateTime: not 2026-11-20, all day (UTC)'],
  ])('%j are told from and to, in lists, counts and totals', async (dueDateTime, line) => {
    for (const tool of ['query-entity', 'count-entity', 'aggregate-entity']) {
      const { text } = await ask(tool, { entity: 'Tickets', query: { dueDateTime } });
      expect(text.split('\n')).toContain(line);
    }
  });

  it.each(['last 7 days', 'this month', 'yesterday', '2026-11-20'])(
    '%s in every search, with its zone',
    async (range) => {
      for (const [tool, field] of [
        ['search-tickets', 'createDate'],
        ['search-companies', 'createDate'],
        ['search-contacts', 'createDate'],
        ['search-projects', 'startDateTime'],
        ['search-tasks', 'endDateTime'],
        ['search-time-entries', 'dateWorked'],
      ] as const) {
        const { text } = await ask(tool, { [field]: range, timeZone: 'Europe/Berlin', maxRecords: 1 });
        expect(text, tool).toMatch(
          new RegExp(
            `^${field}: \\d{4}-\\d\\d-\\d\\d( to \\d{4}-\\d\\d-\\d\\d|, all day) \\(Europe/Berlin\\)$`,
            'm',
          ),
        );
      }
    },
  );
});

describe('ranges that hold nothing', () => {
  it.each([
    [{ createDate: '2026-11-30..2026-11-01' }],
    [{ createDate: { '>=': '2026-12-01', '<': '2026-11-01' } }],
    [{ id: { gt: 20, lt: 10 } }],
  ])('%j is remarked on', async (query) => {
    const { text } = await ask('count-entity', { entity: 'Tickets', query });
    expect(text).toMatch(/^Note: (createDate|id): ends before it begins, so nothing can match$/m);
  });

  it('and no other is', async () => {
    const query = { createDate: '2026-11-20..2026-11-20', id: { gte: 10, lte: 10 } };
    expect((await ask('count-entity', { entity: 'Tickets', query })).text).not.toMatch(/Note:/);
  });

  it.each([
    ['search-tickets', { createDate: { '>=': '2026-11-01' } }],
    ['search-time-entries', { dateWorked: { from: '2026-11-01', to: '2026-11-30' } }],
    ['search-tickets', { status: { not: 'Complete' } }],
  ])('%s %j: an object is refused with the forms that work', async (tool, args) => {
    const { text, isError, filters } = await ask(tool, args);
    expect({ isError, filters }).toEqual({ isError: true, filters: [] });
    expect(text).toContain('"2026-11-01..2026-11-30"');
    expect(text).toContain('{"status":{"noteq":"Complete"}}');
  });
});

describe('what is empty, and what cannot be', () => {
  it.each([
    ['search-tickets', { assignedResourceID: 'unassigned' }],
    ['search-tickets', { unassigned: true }],
    ['query-entity', { entity: 'Tickets', query: { assignedResourceID: null } }],
    ['count-entity', { entity: 'Tickets', query: { assignedResourceID: { isNull: true } } }],
  ])('%s %j says so in a line of the field, not in words of the API', async (tool, args) => {
    const { text, filters } = await ask(tool, args);
    expect(filters.at(-1)).toContainEqual({ op: 'notExist', field: 'assignedResourceID' });
    expect(text).toMatch(/^assignedResourceID: empty$/m);
    expect(text).not.toMatch(/Note:|notExist/);
  });

  it('a status that openOnly leaves out is remarked on', async () => {
    const all = await ask('search-tickets', { openOnly: true, status: 'Complete' });
    expect(all.text).toMatch(/^Note: status: Complete is asked for and left out .* nothing can match$/m);
    const some = await ask('search-tickets', { openOnly: true, status: ['Complete', 'New'] });
    expect(some.text).toMatch(/^Note: status: Complete is asked for .* so only New can match$/m);
    const none = await ask('search-tickets', { openOnly: true, status: 'New', maxRecords: 1 });
    expect(none.text).not.toMatch(/Note:/);
  });

  it.each(['#101999', '101999'])(
    'search %s looks for the id too, and says where it looked',
    async (search) => {
      const { text, filters } = await ask('search-tickets', { search });
      expect(JSON.stringify(filters[0])).toContain('{"op":"eq","field":"id","value":101999}');
      expect(text).toMatch(/^search: "101999" as the id or in ticketNumber, title, description$/m);
      expect(idsIn(text)).toEqual([101999]);
    },
  );
});

describe('groups in the short form', () => {
  const status = { op: 'eq', field: 'status', value: 1 };
  const priority = { op: 'eq', field: 'priority', value: 1 };
  it.each([
    [{ and: [{ status: 'New' }, { priority: 'High' }] }, [{ op: 'and', items: [status, priority] }]],
    [{ $or: [{ status: 'New' }, { priority: 'High' }] }, [{ op: 'or', items: [status, priority] }]],
    [
      { filter: { or: [{ status: 'New' }, { priority: 'High' }] } },
      [{ op: 'or', items: [status, priority] }],
    ],
    [{ filter: [{ status: 'New' }, { priority: 'High' }] }, [status, priority]],
    [[{ status: 'New', priority: 'High' }], [status, priority]],
    [{ where: { status: 'New', priority: 'High' } }, [status, priority]],
    [{ conditions: [{ field: 'status', op: 'eq', value: 'New' }] }, [status]],
    [{ status: { op: 'eq', value: 'New' } }, [status]],
    [{ title: '' }, [{ op: 'notExist', field: 'title' }]],
    [{ title: { noteq: '' } }, [{ op: 'exist', field: 'title' }]],
    [{ assignedResourceID: 'none' }, [{ op: 'notExist', field: 'assignedResourceID' }]],
    [
      { createDate: { from: '2026-11-01', to: '2026-11-30' } },
      [
        { op: 'gte', field: 'createDate', value: '2026-11-01T00:00:00Z' },
        { op: 'lt', field: 'createDate', value: '2026-12-01T00:00:00Z' },
      ],
    ],
    [{ filter: [{ field: 'status', operator: 'eq', value: 'New' }] }, [status]],
    [
      { op: 'or', items: [{ status: 'New' }, { priority: 'High' }] },
      [{ op: 'or', items: [status, priority] }],
    ],
    [{ status: { not: ['Complete', 'New'] } }, [{ op: 'notIn', field: 'status', value: [5, 1] }]],
    [{ status: ['New', null] }, [{ op: 'or', items: [status, { op: 'notExist', field: 'status' }] }]],
    [
      { companyID: 175, or: [{ status: 'New' }, { priority: 'High' }] },
      [
        { op: 'eq', field: 'companyID', value: 175 },
        { op: 'or', items: [status, priority] },
      ],
    ],
  ])('%j', async (query, filter) => {
    expect(await sentBy('count-entity', { entity: 'Tickets', query })).toEqual(filter);
  });

  it.each([
    [{ not: { status: 'Complete' } }, '{"status":{"noteq":"Complete"}}'],
    [{ not: { status: ['Complete', 'New'] } }, '{"status":{"notIn":["Complete","New"]}}'],
    [{ not: { assignedResourceID: null } }, '{"assignedResourceID":{"exist":true}}'],
    [{ nor: [{ status: 'Complete' }] }, '{"status":{"noteq":"Complete"}}'],
    [{ or: [] }, '{"or":[{"status":"New"},{"priority":"High"}]}'],
    [{ contractID: '~X' }, '{"contractID":"X"}'],
    [
      { title: { contains: ['printer', 'mail'] } },
      '{"or":[{"title":{"contains":"printer"}},{"title":{"contains":"mail"}}]}',
    ],
  ])('%j is refused with the form that works', async (query, form) => {
    const { text, isError } = await ask('count-entity', { entity: 'Tickets', query });
    expect(isError).toBe(true);
    expect(text).toContain(form);
  });
});

describe('operators', () => {
  it.each([
    ['eq', ['=', '==', '===', 'eq', 'equals', 'is', '$eq']],
    ['noteq', ['!=', '!==', '<>', '≠', 'ne', 'neq', 'not', 'isNot', 'not equals', '$ne', 'noteq']],
    ['gt', ['>', 'gt', 'greaterThan', '$gt']],
    ['gte', ['>=', '≥', 'gte', 'ge', 'from']],
    ['lt', ['<', 'lt', 'lessThan']],
    ['lte', ['<=', '≤', 'lte', 'le', 'to']],
    ['in', ['in', 'anyOf', '$in']],
    ['notIn', ['nin', '!in', 'not in', 'notIn', '$nin', 'noneOf']],
  ] as const)('%s is understood as %j', async (op, words) => {
    for (const word of words) {
      const value = op.toLowerCase().endsWith('in') ? [2] : 2;
      const asked = [
        { filter: [{ field: 'hoursWorked', op: word, value }] },
        { hoursWorked: { [word]: value } },
        { hoursWorked: { operator: word, value } },
      ];
      for (const query of asked)
        expect(await sentBy('count-entity', { entity: 'TimeEntries', query }), word).toEqual([
          { op, field: 'hoursWorked', value },
        ]);
    }
  });

  it.each([
    ['beginsWith', ['beginsWith', 'startsWith', 'starts_with', 'begins', 'starts']],
    ['endsWith', ['endsWith', 'ends with', 'ends']],
    ['contains', ['contains', 'includes', 'icontains']],
  ] as const)('%s is understood as %j', async (op, words) => {
    for (const word of words)
      expect(await sentBy('count-entity', { entity: 'Tickets', query: { title: { [word]: 'a' } } })).toEqual([
        { op, field: 'title', value: 'a' },
      ]);
  });

  it.each([
    'notContains',
    'not contains',
    'doesNotContain',
    'notLike',
    'not like',
    'nlike',
    '!~',
    'notStartsWith',
    'excludes',
    'without',
    'regex',
    '~',
    'between',
    '=>',
    '=<',
    'not between',
  ])('%s is refused at its field and never by its opposite', async (word) => {
    const { text, isError, filters } = await ask('count-entity', {
      entity: 'Tickets',
      query: { title: { [word]: 'a' } },
    });
    expect({ isError, filters }).toEqual({ isError: true, filters: [] });
    expect(text).toContain(`- title: ${JSON.stringify(word)}`);
    const suggested = /Did you mean (\w+)/.exec(text)?.[1] ?? 'not';
    if (/^(!|n|ex|without)/i.test(word)) expect(suggested).toMatch(/^not/);
  });

  it('between is refused with both bounds', async () => {
    const query = { createDate: { between: ['2026-11-01', '2026-11-30'] } };
    expect((await ask('count-entity', { entity: 'Tickets', query })).text).toContain(
      '{"gte":"2026-11-01","lte":"2026-11-30"}',
    );
  });
});

describe('lists that hold nothing', () => {
  it.each([[['']], [[null]], [['', null]], [[]], ['[""]'], ['']])(
    'includeFields %j is not given',
    async (includeFields) => {
      const plain = await ask('query-entity', { entity: 'Companies', maxRecords: 1 });
      const { text, requests } = await ask('query-entity', {
        entity: 'Companies',
        maxRecords: 1,
        includeFields,
      });
      expect(text).toContain('companyName');
      expect(requests[0]?.body).toEqual(plain.requests[0]?.body);
    },
  );

  it.each([[[null]], [['New', null]]])('status %j is refused in words', async (status) => {
    const { text, isError, filters } = await ask('search-tickets', { status });
    expect({ isError, filters }).toEqual({ isError: true, filters: [] });
    expect(text).toMatch(/status: is a list that holds nothing in one place.*\{"status":\["New",null\]\}/);
  });
});
