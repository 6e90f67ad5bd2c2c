import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { makeRecord, recordsWhere } from '../support/records.js';
import { type Connection, connect } from '../support/tenant.js';

/** That "no record matches" is believable: what was asked for is understood, or the answer says how it was compared. */

let tenant: Connection;
const ids = { nord: 0, jane: 0, twenty: 0, gone: 0, dotted: 0, digits: 0, left: 0, retired: 0, stays: 0 };
const company = { companyType: 1, ownerResourceID: 29682885, isActive: true };
beforeAll(async () => {
  tenant = await connect();
  const at = tenant.sandbox;
  ids.nord = await makeRecord(at, 'Companies', {
    ...company,
    companyName: 'Müller & Söhne “Nord” GmbH',
    phone: '(555) 179-1900',
    webAddress: 'https://www.nord.example/start',
  });
  ids.twenty = await makeRecord(at, 'Companies', {
    ...company,
    companyName: '2020',
    phone: '+49 (0)89 640 37 57',
  });
  ids.gone = await makeRecord(at, 'Companies', {
    ...company,
    companyName: 'Closed Doors Ltd',
    isActive: false,
    phone: '555 000 0000',
  });
  ids.jane = await makeRecord(at, 'Companies/175/Contacts', {
    companyID: 175,
    firstName: 'Jane',
    lastName: 'O’Doe',
    emailAddress: 'jane@x.example',
    phone: '+1 555-640-3757',
    isActive: 1,
  });
  ids.dotted = await makeRecord(at, 'Companies/175/Contacts', {
    companyID: 175,
    firstName: 'Anna Maria',
    lastName: 'Quist',
    emailAddress: 'anna@x.example',
    mobilePhone: '555.777.1900',
    isActive: 1,
  });
});
afterAll(() => tenant.close());
beforeAll(async () => {
  const at = tenant.sandbox;
  // The id of another company.
  ids.digits = await makeRecord(at, 'Companies', { ...company, companyName: '176', phone: '5550000176' });
  ids.left = await makeRecord(at, 'Companies/175/Contacts', {
    companyID: 175,
    firstName: 'Otto',
    lastName: 'Gone',
    emailAddress: 'otto@x.example',
    isActive: 0,
  });
  for (const [key, isActive] of [
    ['retired', 0],
    ['stays', 1],
  ] as const)
    ids[key] = await makeRecord(at, 'Companies/175/Contacts', {
      companyID: 175,
      firstName: 'Twin',
      lastName: 'Namesake',
      emailAddress: `${key}@x.example`,
      isActive,
    });
});

interface Found {
  readonly text: string;
  readonly isError: boolean;
  /** How often the entity was queried, metadata apart. */
  readonly queries: readonly { readonly path: string; readonly body: unknown }[];
}

async function ask(tool: string, args: Record<string, unknown>): Promise<Found> {
  let answer = { text: '', isError: false };
  const requests = await tenant.requestsOf(async () => {
    answer = await tenant.call(tool, args);
  });
  return { ...answer, queries: requests.filter(({ path }) => /\/query(\/count)?$/.test(path)) };
}

const found = z.looseObject({ records: z.array(z.looseObject({ id: z.number() })) });
const idsOf = async (tool: string, args: Record<string, unknown>) =>
  found.parse(await tenant.json(tool, args)).records.map(({ id }) => id);

describe('a telephone number is found in whatever notation it is stored', () => {
  it.each([
    ['search-companies', { phone: '555 179 1900' }, 'nord'],
    ['search-companies', { phone: '+1 (555) 179-1900' }, 'nord'],
    ['search-companies', { phone: '5551791900' }, 'nord'],
    ['search-companies', { phone: 5551791900 }, 'nord'],
    ['search-companies', { phone: '+1 555.179.1900 ext. 12' }, 'nord'],
    ['search-companies', { phone: '179 19' }, 'nord'],
    ['search-companies', { search: '555-179-1900' }, 'nord'],
    ['search-companies', { phone: '089/6403757' }, 'twenty'],
    ['search-companies', { phone: '0049 89 640-3757' }, 'twenty'],
    ['search-contacts', { phone: '555.640.3757' }, 'jane'],
    ['search-contacts', { search: '(555) 640 3757' }, 'jane'],
    ['search-contacts', { phone: ['555.640.3757', '999 999 9999'] }, 'jane'],
    ['query-entity', { entity: 'Contacts', query: { phone: '5556403757' } }, 'jane'],
    ['query-entity', { entity: 'Contacts', query: { phone: { in: ['5556403757'] } } }, 'jane'],
    ['query-entity', { entity: 'Companies', query: { phone: { contains: '555 179' } } }, 'nord'],
  ] as const)('%s %j', async (tool, args, whom) => {
    expect(await idsOf(tool, args)).toContain(ids[whom]);
    const { queries } = await ask(tool, args);
    expect(queries.length).toBeLessThanOrEqual(2);
  });

  it('and nobody else, in counts and totals too', async () => {
    expect(await idsOf('search-contacts', { phone: '555 777 1900' })).toEqual([ids.dotted]);
    const query = { phone: '555 179 1900' };
    expect((await ask('count-entity', { entity: 'Companies', query })).text).toMatch(/^2 Companies/);
    expect((await ask('aggregate-entity', { entity: 'Companies', query })).text).toMatch(/^count\n2$/m);
  });

  it('says how it compared: all digits, or in a mixed group only the last four', async () => {
    const whole = await ask('search-companies', { phone: '555 179 1900' });
    const line =
      /^phone, alternatePhone1 or alternatePhone2: the digits 5551791900 in any notation, with or without/m;
    expect(whole.text).toMatch(line);
    expect(whole.text.match(/the digits/g)).toHaveLength(1);
    const filter = [
      {
        op: 'or',
        items: [
          { op: 'eq', field: 'phone', value: '555 179 1900' },
          { op: 'eq', field: 'id', value: 175 },
        ],
      },
    ];
    const mixed = await ask('query-entity', { entity: 'Companies', query: { filter } });
    expect(mixed.text).toMatch(/Note: phone was compared by the notation of its last four digits/);
    const none = await ask('search-companies', { phone: '555 179 1999' });
    expect(none.text).toMatch(/No Companies match[\s\S]*for the digits "5551791999"/);
  });
});

describe('what people paste is understood', () => {
  it.each([
    ['query-entity', { entity: 'Contacts', query: { firstName: 'Jane O’Doe' } }, 'jane'],
    ['search-contacts', { firstName: 'O’Doe, Jane' }, 'jane'],
    ['search-contacts', { firstName: 'O’Doe Jane' }, 'jane'],
    ['search-contacts', { lastName: 'Jane O’Doe' }, 'jane'],
    ['search-contacts', { firstName: 'Anna Maria' }, 'dotted'],
    ['search-contacts', { firstName: 'Anna Maria Quist' }, 'dotted'],
    ['search-contacts', { search: 'Quist, Anna' }, 'dotted'],
    ['search-contacts', { search: 'Jane O’Doe <jane@x.example>' }, 'jane'],
    ['search-contacts', { emailAddress: 'Jane O’Doe <jane@x.example>' }, 'jane'],
    ['search-contacts', { emailAddress: 'mailto:jane@x.example' }, 'jane'],
    ['query-entity', { entity: 'Companies', query: { companyName: '*Söhne*' } }, 'nord'],
    ['query-entity', { entity: 'Companies', query: { companyName: '%söhne%' } }, 'nord'],
    ['query-entity', { entity: 'Companies', query: { companyName: 'Müller*' } }, 'nord'],
    ['query-entity', { entity: 'Companies', query: { companyName: { contains: '*“Nord”*' } } }, 'nord'],
    ['search-companies', { search: '*Söhne* %gmbh%' }, 'nord'],
    ['search-companies', { search: 'https://www.nord.example/contact?x=1' }, 'nord'],
    ['search-companies', { search: 'nord.example' }, 'nord'],
    ['query-entity', { entity: 'Companies', query: { webAddress: 'nord.example' } }, 'nord'],
    ['search-contacts', { companyID: 'Contoso Ltd', search: 'jane' }, 'jane'],
  ] as const)('%s %j', async (tool, args, whom) => {
    expect(await idsOf(tool, args)).toContain(ids[whom]);
  });

  it.each(['#T20260101.0001', 'Ticket T20260101.0001', '[T20260101.0001]', 'ticket #t20260101.0001'])(
    'the number in %s',
    async (given) => {
      for (const args of [{ ticketNumber: given }, { search: given }]) {
        const { queries } = await ask('search-tickets', args);
        expect(JSON.stringify(queries[0]?.body)).toMatch(/"value":"T20260101\.0001"/i);
      }
    },
  );

  // Each its own number: what was found under one is kept for a while.
  it.each(['#T20261119.0001', 'Ticket T20261119.0002', '[T20261119.0003]'])(
    'the number of a ticket that is pointed to in %s',
    async (given) => {
      const number = /T[\d.]+/.exec(given)?.[0] ?? '';
      const { queries } = await ask('search-time-entries', { ticketID: given });
      expect(JSON.stringify(queries[0]?.body)).toContain(`"value":"${number}"`);
    },
  );

  it('wildcards where none can be are refused with the form that works', async () => {
    const query = { companyName: { noteq: '*x*' } };
    const { text, isError, queries } = await ask('query-entity', { entity: 'Companies', query });
    expect({ isError, queries }).toEqual({ isError: true, queries: [] });
    expect(text).toMatch(/companyName: .*wildcard.*contains/);
  });
});

describe('records are named by what tells them apart', () => {
  it.each([
    ['search-tickets', { contactID: 'jane@x.example' }, /^contactID: Jane O’Doe \(id \d+\)$/m],
    ['search-tickets', { contactID: 'Jane <jane@x.example>' }, /^contactID: Jane O’Doe \(id \d+\)$/m],
    ['search-tickets', { companyID: 'https://www.nord.example/' }, /^companyID: Müller & Söhne “Nord” GmbH/m],
    ['search-tickets', { companyID: 'nord.example' }, /^companyID: Müller & Söhne “Nord” GmbH/m],
    [
      'search-tickets',
      { companyID: 'Closed Doors Ltd' },
      /^companyID: Closed Doors Ltd \(id \d+; inactive\)$/m,
    ],
  ] as const)('%s %j', async (tool, args, said) => {
    const { text, isError } = await ask(tool, args);
    expect({ text, isError }).toMatchObject({ isError: false });
    expect(text).toMatch(said);
  });

  it('a resource by e-mail address and by user name', async () => {
    const fields = { includeFields: ['id', 'email', 'userName'], format: 'json' };
    const read = await ask('query-entity', { entity: 'Resources', query: { id: 29682885 }, ...fields });
    const [bianca] = z
      .looseObject({ records: z.array(z.looseObject({ email: z.string(), userName: z.string() })) })
      .parse(JSON.parse(read.text)).records;
    for (const who of [bianca?.email, `Bianca <${bianca?.email}>`, bianca?.userName]) {
      const { text } = await ask('search-tickets', { assignedResourceID: who, maxRecords: 1 });
      expect(text).toMatch(/^assignedResourceID: Bianca Almeida \(id 29682885\)$/m);
    }
  });

  it('people by address or user name on writes', async () => {
    const [bianca] = await recordsWhere(tenant.sandbox, 'Resources', {
      op: 'eq',
      field: 'id',
      value: 29682885,
    });
    const jane = await ask('create-ticket', { companyID: 175, title: 'x', contactID: 'jane@x.example' });
    expect(jane.text).toContain(`contactID: Jane O’Doe (id ${ids.jane})`);
    for (const who of [bianca?.email, bianca?.userName]) {
      const { text } = await ask('create-time-entry', {
        ticketID: 101740,
        resourceID: who,
        roleID: 'Service Desk Technician',
        hoursWorked: 1,
        summaryNotes: 'x',
      });
      expect(text).toContain('resourceID: Bianca Almeida (id 29682885)');
    }
    for (const id of ['jane@x.example', 'Jane <jane@x.example>']) {
      const { text } = await ask('update-contact', { id, title: 'Director' });
      expect(text).toContain(`Contact ${ids.jane}: Jane O’Doe`);
    }
    const nobody = await ask('update-contact', { id: 'nobody@x.example', title: 'Director' });
    expect(nobody.isError).toBe(true);
  });

  it('an address that nobody has does not lead to somebody of the same name', async () => {
    const { text, isError } = await ask('search-tickets', { contactID: 'Jane O’Doe <other@x.example>' });
    expect(isError).toBe(true);
    expect(text).toMatch(/nearest names are[\s\S]*Jane O’Doe/);
  });
});

describe('a record that is called like a number', () => {
  it('is found by its name where no record has that id, as text and as number', async () => {
    for (const id of ['2020', 2020]) {
      const { text, isError } = await ask('get-company', { id });
      expect({ text, isError }).toMatchObject({ isError: false });
      expect(text).toMatch(new RegExp(`^id: ${ids.twenty}$`, 'm'));
      expect(text).toMatch(/Note: no record has the id 2020; this one is called 2020$/m);
    }
  });

  it('is told where another record has that id', async () => {
    const asText = await ask('get-company', { id: '176' });
    expect(asText.text).toMatch(/^companyName: Fabrikam Inc$/m);
    expect(asText.text).toMatch(
      new RegExp(`Note: 176 is the name of another record too: ${ids.digits} = 176$`, 'm'),
    );
    const byName = ({ queries }: typeof asText, name: string) =>
      queries.filter(({ body }) => JSON.stringify(body).includes(`"value":"${name}"`));
    expect(byName(asText, '176')).toHaveLength(1);
    const asNumber = await ask('get-company', { id: 175 });
    expect(byName(asNumber, '175')).toEqual([]);
  });

  it('is no help for an id that nothing has', async () => {
    const { text, isError } = await ask('get-contact', { id: '999999' });
    expect({ text, isError }).toMatchObject({ isError: true });
    expect(text).toMatch(/There is no record 999999 in Contacts/);
  });
});

describe('an answer of no records says why', () => {
  it.each([
    ['search-tickets', { companyID: 999999 }, /Note: companyID: no record of Companies has the id 999999$/m],
    [
      'count-entity',
      { entity: 'Tickets', query: { companyID: 999999 } },
      /no record of Companies has the id 999999/,
    ],
    [
      'aggregate-entity',
      { entity: 'Tickets', query: { companyID: '999999' } },
      /no record of Companies has the id 999999/,
    ],
    ['search-tickets', { companyID: '2020' }, /has the id 2020; 2020 has the id \d+$/m],
    [
      'query-entity',
      { entity: 'Tickets', query: { companyID: { noteq: 999999 } }, maxRecords: 1 },
      /has the id 999999/,
    ],
    ['search-time-entries', { ticketID: 999999 }, /no record of Tickets has the id 999999/],
    [
      'search-companies',
      { search: 'Contoso Limited' },
      /looked, in any case, in companyName or companyNumber for the part "Contoso"; .*"Limited"[\s\S]*nearest names: Contoso Ltd \(id 175\)/,
    ],
    [
      'count-entity',
      { entity: 'Companies', query: { companyName: 'Contoso' } },
      /^0 Companies[\s\S]*companyName for the whole text "Contoso"[\s\S]*nearest names: Contoso Ltd/,
    ],
    [
      'aggregate-entity',
      { entity: 'Tickets', query: { title: 'zzz' } },
      /^No Tickets match[\s\S]*title for the whole text "zzz"\nNote: what has it as a part: \{"title":\{"contains":"zzz"\}\}/,
    ],
    ['search-tickets', { search: 'zzz' }, /ticketNumber, title or description for the part "zzz"/],
  ] as const)('%s %j', async (tool, args, said) => {
    const { text, isError } = await ask(tool, args);
    expect({ text, isError }).toMatchObject({ isError: false });
    expect(text).toMatch(said);
  });

  it.each([
    'Müller & Söhne Nord',
    'Muller & Sohne "Nord"',
    'Mueller Soehne Nord GmbH',
    "Müller & Söhne 'Nord' AG",
    'Söhne Müller',
    'Müler & Söhne Nord',
  ])('%s leads to the company, for one more request', async (name) => {
    const expected = /Müller & Söhne “Nord” GmbH/;
    for (const [tool, args, most] of [
      // The exact name, one that contains it, and the nearest.
      ['search-tickets', { companyID: name }, 3],
      ['count-entity', { entity: 'Tickets', query: { companyID: name } }, 3],
      ['get-company', { id: name }, 3],
      ['query-entity', { entity: 'Companies', query: { companyName: name } }, 2],
    ] as const) {
      const { text, queries } = await ask(tool, args);
      expect(text).toMatch(expected);
      expect(queries.length).toBeLessThanOrEqual(most);
    }
  });

  it('a straight apostrophe leads to a curly one', async () => {
    const { text } = await ask('search-tickets', { contactID: "Jane O'Doe" });
    expect(text).toMatch(/nearest names are[\s\S]*Jane O’Doe/);
  });
});

describe('what has no effect in a query is refused', () => {
  it.each([
    ['count-entity', { maxRecords: 5 }],
    ['count-entity', { includeFields: ['id'] }],
    ['aggregate-entity', { maxRecords: 5 }],
    ['aggregate-entity', { includeFields: ['id'] }],
  ] as const)('%s %j', async (entity, more) => {
    const query = { ...more, filter: [{ op: 'eq', field: 'companyID', value: 175 }] };
    const { text, isError, queries } = await ask(entity, { entity: 'Tickets', query });
    expect({ isError, queries }).toEqual({ isError: true, queries: [] });
    expect(text).toMatch(/query: takes conditions only here/);
  });
});

describe('answers say how names, labels and ranges were understood', () => {
  const query = { status: ['New', 'In Progress'], createDate: 'last 30 days', companyID: 'Contoso Ltd' };
  const said = [
    'status: New (1) or In Progress (8)',
    'createDate: 2026-10-22 to 2026-11-20 (UTC)',
    'companyID: Contoso Ltd (id 175)',
  ];
  it.each(['query-entity', 'count-entity', 'aggregate-entity'])('%s', async (tool) => {
    const range = { ...query, createDate: '2026-10-22..2026-11-20' };
    const { text } = await ask(tool, { entity: 'Tickets', query: range });
    const lines = text.split('\n');
    for (const line of said) expect(lines).toContain(line);
    expect(text).not.toMatch(/Note: companyID/);
  });

  it('last 30 days are 30 days, told with their zone', async () => {
    const { text, queries } = await ask('query-entity', {
      entity: 'Tickets',
      query: { createDate: 'last 30 days' },
      timeZone: 'America/New_York',
    });
    const [, from = '', to = ''] = /^createDate: (\S+) to (\S+) \(America\/New_York\)$/m.exec(text) ?? [];
    expect((Date.parse(to) - Date.parse(from)) / 86_400_000).toBe(29);
    expect(JSON.stringify(queries[0]?.body)).toContain(`"op":"gte","field":"createDate","value":"${from}T0`);
  });

  it('openOnly tells which statuses it leaves out', async () => {
    const { text } = await ask('search-tickets', { openOnly: true, maxRecords: 1 });
    expect(text).toMatch(/^status: not Complete \(5\), not Inactive \(16; inactive\)$/m);
    const overdue = await ask('search-tickets', { overdue: true, maxRecords: 1 });
    expect(overdue.text).toMatch(/^dueDateTime: < now, \d{4}-\d\d-\d\dT\d\d:\d\dZ$/m);
  });

  it('an error about a date names every form of a range', async () => {
    const { text, queries } = await ask('search-tickets', { dueDateTime: 'sixty days' });
    expect(queries).toEqual([]);
    for (const form of [
      'tomorrow',
      'next 60 days',
      'past 2 weeks',
      'quarters',
      'this/last/next week',
      'from..to',
    ])
      expect(text).toContain(form);
  });
});

describe('what is inactive exists', () => {
  it('in the description of fields, or that there is none', async () => {
    const some = await ask('describe-entity-fields', { entity: 'Resources', fields: ['userType'] });
    expect(some.text).toMatch(/\[inactive, in old records only: 18=Legacy User\]/);
    const none = await ask('describe-entity-fields', { entity: 'Tickets', fields: ['priority'] });
    expect(none.text).toMatch(/No picklist value of these is inactive/);
  });

  it.each(['Legacy User', '18', 18])('in a filter by %s', async (userType) => {
    const { text, queries } = await ask('query-entity', { entity: 'Resources', query: { userType } });
    expect(text).toMatch(/^userType: Legacy User \(18; inactive\)$/m);
    expect(JSON.stringify(queries[0]?.body)).toContain('{"op":"eq","field":"userType","value":18}');
  });

  it.each([
    ['query-entity', 'companyID', 'gone', 'Closed Doors Ltd'],
    ['count-entity', 'companyID', 'gone', 'Closed Doors Ltd'],
    ['aggregate-entity', 'companyID', 'gone', 'Closed Doors Ltd'],
    ['query-entity', 'contactID', 'left', 'Otto Gone'],
    ['count-entity', 'contactID', 'left', 'Otto Gone'],
  ] as const)(
    'in %s: %s of an inactive record is marked, by id and by name',
    async (tool, field, whom, name) => {
      const asked = (value: unknown) => ask(tool, { entity: 'Tickets', query: { [field]: value } });
      expect((await asked(ids[whom])).text).toContain(
        `Note: ${field}: ${name} (id ${ids[whom]}) is inactive`,
      );
      expect((await asked(name)).text).toContain(`${field}: ${name} (id ${ids[whom]}; inactive)`);
    },
  );

  it('a resource that has left is marked, by id and by name, with tickets of its own', async () => {
    const people = await recordsWhere(tenant.sandbox, 'Resources', {
      op: 'eq',
      field: 'isActive',
      value: false,
    });
    const [who] = people;
    const name = `${String(who?.firstName)} ${String(who?.lastName)}`;
    const asked = (value: unknown) => ask('search-tickets', { assignedResourceID: value, maxRecords: 1 });
    expect((await asked(who?.id)).text).toContain(
      `Note: assignedResourceID: ${name} (id ${String(who?.id)}) is inactive`,
    );
    expect((await asked(name)).text).toContain(`${name} (id ${String(who?.id)}; inactive)`);
    const active = await asked(29682885);
    expect(active.text).not.toMatch(/inactive/);
  });

  it('a name that fits an active and an inactive record is the active one in a filter, and neither in a write', async () => {
    const { text } = await ask('search-tickets', { contactID: 'Twin Namesake' });
    expect(text).toContain(`contactID: Twin Namesake (id ${ids.stays}; not the inactive ${ids.retired})`);
    const write = await ask('create-ticket', { companyID: 175, title: 'x', contactID: 'Twin Namesake' });
    expect(write.text).toMatch(
      /contactID: "Twin Namesake" fits several records of Contacts; give the id of one\. Valid: .*\(inactive\)/,
    );
  });

  it('and a write refuses it as inactive', async () => {
    for (const status of ['Inactive', '16', 16]) {
      const { text, isError, queries } = await ask('create-ticket', {
        companyID: 175,
        title: 'x',
        status,
      });
      expect({ isError, text }).toMatchObject({ isError: true });
      expect(text).toMatch(/status: "?(Inactive|16)"? is inactive/);
      expect(queries).toEqual([]);
    }
  });

  it.each(['query-entity', 'count-entity', 'aggregate-entity'])(
    '%s remarks on a code of no picklist',
    async (tool) => {
      const { text } = await ask(tool, { entity: 'Tickets', query: { status: 4711 } });
      expect(text).toMatch(/Note: status: 4711 is no value of this picklist, active or inactive/);
    },
  );
});

describe('a masked field', () => {
  it('is left out of a search, and the answer says so', async () => {
    const masked = await connect({ env: { AUTOTASK_MASK_FIELDS: 'Contacts.emailAddress,Contacts.phone' } });
    try {
      const { text, isError } = await masked.call('search-contacts', { search: 'abbott' });
      expect({ text, isError }).toMatchObject({ isError: false });
      expect(text).toMatch(/Abbott/);
      expect(text).toMatch(/Note: not looked at, hidden by the policy of this server: emailAddress/);
      const phone = await masked.call('search-contacts', { phone: '555 179 1900' });
      expect(phone.text).toMatch(/hidden by the policy of this server: phone$/m);
      const sent = JSON.stringify(masked.sandbox.requests.map(({ body }) => body));
      expect(sent).not.toMatch(/"field":"(emailAddress|phone)"/);
      // By e-mail address nobody can be found where it is hidden.
      const by = await masked.call('search-tickets', { contactID: 'anna@x.example' });
      expect(by.isError).toBe(true);
      expect(JSON.stringify(masked.sandbox.requests.map(({ body }) => body))).not.toMatch(
        /"field":"emailAddress"/,
      );
    } finally {
      await masked.close();
    }
  });
});
