import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { observedCall } from '../support/observed-call.js';
import { makeRecord, recordsWhere } from '../support/records.js';
import { type Connection, connect } from '../support/tenant.js';

/** What says the opposite of its words is refused with forms that work, and these forms are tried. */

let tenant: Connection;
beforeAll(async () => {
  tenant = await connect();
  await makeRecord(tenant.sandbox, 'Companies/175/Contacts', {
    companyID: 175,
    firstName: 'Marked',
    lastName: '!Abbott',
    emailAddress: 'marked@x.example',
    isActive: 1,
  });
});
afterAll(() => tenant.close());
const ask = (tool: string, args: Record<string, unknown>) => observedCall(tenant, tool, args);

/** The queries that a refusal names; each is one line of JSON. */
const queriesIn = (text: string) =>
  [...text.replaceAll('[…]', '[0]').matchAll(/\{"(?:[^{}]|\{[^{}]*\})*\}/g)].map(([json]) =>
    z.record(z.string(), z.unknown()).parse(JSON.parse(json)),
  );

async function expectToWork(entity: string, query: unknown) {
  const { text, isError, filters } = await ask('count-entity', { entity, query });
  expect({ query, text, isError }).toMatchObject({ isError: false });
  return filters[0];
}

describe('a search finds what has the words', () => {
  it.each([
    ['search-tickets', 'Tickets', 'title', '!Printer', 'Printer'],
    ['search-tickets', 'Tickets', 'title', '!=Printer', 'Printer'],
    ['search-tickets', 'Tickets', 'title', '<>Printer', 'Printer'],
    ['search-tickets', 'Tickets', 'title', '≠ Printer', 'Printer'],
    ['search-tickets', 'Tickets', 'title', '！Printer', 'Printer'],
    ['search-tickets', 'Tickets', 'title', '¬Printer', 'Printer'],
    ['search-tickets', 'Tickets', 'title', '-printer', 'printer'],
    ['search-tickets', 'Tickets', 'title', '\u2212printer', 'printer'],
    ['search-tickets', 'Tickets', 'title', 'not printer', 'printer'],
    ['search-tickets', 'Tickets', 'title', 'NOT (printer)', 'printer'],
    ['search-tickets', 'Tickets', 'title', 'printer -color', 'color'],
    ['search-tickets', 'Tickets', 'title', 'printer NOT color', 'color'],
    ['search-tickets', 'Tickets', 'title', 'printer and not color', 'color'],
    ['search-companies', 'Companies', 'companyName', '!Nord', 'Nord'],
    ['search-contacts', 'Contacts', 'firstName', '!Abbott', 'Abbott'],
    ['search-projects', 'Projects', 'projectName', '-Office', 'Office'],
    ['search-tasks', 'Tasks', 'title', '!Office', 'Office'],
    ['search-time-entries', 'TimeEntries', 'summaryNotes', 'not Office', 'Office'],
  ])('%s refuses to leave out: %s %s %j', async (tool, entity, field, search, word) => {
    const { text, isError, requests } = await ask(tool, { search });
    expect({ text, isError, requests }).toMatchObject({ isError: true, requests: [] });
    expect(text).toContain(`find what has ${JSON.stringify(word)} and exclude it by id`);
    expect(text).not.toMatch(/Did you mean/);
    const [excluded, part] = queriesIn(text).filter((query) => field in query);
    expect(await expectToWork(entity, excluded)).toEqual([{ op: 'noteq', field, value: word }]);
    expect(await expectToWork(entity, part)).toMatchObject([{ op: 'contains', field }]);
    // The other form: the text as it stands.
    const quoted = await ask(tool, { search: `"${search}"`, maxRecords: 1 });
    expect(quoted).toMatchObject({ isError: false });
    // First and last name are fields of their own, where several words are looked for each.
    const values = tool === 'search-contacts' ? search.split(' ') : [search];
    for (const value of values)
      expect(JSON.stringify(quoted.filters[0])).toContain(`"value":${JSON.stringify(value)}`);
  });

  it('refuses alternatives with the query that names them', async () => {
    const { text, isError, requests } = await ask('search-tickets', { search: 'printer OR scanner' });
    expect({ isError, requests }).toEqual({ isError: true, requests: [] });
    expect(text).toContain('{"or":[{"title":{"contains":"printer"}},{"title":{"contains":"scanner"}}]}');
  });

  it.each([
    ['printer or scanner', 'printer', 'scanner'],
    ['printer|scanner', 'printer', 'scanner'],
    ['"does not print" OR "paper jam"', 'does not print', 'paper jam'],
  ])('refuses the choice in %s', async (search, one, other) => {
    const { text, isError, requests } = await ask('search-tickets', { search });
    expect({ isError, requests }).toEqual({ isError: true, requests: [] });
    const [, json = ''] = /in query-entity: (\{.*\});/.exec(text) ?? [];
    const query: unknown = JSON.parse(json);
    expect(query).toEqual({ or: [{ title: { contains: one } }, { title: { contains: other } }] });
    await expectToWork('Tickets', query);
  });

  it.each([
    ['"does not print"', ['does not print'], 'search: "does not print"'],
    ['“does not print”', ['does not print'], 'search: "does not print"'],
    ['"does not print" color', ['does not print', 'color'], 'search: "does not print" and "color"'],
    ['color AND "does not print"', ['color', 'does not print'], 'search: "color" and "does not print"'],
    ['5" and 7" panel', ['5', 'and', '7', 'panel'], 'search: "5" and "and" and "7" and "panel"'],
    ['"printer or scanner"', ['printer or scanner'], 'search: "printer or scanner"'],
    ['"a*b 100%"', ['a*b 100%'], 'search: "a*b 100%"'],
  ])('what stands in quotation marks is looked for as it stands: %s', async (search, values, line) => {
    const { text, isError, filters } = await ask('search-tickets', { search, maxRecords: 1 });
    expect({ text, isError }).toMatchObject({ isError: false });
    const part = (field: string, value: string) => ({ op: 'contains', field, value });
    const fields = ['ticketNumber', 'title', 'description'];
    expect(filters[0]).toEqual(
      values.map((value) => ({ op: 'or', items: fields.map((field) => part(field, value)) })),
    );
    expect(text.split('\n')).toContain(line);
  });

  it.each([
    ['status:new printer', /as an argument here: \{"status":"new"\}/],
    ['Priority:High', /as an argument here: \{"priority":"High"\}/],
    ['title:printer', /in query-entity: \{"title":\{"contains":"printer"\}\}/],
  ])('%s names a field and is no word', async (search, form) => {
    const { text, isError, requests } = await ask('search-tickets', { search });
    expect({ isError, requests }).toEqual({ isError: true, requests: [] });
    expect(text).toMatch(form);
    const quoted = await ask('search-tickets', { search: `"${search}"`, maxRecords: 1 });
    expect(JSON.stringify(quoted.filters[0])).toContain(`"value":${JSON.stringify(search)}`);
  });

  it.each(['Wi-Fi - drops', 'printer not working', '5" -10 degrees', 'nothing prints', 'Notebook', '-10'])(
    'takes %j as words',
    async (search) => {
      expect(await ask('search-tickets', { search, maxRecords: 1 })).toMatchObject({ isError: false });
    },
  );

  it.each([
    ['search-tickets', '%printer%', 'ticketNumber, title or description: contains "printer"'],
    ['search-tickets', '*Printer*', 'ticketNumber, title or description: contains "Printer"'],
    ['search-tickets', '(*Printer*)', 'ticketNumber, title or description: contains "Printer"'],
    ['search-companies', '*Nord*', 'companyName or companyNumber: contains "Nord"'],
    ['search-contacts', '%abbott%', 'firstName, lastName or emailAddress: contains "abbott"'],
  ])('%s shows of %j what was compared', async (tool, search, line) => {
    const { text, filters } = await ask(tool, { search, maxRecords: 1 });
    expect(text.split('\n')).toContain(line);
    const compared = JSON.stringify(filters[0]);
    expect(compared).not.toMatch(/[*%]/);
    const json = await ask(tool, { search, maxRecords: 1, format: 'json' });
    for (const shown of [text, json.text]) expect(shown).not.toMatch(/rinter[*%]|ord[*%]|bott[*%]/);
  });
});

describe('a text that begins with a comparison', () => {
  const fields = [
    ['search-contacts', 'Contacts', 'lastName', 'Abbott'],
    ['search-contacts', 'Contacts', 'firstName', 'Dilan'],
    ['search-companies', 'Companies', 'city', 'Duluth'],
    ['search-tickets', 'Tickets', 'ticketNumber', 'T20261109.0005'],
    [null, 'Tickets', 'title', 'Printer'],
  ] as const;
  const signs = [
    ['!', 'noteq'],
    ['!=', 'noteq'],
    ['<>', 'noteq'],
    ['≠ ', 'noteq'],
    ['！', 'noteq'],
    ['¬', 'noteq'],
    ['not ', 'noteq'],
    ['Not: ', 'noteq'],
    ['-', 'noteq'],
    ['>', 'gt'],
    ['>=', 'gte'],
    ['<=', 'lte'],
    ['~', 'contains'],
    ['^', 'beginsWith'],
    ['~=', 'contains'],
    ['!>', 'lte'],
    ['=', 'eq'],
  ] as const;
  const cases = fields.flatMap(([tool, entity, field, word]) =>
    signs.map(([sign, op]) => ({ tool, entity, field, given: `${sign}${word}`, op, word })),
  );
  it.each(cases)('is refused with the forms that work: $entity $field $given', async (one) => {
    const { tool, entity, field, given, op, word } = one;
    const calls: [string, Record<string, unknown>][] = [
      ['count-entity', { entity, query: { [field]: given } }],
      ['count-entity', { entity, query: { [field]: [given] } }],
      ...(tool === null ? [] : [[tool, { [field]: given }] satisfies [string, Record<string, unknown>]]),
    ];
    for (const [name, args] of calls) {
      const { text, isError, filters } = await ask(name, args);
      expect({ text, isError, filters }).toMatchObject({ isError: true, filters: [] });
      const [compared, literal] = queriesIn(text);
      expect(compared).toEqual({ [field]: op === 'eq' ? word : { [op]: word } });
      expect(literal).toEqual({ [field]: { eq: given } });
      expect(await expectToWork(entity, compared)).toEqual([{ op, field, value: word }]);
      // Of a person besides as the whole name.
      expect(JSON.stringify(await expectToWork(entity, literal))).toContain(
        JSON.stringify({ op: 'eq', field, value: given }),
      );
    }
  });

  it('is found by an operator, which takes it as it stands', async () => {
    for (const lastName of [{ eq: '!Abbott' }, { contains: '!Abb' }, { in: ['!Abbott'] }]) {
      const { text } = await ask('query-entity', { entity: 'Contacts', query: { lastName } });
      expect(text).toMatch(/^1 Contacts[\s\S]*Marked\t!Abbott/);
    }
    const filter = [{ op: 'eq', field: 'lastName', value: '!Abbott' }];
    expect((await ask('count-entity', { entity: 'Contacts', query: { filter } })).text).toMatch(
      /^1 Contacts/,
    );
  });

  it('of parts and lists too', async () => {
    const part = await ask('search-contacts', { emailAddress: '!marked' });
    expect(part).toMatchObject({ isError: true, filters: [] });
    expect(part.text).toContain('{"emailAddress":{"contains":"!marked"}}');
    const list = await ask('search-contacts', { lastName: ['!Abbott', 'Hart'] });
    expect(list.text).toContain('{"lastName":{"in":["Hart"],"notIn":["Abbott"]}}');
    const none = await ask('search-contacts', { lastName: 'not null' });
    expect(none.text).toContain('{"lastName":{"exist":true}}');
  });

  it('is no comparison where it is none', async () => {
    for (const query of [{ emailAddress: '<marked@x.example>' }, { lastName: 'Notting' }, { lastName: '!' }])
      expect(await ask('count-entity', { entity: 'Contacts', query })).toMatchObject({ isError: false });
    expect(
      (await recordsWhere(tenant.sandbox, 'Contacts', { op: 'exist', field: 'id' })).length,
    ).toBeGreaterThan(0);
  });
});

describe('a label or name that begins with a comparison', () => {
  it.each([
    ['~=Complete', { status: 'Complete' }],
    ['=Complete', { status: 'Complete' }],
    ['== Complete', { status: 'Complete' }],
    ['！Complete', { status: { noteq: 'Complete' } }],
    ['¬Complete', { status: { noteq: 'Complete' } }],
    ['NOT(Complete)', { status: { noteq: 'Complete' } }],
    ['!(Complete)', { status: { noteq: 'Complete' } }],
    ['! "Complete"', { status: { noteq: 'Complete' } }],
    ['-Complete', { status: { noteq: 'Complete' } }],
    ['is not Complete', { status: { noteq: 'Complete' } }],
    ["isn't Complete", { status: { noteq: 'Complete' } }],
    ['not equal to Complete', { status: { noteq: 'Complete' } }],
    ['anything but Complete', { status: { noteq: 'Complete' } }],
    ['except Complete', { status: { noteq: 'Complete' } }],
    ['ne Complete', { status: { noteq: 'Complete' } }],
    ['not in (New, Complete)', { status: { notIn: ['New', 'Complete'] } }],
    ['not null', { status: { exist: true } }],
    ['non-Complete', { status: { noteq: 'Complete' } }],
    ['never Complete', { status: { noteq: 'Complete' } }],
    ['without Complete', { status: { noteq: 'Complete' } }],
    ['no longer Complete', { status: { noteq: 'Complete' } }],
    ['not any', { status: null }],
  ])('%s', async (status, query) => {
    const { text, isError, filters } = await ask('search-tickets', { status });
    expect({ text, isError, filters }).toMatchObject({ isError: true, filters: [] });
    expect(text).not.toMatch(/Did you mean/);
    expect(queriesIn(text)).toEqual([query]);
    await expectToWork('Tickets', query);
    const write = { id: 'T20261109.0005', status, confirm: 'UPDATE_TICKET' };
    expect(await ask('update-ticket', write)).toMatchObject({ isError: true, writes: [] });
  });

  it.each(['not Complte', 'anything but Complte', 'except Complte'])(
    '%s is never answered by the opposite',
    async (status) => {
      const { text, filters } = await ask('search-tickets', { status });
      expect(filters).toEqual([]);
      expect(text).toMatch(/is not a value of this picklist\. Valid/);
    },
  );

  it.each([
    ['companyID', '-Contoso', { companyID: { noteq: 'Contoso' } }],
    ['companyID', '！Contoso', { companyID: { noteq: 'Contoso' } }],
    ['assignedResourceID', '!unassigned', { assignedResourceID: { exist: true } }],
    ['assignedResourceID', 'not assigned', { assignedResourceID: null }],
    ['assignedResourceID', 'anybody but Gabor Archer', { assignedResourceID: { noteq: 'Gabor Archer' } }],
    ['companyID', 'no Contoso', { companyID: { noteq: 'Contoso' } }],
    ['companyID', 'without Contoso', { companyID: { noteq: 'Contoso' } }],
    ['createDate', 'since yesterday', { createDate: { gte: 'yesterday' } }],
    ['createDate', 'before 2026-11-01', { createDate: { lt: '2026-11-01' } }],
    ['createDate', 'after last month', { createDate: { gt: 'last month' } }],
    ['createDate', 'until today', { createDate: { lte: 'today' } }],
  ])('%s %s', async (field, given, query) => {
    const { text } = await ask('search-tickets', { [field]: given });
    expect(queriesIn(text)).toEqual([query]);
    await expectToWork('Tickets', query);
  });
});

describe('several values in one text', () => {
  it.each([
    ['Tickets', 'status', 'New or Complete', ['New', 'Complete']],
    ['Tickets', 'status', 'New|Complete', ['New', 'Complete']],
    ['Tickets', 'status', 'New || Complete', ['New', 'Complete']],
    ['Tickets', 'status', 'in (New, Complete)', ['New', 'Complete']],
    ['Tickets', 'status', 'either New, Complete or On Hold', ['New', 'Complete', 'On Hold']],
    ['Tickets', 'status', 'New/Complete', ['New', 'Complete']],
    ['Tickets', 'priority', 'high;low', ['high', 'low']],
    ['Tickets', 'priority', '1|3', ['1', '3']],
    ['Tickets', 'companyID', 'Contoso|Fabrikam', ['Contoso', 'Fabrikam']],
    ['Tickets', 'companyID', 'Contoso or Fabrikam', ['Contoso', 'Fabrikam']],
    ['Tickets', 'companyID', 'Contoso, Fabrikam', ['Contoso', 'Fabrikam']],
    ['Companies', 'city', 'Duluth;Boulder', ['Duluth', 'Boulder']],
    ['Contacts', 'lastName', 'Abbott or Hart', ['Abbott', 'Hart']],
  ])('%s %s: %s leads to the list', async (entity, field, given, list) => {
    const query = { [field]: list };
    const { text } = await ask('count-entity', { entity, query: { [field]: given } });
    expect(text).toContain(`several are a list: ${JSON.stringify(query)}`);
    await expectToWork(entity, query);
  });

  it.each([
    ['Tickets', 'T20261109.0005', { ticketNumber: 'T20261109.0005' }],
    ['Tickets', '#T20261109.0005', { ticketNumber: 'T20261109.0005' }],
    ['Companies', 'Contoso Ltd', { companyName: 'Contoso Ltd' }],
  ])('an id of %s is no %s', async (entity, id, query) => {
    const { text, filters } = await ask('query-entity', { entity, query: { id } });
    expect(filters).toEqual([]);
    expect(queriesIn(text)).toEqual([query]);
    expect((await ask('count-entity', { entity, query })).text).toMatch(/^1 /);
  });
});

describe('what models copy or guess', () => {
  it.each([
    ['Tickets', { status: { noteq: 'New or Complete' } }, { status: { notIn: ['New', 'Complete'] } }],
    ['Tickets', { status: { ne: 'New|Complete' } }, { status: { notIn: ['New', 'Complete'] } }],
    ['Tickets', { companyID: { ne: 'Contoso|Fabrikam' } }, { companyID: { notIn: ['Contoso', 'Fabrikam'] } }],
    ['Tickets', { status: 'not closed' }, { status: { noteq: 'closed' } }],
    ['Tickets', { status: '!Closed' }, { status: { noteq: 'Closed' } }],
    ['Tickets', { status: 'null' }, { status: null }],
    ['Tickets', { status: '' }, { status: null }],
    ['Tickets', { queueID: 'none' }, { queueID: null }],
    ['Tickets', { status: { ne: 'null' } }, { status: { exist: true } }],
    ['Tickets', { companyID: '' }, { companyID: null }],
    ['Tickets', { contactID: 'empty' }, { contactID: null }],
    ['Tickets', { contactID: { ne: 'nothing' } }, { contactID: { exist: true } }],
    ['Tickets', { companyID: '#175' }, { companyID: 175 }],
    ['Tickets', { companyID: { id: 175, name: 'Contoso Ltd' } }, { companyID: 175 }],
    ['Tickets', { status: { value: 1, label: 'New' } }, { status: 1 }],
    ['TimeEntries', { hoursWorked: '2..4' }, { hoursWorked: { gte: 2, lte: 4 } }],
    ['TimeEntries', { hoursWorked: '2 to 4.5' }, { hoursWorked: { gte: 2, lte: 4.5 } }],
    ['TimeEntries', { hoursWorked: '!2' }, { hoursWorked: { noteq: '2' } }],
    ['Contacts', { isActive: '!true' }, { isActive: { noteq: 'true' } }],
    ['Tickets', { createDate: 'not today' }, { createDate: { noteq: 'today' } }],
    ['Tickets', { status: 'incomplete' }, { status: { noteq: 'Complete' } }],
    ['Tickets', { status: 'un-complete' }, { status: { noteq: 'Complete' } }],
    ['Tickets', { status: 'Not Completed' }, { status: { noteq: 'Complete' } }],
    ['Tickets', { status: 'Complete (not)' }, { status: { noteq: 'Complete' } }],
    ['Tickets', { status: { ne: 'incomplete' } }, { status: 'Complete' }],
    ['Tickets', { status: 'open' }, { status: { notIn: ['Complete', 'Inactive'] } }],
    ['Tickets', { status: 'all open' }, { status: { notIn: ['Complete', 'Inactive'] } }],
    ['Tickets', { status: { ne: 'Open' } }, { status: ['Complete', 'Inactive'] }],
    ['Projects', { status: 'open' }, { status: { notIn: ['Complete', 'Cancelled'] } }],
    ['Opportunities', { status: 'open' }, { status: { notIn: ['Lost', 'Closed', 'Implemented'] } }],
    ['ServiceCalls', { status: 'open' }, { status: { notIn: ['Complete'] } }],
    ['ServiceCalls', { status: { ne: 'open' } }, { status: ['Complete'] }],
    ['PurchaseOrders', { status: 'open' }, { status: { notIn: ['Received Full', 'Canceled'] } }],
    ['ExpenseReports', { status: 'open' }, { status: { notIn: ['Paid', 'Rejected', 'Transferred'] } }],
    ['Contracts', { status: 'open' }, { status: { notIn: ['Inactive'] } }],
    ['Tickets', { status: 'any' }, { status: { exist: true } }],
    ['Tickets', { priority: 'at least High' }, { priority: ['High'] }],
    ['Tickets', { assignedResourceID: 'assigned' }, { assignedResourceID: { exist: true } }],
    ['Tickets', { assignedResourceID: { ne: 'anyone' } }, { assignedResourceID: null }],
    ['Tickets', { assignedResourceID: { gt: 'Gabor Archer' } }, { assignedResourceID: { gt: 29682893 } }],
    ['Tickets', { companyID: 'id 175' }, { companyID: 175 }],
    ['Tickets', { companyID: '175 = Contoso Ltd' }, { companyID: 175 }],
    ['Tickets', { companyID: 'Contoso Ltd (id 175)' }, { companyID: 175 }],
    ['Tickets', { companyID: { ne: 'Contoso Ltd (id 175)' } }, { companyID: { noteq: 175 } }],
    ['Tickets', { companyID: '[175,176]' }, { companyID: ['175', '176'] }],
    ['Tickets', { id: '#101999' }, { id: 101999 }],
    ['Tickets', { id: '101999, 101996' }, { id: [101999, 101996] }],
    ['Tickets', { id: '[101999,101996]' }, { id: [101999, 101996] }],
    ['Tickets', { status: { not: { eq: 'Complete' } } }, { status: { 'not eq': 'Complete' } }],
    [
      'Tickets',
      { status: { not: { in: ['New', 'Complete'] } } },
      { status: { 'not in': ['New', 'Complete'] } },
    ],
    ['Tickets', { createDate: 'none' }, { createDate: null }],
    ['Tickets', { createDate: { ne: 'null' } }, { createDate: { exist: true } }],
    ['Tickets', { createDate: 'today, yesterday' }, { createDate: ['today', 'yesterday'] }],
    ['Tickets', { createDate: '2026-11-01/2026-11-20' }, { createDate: '2026-11-01..2026-11-20' }],
    ['TimeEntries', { hoursWorked: 'more than 2' }, { hoursWorked: { gt: '2' } }],
    ['TimeEntries', { hoursWorked: 'at least 2' }, { hoursWorked: { gte: '2' } }],
    ['TimeEntries', { hoursWorked: 'no more than 3' }, { hoursWorked: { lte: '3' } }],
    ['TimeEntries', { hoursWorked: '' }, { hoursWorked: null }],
    ['TimeEntries', { hoursWorked: '1 or 2' }, { hoursWorked: ['1', '2'] }],
  ])('in %s %j leads to %j', async (entity, query, works) => {
    const { text, isError, filters } = await ask('count-entity', { entity, query });
    expect({ text, isError }).toMatchObject({ isError: true });
    expect(filters.flat().filter((node) => JSON.stringify(node).includes('"eq"'))).not.toContain(query);
    expect(queriesIn(text)[0]).toEqual(works);
    await expectToWork(entity, works);
  });

  it.each([
    ['!status', { status: { noteq: 'New' } }],
    ['-status', { status: { noteq: 'New' } }],
    ['not status', { status: { noteq: 'New' } }],
    ['status!', { status: { noteq: 'New' } }],
    ['status !=', { status: { noteq: 'New' } }],
    ['status<>', { status: { noteq: 'New' } }],
    ['status__ne', { status: { noteq: 'New' } }],
    ['subject__startswith', { title: { beginsWith: 'New' } }],
    ['title__contains', { title: { contains: 'New' } }],
    ['status_not', { status: { noteq: 'New' } }],
    ['statusNot', { status: { noteq: 'New' } }],
    ['status.ne', { status: { noteq: 'New' } }],
    ['status[ne]', { status: { noteq: 'New' } }],
    ['status is not', { status: { noteq: 'New' } }],
    ['status not in', { status: { notIn: 'New' } }],
  ])('an operator in the name of a field: %s', async (field, works) => {
    for (const query of [{ [field]: 'New' }, { filter: [{ op: 'eq', field, value: 'New' }] }]) {
      const { text, isError, filters } = await ask('count-entity', { entity: 'Tickets', query });
      expect({ text, isError, filters }).toMatchObject({ isError: true, filters: [] });
      expect(queriesIn(text)).toEqual([works]);
    }
    await expectToWork('Tickets', works);
  });

  it.each([
    ['gte', 'High', 'priority: >= High (1) by code: Critical, High, Medium, Low'],
    ['lt', 'Low', 'priority: < Low (3) by code: High, Medium'],
    ['gt', 'Critical', 'priority: > Critical (4) by code: none'],
    ['lte', 2, 'priority: <= Medium (2) by code: High, Medium'],
  ])('labels have no order: %s %s tells which are meant', async (op, label, line) => {
    const query = { priority: { [op]: label } };
    const { text } = await ask('count-entity', { entity: 'Tickets', query });
    expect(text.split('\n')).toContain(line);
  });

  it.each([
    ['Contacts', 'isActive', 'inactive'],
    ['Contacts', 'isActive', 'no'],
    ['Contacts', 'isActive', 2],
    ['Companies', 'isActive', 'inactive'],
  ])('a flag that is a number is true or false: %s.%s %j', async (entity, field, value) => {
    const { text, filters } = await ask('count-entity', { entity, query: { [field]: value } });
    expect(filters).toEqual([]);
    expect(text).toContain(`${field}: ${JSON.stringify(value)} must be true or false`);
  });

  it.each([
    ['count-entity', { entity: 'TimeEntries', query: { isBillable: true } }, 'isNonBillable'],
    ['query-entity', { entity: 'TimeEntries', query: { billable: true } }, 'isNonBillable'],
    ['query-entity', { entity: 'TimeEntries', includeFields: ['billable'] }, 'isNonBillable'],
    ['query-entity', { entity: 'Tickets', includeFields: ['-title'] }, 'title'],
    ['query-entity', { entity: 'Tickets', includeFields: ['*', '-title'] }, 'title'],
    ['count-entity', { entity: 'Companies', query: { inactive: true } }, 'isActive'],
    ['aggregate-entity', { entity: 'Companies', groupBy: ['notActive'] }, 'isActive'],
    ['update-entity', { entity: 'Companies', id: 175, data: { inactive: true } }, 'isActive'],
  ])('%s %j: a field that says the opposite is never what was meant', async (tool, args, opposite) => {
    const { text, isError } = await ask(tool, args);
    expect({ text, isError }).toMatchObject({ isError: true });
    expect(text).toContain(`Its opposite is ${opposite}.`);
    expect(text).not.toMatch(new RegExp(`Did you mean[^?]*${opposite}`));
  });

  it('in a list, too, unassigned is nobody', async () => {
    const someone = { op: 'eq', field: 'assignedResourceID', value: 29682893 };
    const assignedResourceID = ['unassigned', 29682893];
    const { filters, text } = await ask('search-tickets', { assignedResourceID, maxRecords: 1 });
    const nobody = { op: 'notExist', field: 'assignedResourceID' };
    expect(filters[0]).toEqual([{ op: 'or', items: [nobody, someone] }]);
    expect(text).toMatch(/^assignedResourceID: empty or /m);
    const query = { assignedResourceID: { ne: assignedResourceID } };
    const others = await ask('count-entity', { entity: 'Tickets', query });
    expect(others.filters[0]).toEqual([
      {
        op: 'and',
        items: [
          { op: 'exist', field: 'assignedResourceID' },
          { ...someone, op: 'noteq' },
        ],
      },
    ]);
  });

  it.each([[[]], ['[]']])('an empty list is refused: %j', async (priority) => {
    const { text, requests } = await ask('search-tickets', { priority });
    expect(requests).toEqual([]);
    expect(text).toMatch(/priority: is an empty list: leave it out/);
  });

  it.each(['!ticket', 'not ticket', '-ticket'])(
    'list-known-entities leaves nothing out: %s',
    async (search) => {
      const { text, isError } = await ask('list-known-entities', { search });
      expect({ text, isError }).toMatchObject({ isError: true });
      expect(text).toMatch(/leaves none out/);
    },
  );

  it('a text of spaces is empty, as one of nothing is', async () => {
    const { filters } = await ask('count-entity', { entity: 'Tickets', query: { title: ' ' } });
    expect(filters[0]).toEqual([{ op: 'notExist', field: 'title' }]);
  });
});
