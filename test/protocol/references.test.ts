import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { allEntities } from '../../src/entities/metadata/entity-names.js';
import { type Connection, connect } from '../support/tenant.js';

let tenant: Connection;
beforeAll(async () => {
  tenant = await connect();
});
afterAll(() => tenant.close());

/** Fields that end in ID, are no picklist and point to nothing that this server could name, and why. */
const pointsNowhere: readonly (readonly [RegExp, string])[] = [
  [
    /Attachments\.parentID$|^AttachmentInfo\.parentID$/,
    'the record of the query itself, of a kind beside it',
  ],
  [/^ConfigurationItemExts\.\w+$/, 'written only: Autotask never answers a record of it'],
  [
    /^ConfigurationItems\.(createdByPersonID|lastActivityPersonID)$/,
    'a resource or a contact, as its type says',
  ],
  [/\.(rmm|datto)\w+ID$|\.deviceNetworkingID$|^Tickets\.monitorID$/, 'of a monitoring system'],
  [/\.(externalID|externalProductID|internalID|internalProductID)$/, 'of another system, as text'],
  [/\.vendorSuppliedID$|^Resources\.accountingReferenceID$/, 'of another system, as text'],
  [/^Companies\.taxID$/, 'the number at the tax office'],
  [/\.(webhookGUID|rmmDeviceUID)$/, 'a unique text'],
  [/\.sortOrderID$/, 'a position'],
  [/^Companies\.(invoice|quote)EmailMessageID$/, 'the API has no such entity'],
  [/^(Invoices\.batchID|AdditionalInvoiceFieldValues\.invoiceBatchID)$/, 'the API has no such entity'],
  [/^(ConfigurationItems\.sourceChargeID|PurchaseOrderItems\.chargeID)$/, 'a charge of one of several kinds'],
  [/^BillingItems\.contractService(Bundle)?(Adjustment|Period)ID$/, 'Autotask cannot be asked for these'],
  [/^InventoryStockedItems(Add)?\.(statusID|returnTypeID)$/, 'a code that no metadata lists'],
];

describe('fields that end in ID', () => {
  test('point to a record, or are known not to', { timeout: 60_000 }, async () => {
    const bare: string[] = [];
    for (const { name } of allEntities) {
      const { text } = await tenant.call('describe-entity-fields', { entity: name });
      for (const line of text.split('\n')) {
        const field = /^(\w+I[dD]): /.exec(line)?.[1];
        if (field !== undefined && !/ -> |\[|picklist/.test(line)) bare.push(`${name}.${field}`);
      }
    }
    expect(bare.filter((field) => !pointsNowhere.some(([known]) => known.test(field)))).toEqual([]);
    // A reason that stands for nothing any more goes.
    expect(pointsNowhere.filter(([known]) => !bare.some((field) => known.test(field)))).toEqual([]);
  });

  test('that the tenant does not flag are shown and found by name where a correction knows them', async () => {
    const metadata = await fetch(`${tenant.sandbox.apiUrl}V1.0/ServiceCalls/entityInformation/fields`, {
      headers: {
        UserName: tenant.sandbox.credentials.userName,
        Secret: tenant.sandbox.credentials.secret,
        ApiIntegrationCode: tenant.sandbox.credentials.integrationCode,
      },
    });
    expect(await metadata.text()).toMatch(
      /"creatorResourceID"[^}]*"isReference":false[^}]*"referenceEntityType":""/,
    );
    const list = { entity: 'ServiceCalls', includeFields: ['creatorResourceID'], maxRecords: 3 };
    const { text } = await tenant.call('query-entity', list);
    const name = /^\d+\t(\D+)$/m.exec(text)?.[1] ?? '';
    expect(name).toMatch(/^\p{L}+ \p{L}+/u);
    const sent = await tenant.requestsOf(() =>
      tenant.call('count-entity', { entity: 'ServiceCalls', query: { creatorResourceID: name } }),
    );
    const count = sent.find(({ path }) => path.endsWith('ServiceCalls/query/count'));
    expect(count?.body).toMatchObject({
      filter: [{ op: 'eq', field: 'creatorResourceID', value: expect.any(Number) }],
    });
  });
});

const rows = z.object({ records: z.array(z.record(z.string(), z.unknown())) });
const named = z.object({ id: z.number(), name: z.string() });

describe('ids beside names in lists', () => {
  const args = {
    openOnly: true,
    maxRecords: 25,
    includeFields: ['companyID', 'assignedResourceID', 'status'],
  };

  test('stand there with withIds, for the same requests and less than twice the size', async () => {
    const { records } = rows.parse(await tenant.json('search-tickets', args));
    const plain = await tenant.call('search-tickets', args);
    let full = plain;
    const sent = await tenant.requestsOf(async () => {
      full = await tenant.call('search-tickets', { ...args, withIds: true });
    });
    expect(sent.filter(({ path }) => !path.includes('Tickets'))).toEqual([]);
    const companies = records.map(({ companyID }) => named.parse(companyID));
    expect(companies.length).toBeGreaterThan(20);
    for (const { id, name } of companies) expect(full.text).toContain(`\t${name} (id ${id})\t`);
    expect(plain.text).not.toMatch(/\(id \d+\)/);
    expect(full.text.length).toBeLessThan(plain.text.length * 1.6);
  });

  test('stand there without it where a name does not say who is meant', async () => {
    const company = await tenant.call('create-company', {
      companyName: 'Twin of a name',
      companyType: 'Customer',
      phone: '1',
      ownerResourceID: 29682885,
      confirm: 'CREATE_COMPANY',
    });
    expect(company.text).toMatch(/^Created/);
    const companyID = Number(/Company (\d+)/.exec(company.text)?.[1]);
    const twins: number[] = [];
    for (const _ of [1, 2]) {
      const data = { companyID, firstName: 'Sam', lastName: 'Twin', isActive: 1 };
      const made = await tenant.call('create-entity', {
        entity: 'Contacts',
        data,
        confirm: 'CREATE_ENTITY',
        again: true,
      });
      twins.push(Number(/Contact (\d+)/.exec(made.text)?.[1]));
    }
    for (const contactID of twins) {
      const made = await tenant.call('create-ticket', {
        title: 'Of a twin',
        companyID,
        contactID,
        dueDateTime: '2026-12-01',
        ticketType: 'Incident',
        source: 'Phone',
        confirm: 'CREATE_TICKET',
      });
      expect(made.text).toMatch(/^Created Ticket/);
    }
    const { text } = await tenant.call('query-entity', {
      entity: 'Tickets',
      query: { companyID },
      includeFields: ['companyID', 'contactID'],
    });
    for (const id of twins) expect(text).toContain(`Twin of a name\tSam Twin (id ${id})`);
    const created = tenant.sandbox.requests.filter(
      ({ method, path }) => method === 'POST' && /V1.0\/Tickets$/.test(path),
    );
    expect(created.map(({ body }) => body)).toMatchObject([
      { ticketType: 2, source: 2 },
      { ticketType: 2, source: 2 },
    ]);
  });
});
