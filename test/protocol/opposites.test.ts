import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Connection, connect } from '../support/tenant.js';
import { tokenIn } from '../writes/support.js';

/** A text that begins with a comparison, or leaves something out, is never looked for as if it did not. */
let tenant: Connection;
beforeAll(async () => {
  tenant = await connect();
});
afterAll(() => tenant.close());

async function calling(tool: string, args: Record<string, unknown>) {
  let answer = { text: '', isError: false };
  const requests = await tenant.requestsOf(async () => {
    answer = await tenant.call(tool, args);
  });
  const filters = requests
    .filter(({ path }) => path.includes('query'))
    .map(({ body }) => z.looseObject({ filter: z.array(z.unknown()).optional() }).parse(body).filter);
  return { ...answer, filters };
}

async function createCompany(companyName: string): Promise<void> {
  const given = {
    companyName,
    companyType: 'Customer',
    phone: '555 0176',
    ownerResourceID: 'Bianca Almeida',
  };
  const confirm = tokenIn((await tenant.call('create-company', given)).text);
  expect((await tenant.call('create-company', { ...given, confirm })).text).toMatch(/^Created/);
}

describe('a search for words', () => {
  it.each([
    ['search-tickets', '!Printer', '"!Printer"', 'title'],
    ['search-tickets', '!=Printer', '"!=Printer"', 'title'],
    ['search-tickets', '<>Printer', '"<>Printer"', 'title'],
    ['search-tickets', '¬Printer', '"¬Printer"', 'title'],
    ['search-tickets', '！Printer', '"！Printer"', 'title'],
    ['search-tickets', '-printer', '"-printer"', 'title'],
    ['search-tickets', '–printer', '"–printer"', 'title'],
    ['search-tickets', 'printer -laser', '"-laser"', 'title'],
    ['search-tickets', 'printer NOT laser', '"NOT"', 'title'],
    ['search-tickets', 'NOT(printer)', '"NOT(printer)"', 'title'],
    ['search-companies', '!Nord', '"!Nord"', 'companyName'],
    ['search-contacts', '!Abbott', '"!Abbott"', 'firstName'],
    ['search-projects', '!Rollout', '"!Rollout"', 'projectName'],
    ['search-tasks', '!Rollout', '"!Rollout"', 'title'],
  ])('%s does not leave out: %s', async (tool, search, named, field) => {
    const { isError, text, filters } = await calling(tool, { search });
    expect({ isError, filters }, text).toEqual({ isError: true, filters: [] });
    expect(text).toContain(`search: ${named} leaves something out`);
    expect(text).toContain(`{"${field}":{"contains":`);
  });

  it.each(['printer OR scanner', 'printer || scanner'])('offers no choice: %s', async (search) => {
    const { isError, text, filters } = await calling('search-tickets', { search });
    expect({ isError, filters }, text).toEqual({ isError: true, filters: [] });
    expect(text).toContain('{"or":[{"title":{"contains":"printer"}},{"title":{"contains":"scanner"}}]}');
  });

  it.each(['"not printing"', 'Printer - paper jam', 'is not printing', 'e-mail', 'paper & jam', '>5 users'])(
    'looks for what are words: %s',
    async (search) => {
      const { isError, text } = await calling('search-tickets', { search });
      expect(isError, text).toBe(false);
    },
  );

  it('looks for what stands in quotation marks as it stands, and says so', async () => {
    const { text, filters } = await calling('search-tickets', { search: '"not printer"' });
    expect(text).toContain('search: "not printer"');
    expect(JSON.stringify(filters[0])).toContain('{"op":"contains","field":"title","value":"not printer"}');
  });

  it.each([
    ['%printer%', 'contains "printer"'],
    ['*Printer*', 'contains "Printer"'],
  ])('says what %s looks for', async (search, meaning) => {
    const { text } = await calling('search-tickets', { search, maxRecords: 1 });
    expect(text).toContain(meaning);
    const { text: json } = await calling('search-tickets', { search, maxRecords: 1, format: 'json' });
    expect(json).toContain(JSON.stringify(meaning).slice(1, -1));
  });
});

describe('a text field', () => {
  it.each([
    [
      'search-contacts',
      { lastName: '!Abbott' },
      'lastName',
      '{"lastName":{"noteq":"Abbott"}}',
      '{"lastName":{"eq":"!Abbott"}}',
    ],
    [
      'search-contacts',
      { firstName: '!=Dilan' },
      'firstName',
      '{"firstName":{"noteq":"Dilan"}}',
      '{"firstName":{"eq":"!=Dilan"}}',
    ],
    [
      'search-contacts',
      { lastName: ['!Abbott', 'Archer'] },
      'lastName',
      '{"lastName":{"in":["Archer"],"notIn":["Abbott"]}}',
      '{"lastName":{"eq":"!Abbott"}}',
    ],
    [
      'search-contacts',
      { emailAddress: '!julia' },
      'emailAddress',
      '{"emailAddress":{"noteq":"julia"}}',
      '{"emailAddress":{"contains":"!julia"}}',
    ],
    [
      'search-companies',
      { city: '!Duluth' },
      'city',
      '{"city":{"noteq":"Duluth"}}',
      '{"city":{"eq":"!Duluth"}}',
    ],
    ['search-companies', { city: '>M' }, 'city', '{"city":{"gt":"M"}}', '{"city":{"eq":">M"}}'],
    [
      'query-entity',
      { entity: 'Tickets', query: { title: '!=Printer' } },
      'title',
      '{"title":{"noteq":"Printer"}}',
      '{"title":{"eq":"!=Printer"}}',
    ],
    [
      'query-entity',
      { entity: 'Tickets', query: { title: '≠Printer' } },
      'title',
      '{"title":{"noteq":"Printer"}}',
      '{"title":{"eq":"≠Printer"}}',
    ],
    [
      'count-entity',
      { entity: 'Tickets', query: { ticketNumber: '!T20260910.0002' } },
      'ticketNumber',
      '{"ticketNumber":{"noteq":"T20260910.0002"}}',
      '{"ticketNumber":{"eq":"!T20260910.0002"}}',
    ],
    [
      'aggregate-entity',
      { entity: 'Tickets', metrics: ['count'], query: { or: [{ title: '!x' }, { title: 'y' }] } },
      'title',
      '{"title":{"noteq":"x"}}',
      '{"title":{"eq":"!x"}}',
    ],
  ])('%s %j is refused with both forms that work', async (tool, args, field, meant, literal) => {
    const { isError, text, filters } = await calling(tool, args);
    expect({ isError, filters }, text).toEqual({ isError: true, filters: [] });
    expect(text).toContain(`- ${field}: `);
    expect(text).toContain(`as a query: ${meant}`);
    expect(text).toContain(`, or ${literal} for the text as it stands`);
    const [name = '', condition] =
      Object.entries(z.record(z.string(), z.unknown()).parse(JSON.parse(literal)))[0] ?? [];
    const entity =
      tool === 'search-contacts' ? 'Contacts' : tool === 'search-companies' ? 'Companies' : 'Tickets';
    const again = await calling('query-entity', { entity, query: { [name]: condition } });
    expect(again.isError, again.text).toBe(false);
    const other = await calling('count-entity', { entity, query: JSON.parse(meant) });
    expect(other.isError, other.text).toBe(false);
  });

  it.each(['Nothing prints', '- first of a list', '...'])('takes titles such as %s', async (title) => {
    const { isError, text } = await calling('count-entity', { entity: 'Tickets', query: { title } });
    expect(isError, text).toBe(false);
  });
});

describe('a label', () => {
  it.each([
    '!Complete',
    '！Complete',
    '¬Complete',
    'NOT(Complete)',
    'not (Complete)',
    '-Complete',
    '≠ Complete',
    '!==Complete',
  ])('%s is refused with the form that works, never with the label', async (status) => {
    const { isError, text, filters } = await calling('search-tickets', { status });
    expect({ isError, filters }, text).toEqual({ isError: true, filters: [] });
    expect(text).toContain('{"status":{"noteq":"Complete"}}');
    expect(text).not.toContain('Did you mean');
  });

  it.each(['~=Complete', '=Complete', '==Complete'])('%s leads to a form that is taken', async (status) => {
    const { text } = await calling('search-tickets', { status });
    expect(text).toContain('as a query: {"status":"Complete"}');
  });

  it.each([
    ['status', 'New or Complete', '{"status":["New","Complete"]}'],
    ['status', 'New|Complete', '{"status":["New","Complete"]}'],
    ['priority', 'high;low', '{"priority":["high","low"]}'],
  ])('%s %s leads to a list', async (field, value, list) => {
    const { isError, text } = await calling('search-tickets', { [field]: value });
    expect(isError).toBe(true);
    expect(text).toContain(`several are a list: ${list}`);
  });

  it('is found though a letter is missing at its beginning', async () => {
    const { text } = await calling('search-tickets', { queueID: 'Levl 1' });
    expect(text).toContain('Did you mean Level 1 Support?');
  });
});

describe('a number', () => {
  it('of a ticket is no id', async () => {
    const { isError, text } = await calling('query-entity', {
      entity: 'Tickets',
      query: { id: 'T20260910.0002' },
    });
    expect(isError).toBe(true);
    expect(text).toContain('{"ticketNumber":"T20260910.0002"}');
  });

  it('that is an id is not taken for the company that is called so without a word', async () => {
    await createCompany('176');
    const { text } = await calling('search-tickets', { companyID: '176', maxRecords: 1 });
    expect(text).toMatch(
      /Note: companyID: 176 was taken for the id of Fabrikam Inc; called 176: 176 \(id \d+\)/,
    );
    const { text: byNumber } = await calling('search-tickets', { companyID: 176, maxRecords: 1 });
    expect(byNumber).not.toContain('was taken for the id');
  });
});

describe('words for fields', () => {
  it.each([
    ['count-entity', { entity: 'Tickets', query: { subject: { startsWith: 'P' } } }, 'subject is title'],
    ['query-entity', { entity: 'Tickets', query: { category: 'Standard' } }, 'category is ticketCategory'],
    ['query-entity', { entity: 'Tickets', query: { number: 'T20260910.0002' } }, 'number is ticketNumber'],
    ['query-entity', { entity: 'Tickets', query: { owner: null } }, 'owner is assignedResourceID'],
    [
      'query-entity',
      { entity: 'Tickets', query: { installedProductID: null } },
      'installedProductID is configurationItemID',
    ],
    [
      'aggregate-entity',
      { entity: 'Tickets', groupBy: ['status'], query: { assignee: null } },
      'assignee is assignedResourceID',
    ],
  ])('%s %j says what was compared', async (tool, args, line) => {
    const { isError, text } = await calling(tool, args);
    expect(isError, text).toBe(false);
    expect(text.split('\n')).toContain(line);
  });

  it('several meanings are asked back', async () => {
    const { isError, text } = await calling('query-entity', { entity: 'Projects', query: { owner: null } });
    expect(isError).toBe(true);
    expect(text).toMatch(/"owner" may mean \w+ or \w+ of Projects; name one/);
  });

  it('subject is an argument of tools that have a title', async () => {
    const found = await calling('search-tickets', { subject: 'vpn', maxRecords: 1 });
    expect(found.text).toMatch(/vpn/i);
    const preview = await tenant.call('create-ticket', { companyID: 'Contoso Ltd', subject: 'New mouse' });
    expect(preview.text).toContain('title');
    expect(preview.text).toContain('New mouse');
  });
});

describe('the nearest names', () => {
  beforeAll(async () => {
    await createCompany('O’Brien’s Café');
    await createCompany('Größe Maschinenbau');
  });

  it.each([
    ['OBriens Cafe', 'O’Brien’s Café'],
    ["O'Briens Cafe", 'O’Brien’s Café'],
    ["O'Brien's Cafe", 'O’Brien’s Café'],
    ['Obrien', 'O’Brien’s Café'],
    ['Grosse Maschinen', 'Größe Maschinenbau'],
    ['GRÖSSE', 'Größe Maschinenbau'],
    ['Groesse', 'Größe Maschinenbau'],
  ])('%s leads to %s', async (given, name) => {
    for (const [tool, args] of [
      ['search-companies', { search: given }],
      ['search-tickets', { companyID: given }],
    ] as const) {
      const { text } = await calling(tool, args);
      expect(text).toContain(name);
    }
  });
});

describe('a name in a filter', () => {
  it.each(['contoso  LTD', ' Contoso\tLtd ', '\uFF23ontoso Ltd', 'CONTOSO LTD'])(
    'may differ in case, spacing and normalisation: %j',
    async (companyID) => {
      const { isError, text } = await calling('search-tickets', { companyID, maxRecords: 1 });
      expect(isError, text).toBe(false);
      expect(text).toContain('companyID: Contoso Ltd (id 175)');
    },
  );
});
