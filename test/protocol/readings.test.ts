import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { observedCall } from '../support/observed-call.js';
import { makeRecord, recordsWhere } from '../support/records.js';
import { type Connection, connect } from '../support/tenant.js';

/** Names, numbers and words as people have them: understood, and the answer says how, or what comes near. */

let tenant: Connection;
const ids = { foreign: 0, national: 0 };
beforeAll(async () => {
  tenant = await connect();
  const company = { companyType: 1, ownerResourceID: 29682885, isActive: true };
  ids.foreign = await makeRecord(tenant.sandbox, 'Companies', {
    ...company,
    companyName: 'Ferne Welt AG',
    phone: '+1 (555) 888-4321',
    city: 'Weißenburg',
  });
  ids.national = await makeRecord(tenant.sandbox, 'Companies', {
    ...company,
    companyName: 'Straßenbau Groß OHG',
    phone: '555.888.4321',
    city: 'Köln',
  });
});
afterAll(() => tenant.close());

const ask = (tool: string, args: Record<string, unknown>) => observedCall(tenant, tool, args);
const idsIn = (text: string) => [...text.matchAll(/^(\d+)\t/gm)].map(([, id]) => Number(id));

describe('telephone numbers', () => {
  it.each([
    // The country is told on both sides, and is another one.
    ['+49 555 888 4321', ['national']],
    ['0049 555 888 4321', ['national']],
    ['+1 555 888 4321', ['foreign', 'national']],
    ['001-555-888-4321', ['foreign', 'national']],
    ['(555) 888 4321', ['foreign', 'national']],
    ['tel:+15558884321', ['foreign', 'national']],
    ['Tel.: 555-888-4321 ext. 12', ['foreign', 'national']],
    ['Phone 555 888 4321 x12', ['foreign', 'national']],
    ['1 555 888 4321', ['foreign', 'national']],
    ['49 555 888 4321', ['national']],
    ['+15558884322', []],
    // What is the end of another number is not that number.
    ['+49 1555 888 4321', []],
    ['+358 555 888 4321', ['national']],
  ] as const)('%s is that of %j', async (phone, whom) => {
    const { text } = await ask('search-companies', { phone });
    expect(idsIn(text).sort()).toEqual(whom.map((key) => ids[key]).sort());
    expect(text).toMatch(
      /^(tel:)?\+|^00/.test(phone)
        ? /^phone, alternatePhone1 or alternatePhone2: the digits \d+ in any notation, or stored without its country code$/m
        : /^phone, alternatePhone1 or alternatePhone2: the digits \d+ in any notation, with or without a country code$/m,
    );
    expect(text.match(/: the digits/g)).toHaveLength(1);
  });
});

describe('an address with a name beside it', () => {
  const address = 'julia.archer@contosoltd.example';
  it.each([
    ['search-contacts', { search: `Jane Doe <${address}>` }],
    ['search-contacts', { emailAddress: `"Doe, Jane" <${address}>` }],
    ['query-entity', { entity: 'Contacts', query: { emailAddress: `Jane Doe <${address}>` } }],
  ])('decides alone in %s %j, and another name is pointed out', async (tool, args) => {
    const { text, filters } = await ask(tool, args);
    expect(JSON.stringify(filters)).toContain(`"value":"${address}"`);
    expect(JSON.stringify(filters)).not.toContain('Doe');
    expect(idsIn(text)).toEqual([30684004]);
    expect(text).toMatch(/whatever the name beside it$/m);
    expect(text).toMatch(/^Note: found by the address: Julia Archer is not called "(Jane Doe|Doe, Jane)"$/m);
  });

  it('says nothing more where the name is that of the record', async () => {
    for (const name of ['Julia Archer', 'Archer, Julia', 'julia']) {
      expect((await ask('search-contacts', { search: `${name} <${address}>` })).text).not.toMatch(/Note:/);
      const { text } = await ask('search-tickets', { contactID: `${name} <${address}>`, maxRecords: 1 });
      expect(text).toMatch(/^contactID: Julia Archer \(id 30684004\)$/m);
    }
  });

  it('names a contact by the address, and the name that differs is told', async () => {
    const { text } = await ask('search-tickets', { contactID: `Jane Doe <${address}>`, maxRecords: 1 });
    expect(text).toMatch(
      /^contactID: Julia Archer \(id 30684004; found by the address, though its name is not "Jane Doe"\)$/m,
    );
  });
});

describe('names that nothing has', () => {
  const nord = /Müller & Söhne “Nord” GmbH/;
  it.each([
    ['search-tickets', { companyID: 'Müller & Söhne Nord' }, nord, 3],
    ['search-tickets', { companyID: 'Mueller' }, nord, 3],
    ['query-entity', { entity: 'Tickets', query: { companyID: "Muller & Sohne 'Nord'" } }, nord, 3],
    ['count-entity', { entity: 'Tickets', query: { companyID: 'Müller und Söhne "Nord" AG' } }, nord, 3],
    ['get-company', { id: 'Müller & Söhne Nord' }, nord, 3],
    ['create-ticket', { title: 'x', companyID: 'Müller & Söhne Nord' }, nord, 3],
    ['search-companies', { search: 'Mueller Nord' }, nord, 2],
    ['search-tickets', { companyID: 'Strassenbau Gross' }, /Straßenbau Groß OHG/, 3],
    ['search-tickets', { companyID: 'Gross' }, /Straßenbau Groß OHG/, 3],
    ['search-tickets', { companyID: 'Strassenbau' }, /Straßenbau Groß OHG/, 3],
    ['search-contacts', { firstName: 'Juliya' }, /nearest names: Julia /, 2],
    ['search-contacts', { lastName: 'Abott' }, /nearest names: \w+ Abbott /, 2],
    ['search-companies', { city: 'Koeln' }, /nearest values of city: Köln/, 2],
    ['search-companies', { city: 'Weissenburg' }, /nearest values of city: Weißenburg/, 2],
    ['search-companies', { city: 'Dulut' }, /nearest values of city: Duluth/, 2],
    ['search-tickets', { assignedResourceID: 'Bianka Almeyda' }, /29682885 = Bianca Almeida/, 3],
  ] as const)('%s %j: the nearest are told, for one more request', async (tool, args, said, most) => {
    const { text, requests, filters } = await ask(tool, args);
    expect(text).toMatch(said);
    expect(requests.filter(({ path }) => /\/query(\/count)?$/.test(path)).length).toBeLessThanOrEqual(most);
    expect(filters.length).toBeGreaterThan(0);
  });

  it.each([
    ['O’Brien’s Café', "O'Briens Cafe"],
    ['O’Brien’s Café', 'OBriens Cafe'],
    ['O’Brien’s Café', 'OBriens'],
    ['O’Brien’s Café', 'Obriens'],
    ['O’Brien’s Café', 'O´Brien`s Cafe'],
    ['DAngelo Foods', "D'Angelo"],
    ['Dʼlvaro Yard', 'Dlvaro'],
    ['Größe Mode', 'Grosse'],
    ['Größe Mode', 'GRÖSSE'],
    ['Größe Mode', 'Groesse Mode'],
    ['Größe Mode', 'Grösse'],
    ['Über Öl', 'Uber Ol'],
  ])('%s is near to %s', async (companyName, given) => {
    const known = await recordsWhere(tenant.sandbox, 'Companies', {
      op: 'eq',
      field: 'companyName',
      value: companyName,
    });
    if (known.length === 0)
      await makeRecord(tenant.sandbox, 'Companies', {
        companyType: 1,
        ownerResourceID: 29682885,
        isActive: true,
        phone: '5550000003',
        companyName,
      });
    for (const [tool, args] of [
      ['search-tickets', { companyID: given }],
      ['search-companies', { search: given }],
      ['create-ticket', { title: 'x', companyID: given }],
    ] as const) {
      const { text, writes } = await ask(tool, args);
      expect(text, tool).toContain(companyName);
      expect(text, tool).toMatch(/nearest names/);
      expect(writes).toEqual([]);
    }
  });

  it.each([
    ['Levl 1', 'Level 1 Support'],
    ['Levle 1', 'Level 1 Support'],
    ['lvl 1', 'Level 1 Support'],
    ['Level1', 'Level 1 Support'],
    ['Feild', 'Field Service'],
    ['Portal', 'Client Portal'],
  ])('the queue %s leads to %s', async (queueID, label) => {
    const { text, filters } = await ask('search-tickets', { queueID });
    expect(text).toContain(`Did you mean ${label}?`);
    expect(filters).toEqual([]);
  });

  it('are suggestions: ss is never taken for ß, nor ue for ü', async () => {
    for (const companyName of ['Strassenbau Gross OHG', 'Mueller & Soehne “Nord” GmbH']) {
      const { text } = await ask('count-entity', { entity: 'Companies', query: { companyName } });
      expect(text).toMatch(/^0 Companies/);
    }
  });

  it.each([
    ['search-tickets', { ticketNumber: 'T20261119.0009' }],
    ['search-tickets', { search: 'T20261119.0009' }],
    ['query-entity', { entity: 'TicketNotes', query: { ticketID: '#T20261119.0009' } }],
    ['get-ticket', { id: 'T20261119.0009' }],
  ])('%s %j: a number is told not to exist, with those one digit apart', async (tool, args) => {
    const { text, requests } = await ask(tool, args);
    expect(text).toMatch(/no record of Tickets has the number T20261119\.0009; one digit apart/i);
    expect(text).toMatch(/T20261119\.0001/);
    expect(text).not.toMatch(/nearest/);
    expect(requests.filter(({ path }) => /Tickets\/query$/.test(path)).length).toBeLessThanOrEqual(2);
    expect((await ask(tool, JSON.parse(JSON.stringify(args).replace('.0009', '.9988')))).text).toMatch(
      /no record of Tickets has the number T20261119\.9988(?!;)/i,
    );
  });
});

describe('words for entities', () => {
  const workTypes = /^entity: BillingCodes \(for "WorkType"; work types are those with useType 1\)$/m;
  it.each([
    ['count-entity', { entity: 'WorkType' }, workTypes],
    ['query-entity', { entity: 'WorkType', query: { useType: 1 } }, workTypes],
    ['aggregate-entity', { entity: 'WorkType', groupBy: ['useType'] }, workTypes],
    ['describe-entity-fields', { entity: 'WorkType', fields: ['useType'] }, workTypes],
    [
      'count-entity',
      { entity: 'SLA' },
      /^entity: ServiceLevelAgreementResults \(for "SLA"; how tickets met/m,
    ],
    ['count-entity', { entity: 'Account' }, /^entity: Companies \(for "Account"\)$/m],
  ])('%s %j says what was understood', async (tool, args, said) => {
    const { text, isError } = await ask(tool, args);
    expect({ text, isError }).toMatchObject({ isError: false });
    expect(text).toMatch(said);
  });

  it.each(['Tickets', 'ticket', 'Ticket Notes', 'Companies'])('%s is a name of its own', async (entity) => {
    expect((await ask('count-entity', { entity })).text).not.toMatch(/^entity:/m);
  });
});

describe('people by e-mail address or user name', () => {
  const bianca = { id: 29682885 };
  it('wherever a contact or a resource is expected', async () => {
    const [row] = await recordsWhere(tenant.sandbox, 'Resources', {
      op: 'eq',
      field: 'id',
      value: bianca.id,
    });
    for (const who of [row?.email, row?.userName, `Bianca Almeida <${String(row?.email)}>`]) {
      for (const [tool, args, field] of [
        ['search-tickets', { assignedResourceID: who, maxRecords: 1 }, 'assignedResourceID'],
        ['search-tasks', { assignedResourceID: who, maxRecords: 1 }, 'assignedResourceID'],
        ['search-projects', { projectLeadResourceID: who, maxRecords: 1 }, 'projectLeadResourceID'],
        ['search-companies', { ownerResourceID: who, maxRecords: 1 }, 'ownerResourceID'],
        ['search-time-entries', { resourceID: [who], maxRecords: 1 }, 'resourceID'],
        ['query-entity', { entity: 'TimeEntries', query: { resourceID: who }, maxRecords: 1 }, 'resourceID'],
        ['count-entity', { entity: 'Tickets', query: { creatorResourceID: who } }, 'creatorResourceID'],
        ['aggregate-entity', { entity: 'TimeEntries', query: { resourceID: who } }, 'resourceID'],
      ] as const) {
        const { text, isError } = await ask(tool, args);
        expect({ text, isError }, tool).toMatchObject({ isError: false });
        expect(text, tool).toMatch(new RegExp(`^${field}: Bianca Almeida \\(id ${bianca.id}\\)$`, 'm'));
      }
      const { text } = await ask('create-time-entry', {
        ticketID: 101740,
        resourceID: who,
        hoursWorked: 1,
        summaryNotes: 'x',
      });
      expect(text).toContain(`resourceID: Bianca Almeida (id ${bianca.id})`);
    }
    const contact = { entity: 'Tickets', query: { contactID: 'julia.archer@contosoltd.example' } };
    for (const tool of ['query-entity', 'count-entity', 'aggregate-entity'])
      expect((await ask(tool, contact)).text).toMatch(/^contactID: Julia Archer \(id 30684004\)$/m);
  });
});

describe('nothing found', () => {
  it.each([
    ['count-entity', { entity: 'Tickets', query: { title: { contains: 'zzzz' }, status: 'New' } }],
    ['aggregate-entity', { entity: 'Tickets', query: { title: ['zzzz', 'yyyy'] }, groupBy: ['status'] }],
    ['query-entity', { entity: 'Tickets', query: { title: { startsWith: 'zzzz' } } }],
    ['search-tickets', { search: 'zzzz' }],
    ['search-contacts', { emailAddress: 'zzzz' }],
    ['search-companies', { companyNumber: 'zzzz' }],
    ['search-projects', { search: 'zzzz' }],
    ['search-tasks', { search: 'zzzz' }],
    ['search-time-entries', { search: 'zzzz' }],
  ])('%s %j names what was compared with what', async (tool, args) => {
    const { text, isError } = await ask(tool, args);
    expect({ text, isError }).toMatchObject({ isError: false });
    expect(text).toMatch(/^(0 Tickets|No \w+ match\.)/);
    expect(text).toMatch(
      /^Note: looked, in any case, in [\w, ]+ for the (part|beginning|whole text) "zzzz"/m,
    );
  });

  it.each([
    ['search-tickets', { status: '4711' }, 'status'],
    ['search-tickets', { status: [4711, 'New'] }, 'status'],
    ['search-companies', { companyType: 4711 }, 'companyType'],
    ['search-projects', { projectType: '4711' }, 'projectType'],
    ['count-entity', { entity: 'Tickets', query: { priority: { noteq: 4711 } } }, 'priority'],
    ['aggregate-entity', { entity: 'Tickets', query: { queueID: 4711 } }, 'queueID'],
  ])('%s %j: a code of no picklist is remarked on', async (tool, args, field) => {
    const { text } = await ask(tool, args);
    expect(text).toMatch(
      new RegExp(`^Note: ${field}: 4711 is no value of this picklist, active or inactive$`, 'm'),
    );
  });

  it('several labels between commas are several', async () => {
    const { text, filters } = await ask('search-tickets', { status: 'New, In Progress', maxRecords: 1 });
    expect(filters[0]).toEqual([{ op: 'in', field: 'status', value: [1, 8] }]);
    expect(text).toMatch(/^status: New \(1\) or In Progress \(8\)$/m);
  });
});

describe('what people paste', () => {
  it('addresses that are several in one text lead to the list', async () => {
    const { text } = await ask('search-contacts', { emailAddress: 'a@x.example; b@x.example' });
    expect(text).toMatch(/^No Contacts match\./);
    expect(text).toContain('{"emailAddress":["a@x.example","b@x.example"]}');
  });

  it.each([
    ['search-companies', { search: 'https://www.contosoltd.example/about?x=1' }],
    ['search-companies', { search: 'contosoltd.example/about' }],
    ['search-companies', { search: 'contosoltd.example' }],
    ['get-company', { id: 'https://contosoltd.example' }],
    ['get-company', { id: '*Contoso*' }],
  ])('%s %j is Contoso', async (tool, args) => {
    expect((await ask(tool, args)).text).toMatch(/Contoso Ltd/);
  });

  it.each(['https://www.contosoltd.example', 'contosoltd.example', 'www.contosoltd.example/', '%contoso%'])(
    'companyID %s is Contoso',
    async (companyID) => {
      const { text, filters } = await ask('count-entity', { entity: 'Tickets', query: { companyID } });
      expect(filters.at(-1)).toEqual([{ op: 'eq', field: 'companyID', value: 175 }]);
      expect(text).toMatch(/^companyID: Contoso Ltd \(id 175\)$/m);
    },
  );

  it.each(['#T20261119.0001', 'Ticket T20261119.0001', '[T20261119.0001]'])(
    '%s is the number',
    async (given) => {
      for (const args of [{ search: given }, { ticketNumber: given }]) {
        const { text } = await ask('search-tickets', args);
        expect(text).toMatch(/^(search|ticketNumber): "T20261119\.0001"$/m);
        expect(idsIn(text)).toEqual([101999]);
      }
      expect((await ask('get-ticket', { id: given })).text).toMatch(/^Ticket 101999$/m);
    },
  );

  it.each([
    'T20261119.1',
    't20261119.01',
    'T20261119-0001',
    'T20261119 0001',
    'Ｔ20261119．0001',
    'Ticket T20261119.1',
  ])('%s is the number as well', async (given) => {
    for (const args of [{ search: given }, { ticketNumber: given }, { ticketNumber: [given, 'T20261118.2'] }])
      expect(idsIn((await ask('search-tickets', args)).text)).toContain(101999);
    expect((await ask('get-ticket', { id: given })).text).toMatch(/^Ticket 101999$/m);
    const { text } = await ask('query-entity', { entity: 'TicketNotes', query: { ticketID: given } });
    expect(text).toMatch(/^ticketID: T20261119\.0001 .* \(id 101999\)$/m);
  });

  it.each([
    ['20261119.0001', 'ends with "20261119.0001"', { op: 'endsWith', value: '20261119.0001' }],
    ['20261119.1', 'ends with "20261119.0001"', { op: 'endsWith', value: '20261119.0001' }],
    ['T20261119', 'begins with "T20261119."', { op: 'beginsWith', value: 'T20261119.' }],
    ['Re: [T20261119.0001] Printer', '"T20261119.0001"', { op: 'eq', value: 'T20261119.0001' }],
  ])('a part of a number, or a line with one: %s', async (ticketNumber, meaning, condition) => {
    const { text, filters } = await ask('search-tickets', { ticketNumber });
    expect(filters[0]).toEqual([{ field: 'ticketNumber', ...condition }]);
    expect(text.split('\n')).toContain(`ticketNumber: ${meaning}`);
    expect(idsIn(text)).toContain(101999);
  });

  it.each(['#101999', 'id 101999', 'ID: 101999', 'ticket 101999', 'Ticket #101999', '１０１９９９'])(
    'get-ticket reads by the id in %s',
    async (id) => {
      const { text, requests } = await ask('get-ticket', { id });
      expect(text).toMatch(/^Ticket 101999$/m);
      expect(requests.some(({ path }) => path.endsWith('Tickets/101999'))).toBe(true);
    },
  );

  it.each([
    ['search-tickets', { ticketNumber: 'T20261119.0001', status: 'New' }],
    ['search-tickets', { search: 'Re: [T20261119.0001] Printer' }],
    ['count-entity', { entity: 'Tickets', query: { number: 'T20261119.1', priority: 'Low' } }],
  ])(
    '%s %j: of a number that exists it is said that the other conditions are not met',
    async (tool, args) => {
      const { text } = await ask(tool, args);
      expect(text).toMatch(/^(No Tickets match|0 Tickets)/);
      expect(text).toMatch(
        /^Note: T20261119\.0001 .* \(id 101999\) has the number T20261119\.0001, and does not meet the other/m,
      );
      expect(text).not.toMatch(/no record of Tickets/);
    },
  );

  it('an id where a number stands, or several numbers, lead to the form that works', async () => {
    const id = await ask('search-tickets', { ticketNumber: '101999' });
    expect(id.text).toMatch(/^Note: ticketNumber is the number that people see; an id is \{"id":101999\}$/m);
    const several = await ask('search-tickets', { ticketNumber: 'T20261119.0001, T20261118.0002' });
    expect(several.text).toContain('{"ticketNumber":["T20261119.0001","T20261118.0002"]}');
  });

  it.each([
    ['search-tickets', { search: 'Ｐｒｉｎｔｅｒ' }, 'Printer', 'Ｐｒｉｎｔｅｒ'],
    ['search-tickets', { search: 'Prin\u200bter' }, 'Printer', 'Prin\u200bter'],
    ['search-tickets', { search: 'Prin\u00adter' }, 'Printer', 'Prin\u00adter'],
    ['count-entity', { entity: 'Tickets', query: { title: { contains: 'ﬁle' } } }, 'file', 'ﬁle'],
    ['count-entity', { entity: 'Tickets', query: { title: 'ﾌﾟﾘﾝﾀｰ' } }, 'プリンター', 'ﾌﾟﾘﾝﾀｰ'],
    [
      'count-entity',
      { entity: 'Tickets', query: { title: { in: ['Cafe\u0301', 'x'] } } },
      'Café',
      'Cafe\u0301',
    ],
    ['search-contacts', { lastName: 'Abbott\u200b' }, 'Abbott', 'Abbott\u200b'],
  ])('%s %j is looked for in the usual letters and as given', async (tool, args, usual, given) => {
    const { text, filters } = await ask(tool, args);
    const compared = JSON.stringify(filters[0]);
    for (const value of [usual, given]) expect(compared).toContain(`"value":${JSON.stringify(value)}`);
    expect(text).toMatch(new RegExp(`"${usual}".*, in these letters or as given`, 'm'));
  });

  it('letters that differ are left out both ways', async () => {
    const { filters } = await ask('count-entity', { entity: 'Tickets', query: { title: { noteq: 'ﬁle' } } });
    const other = (value: string) => ({ op: 'noteq', field: 'title', value });
    expect(filters[0]).toEqual([{ op: 'and', items: [other('file'), other('ﬁle')] }]);
  });

  it('a name with what nobody sees is that name', async () => {
    const query = { companyID: 'Contoso Ltd\u200b' };
    const { text } = await ask('count-entity', { entity: 'Tickets', query });
    expect(text).toMatch(/^companyID: Contoso Ltd \(id 175\)$/m);
  });

  it.each([
    ['get-contact', { id: 'Julia Quux Archer' }, '30684004 = Julia Archer'],
    ['search-tickets', { contactID: 'Julia Quux Archer' }, '30684004 = Julia Archer'],
    ['search-tickets', { contactID: 'Archer, Julia (Ms.)' }, '30684004 = Julia Archer'],
    ['search-tickets', { assignedResourceID: 'Gabor and not Archer' }, '29682893 = Gabor Archer'],
    ['count-entity', { entity: 'Tickets', query: { assignedResourceID: 'Gabor X Archer' } }, '29682893'],
  ])('%s %j: no word of a name is left out of it', async (tool, args, near) => {
    const { text, isError, filters } = await ask(tool, args);
    expect({ text, isError }).toMatchObject({ isError: true });
    expect(text).toContain(near);
    expect(JSON.stringify(filters)).not.toMatch(/"field":"(contactID|assignedResourceID)"/);
  });

  it('a name of several words is found wherever it is parted', async () => {
    const person = { companyID: 175, isActive: 1, firstName: 'Anna Maria', lastName: 'de la Cruz' };
    const id = await makeRecord(tenant.sandbox, 'Companies/175/Contacts', person);
    for (const given of ['Anna Maria de la Cruz', 'de la Cruz, Anna Maria', 'Anna Maria de la'])
      expect((await ask('get-contact', { id: given })).text).toMatch(new RegExp(`^Contact ${id}$`, 'm'));
  });

  it.each([
    ['search-contacts', { search: 'Archer, Julia' }],
    ['search-contacts', { firstName: 'Julia Archer' }],
    ['search-contacts', { firstName: 'Archer, Julia' }],
    ['query-entity', { entity: 'Contacts', query: { lastName: 'Julia Archer' } }],
  ])('%s %j is one person', async (tool, args) => {
    const { text } = await ask(tool, args);
    expect(idsIn(text)).toEqual([30684004]);
    expect(text).toMatch(/^(search: "Archer" and "Julia"|\w+: "[^"]+", alone or as the whole name)$/m);
  });
});

describe('digits that are an id and a name', () => {
  it('are both told, in every tool that compares them', async () => {
    const company = { companyType: 1, ownerResourceID: 29682885, isActive: true, phone: '5550000176' };
    const other = await makeRecord(tenant.sandbox, 'Companies', { ...company, companyName: '176' });
    const said = `Note: companyID: 176 was taken for the id of Fabrikam Inc; called 176: 176 (id ${other})`;
    for (const [tool, args, value] of [
      ['search-tickets', { companyID: '176', maxRecords: 1 }, 176],
      ['search-tickets', { companyID: ['176', '175'], maxRecords: 1 }, [176, 175]],
      ['query-entity', { entity: 'Tickets', query: { companyID: '176' }, maxRecords: 1 }, 176],
      ['count-entity', { entity: 'Tickets', query: { companyID: ' 176 ' } }, 176],
      ['aggregate-entity', { entity: 'Tickets', query: { companyID: '176' } }, 176],
      ['update-ticket', { query: { companyID: '176', status: 'Dispatched' }, priority: 'Critical' }, 176],
    ] as const) {
      const { text, filters } = await ask(tool, args);
      expect(text.split('\n'), tool).toContain(said);
      expect(JSON.stringify(filters), tool).toContain(`"field":"companyID","value":${JSON.stringify(value)}`);
    }
    // A number is an id, and so are digits by which nothing else is called.
    for (const companyID of [176, '175'])
      expect((await ask('search-tickets', { companyID, maxRecords: 1 })).text).not.toMatch(/was taken for/);
    const named = await ask('search-tickets', { companyID: other, maxRecords: 1 });
    expect(named.text).not.toMatch(/was taken for/);
  });
});
