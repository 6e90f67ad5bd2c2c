import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allEntities } from '../../src/entities/metadata/entity-names.js';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { recordsOf } from './examples.js';
import { type Rig, rig, writesSince } from './support.js';

let sandbox: Sandbox;
let server: Rig;
let strict: Rig;
beforeAll(async () => {
  sandbox = await startSandbox({ today: new Date('2026-11-20T12:00:00Z') });
  server = await rig(sandbox, { env: { AUTOTASK_CUSTOMER_VISIBLE_NOTES: 'true' } });
  strict = await rig(sandbox);
});
afterAll(async () => {
  await Promise.all([server.close(), strict.close()]);
  await sandbox.close();
});

/** Fields whose name or picklist speaks of visibility and that do not decide who sees their record, and why. */
const saysNothing: readonly (readonly [RegExp, string])[] = [
  [
    /\.internal(Currency\w*|Cost|PurchaseOrderNumber|ProductID|ID|Description)$/,
    'a value of ours, no switch',
  ],
  [/\.(isInternalCurrency|usesInternalCurrencyPrice)$/, 'a currency'],
  [/\.internalBillingCodeID$/, 'a billing code'],
  [/\.internalNotes$/, 'kept inside by its own rule, tested below'],
  [/\.(displayColor\w*|displayName|displayFormat|displaySymbol|recipientDisplayName)$/, 'looks'],
  [/\.(valueForDisplay|rmmDeviceAuditDisplayAdaptorID)$/, 'looks'],
  [/^(Invoice|Quote)Templates\.(show|display)\w+$/, 'the layout of a document'],
  [/\.(showEachTaxInGroup|showTaxCategory)$/, 'the layout of a document'],
  [/\.isDisplayAlwaysField$/, 'a field in the body of a webhook'],
  [/\.lastCustomer\w+DateTime$/, 'a date'],
  [/\.lastPublished\w+$/, 'who published a quote, and when'],
  [/\.dattoInternalIP$/, 'an address'],
  [/\.isPrivate$/, 'about the values of a user-defined field, which live in other records'],
  [/^ClientPortalUsers\.\w+$/, 'how a portal looks to its user'],
  [/^(BillingCodes\.(generalLedgerAccount|useType))$/, 'a kind of cost'],
  [/^Projects\.projectType$/, 'a kind of project'],
  [/\.(noteType|actionType|source|queueID|billingCodeType|contractType)$/, 'where it comes from or goes'],
  [/\.(sourceID|leadSource|classification)$/, 'where it comes from, or what kind of customer it is'],
  [/\.fieldID$/, 'names of fields, as values'],
];

describe('every field that speaks of visibility', () => {
  it('decides who sees its record, or is known to say nothing', { timeout: 60_000 }, async () => {
    const speaks = /visib|publish|portal|comanaged|co-managed|taskfire|internal|private|public|show|display/i;
    const undecided: string[] = [];
    const flags: string[] = [];
    const choices: string[] = [];
    for (const { name } of allEntities) {
      const { text } = await server.call('describe-entity-fields', { entity: name });
      for (const line of text.split('\n').filter((one) => speaks.test(one.replace(/-> \w+/, '')))) {
        if (!/^\w+: \w/.test(line) || line.startsWith(`${name}: `)) continue;
        const field = `${name}.${line.slice(0, line.indexOf(':'))}`;
        if (line.includes('true lets people outside see it')) flags.push(field);
        else if (/\.publish$/.test(field)) choices.push(line.replace(/^publish: [^[]*/, ''));
        else if (!saysNothing.some(([known]) => known.test(field))) undecided.push(line);
      }
    }
    expect(undecided).toEqual([]);
    expect(flags).toEqual([
      'ClientPortalUsers.isClientPortalActive',
      'ComanagedAssociations.isPrimaryComanagedResource',
      'Companies.isClientPortalActive',
      'Companies.isEnabledForComanaged',
      'Companies.isTaskFireActive',
      'CompanyTeams.isAssociatedAsComanaged',
      'ConfigurationItemCategories.isClientPortalDefault',
      'Tasks.canClientPortalUserCompleteTask',
      'Tasks.isVisibleInClientPortal',
      'Tickets.isAssignedToComanaged',
      'Tickets.isVisibleToComanaged',
      'TimeEntries.isInternalNotesVisibleToComanaged',
      'TimeEntries.showOnInvoice',
      'UserDefinedFieldDefinitions.isVisibleToClientPortal',
    ]);
    // Articles and documents have publish without choices: a code nobody can name counts as visible.
    expect([...new Set(choices)].sort()).toEqual([
      '',
      '[1=All Autotask Users (the customer sees it); 2=Internal Project Team (internal); 4=Internal & Co-Managed (the customer sees it)]',
      '[1=All Autotask Users (the customer sees it); 2=Internal Users Only (internal); 4=Internal & Co-Managed (the customer sees it)]',
    ]);
  });
});

interface Case {
  readonly what: string;
  readonly tool: string;
  readonly args: (ids: Record<string, number>) => Record<string, unknown>;
  readonly says: RegExp;
  /** Refused where the operator allows nothing that customers see. */
  readonly refused?: boolean;
}

const entryOf = (ticketID: unknown, resourceID: unknown, roleID: unknown) => ({
  ticketID,
  resourceID,
  roleID,
  dateWorked: '2026-11-19',
  hoursWorked: 1,
});

const update = (entity: string, id: unknown, data: object) => ({ entity, id, data });
const notKnown = /^Who sees it: Not known: nothing says that it stays internal/m;

const cases: readonly Case[] = [
  {
    what: 'internal notes that co-managed users see',
    tool: 'create-entity',
    args: ({ ticket, resource, role }) => ({
      entity: 'TimeEntries',
      data: {
        ...entryOf(ticket, resource, role),
        internalNotes: 'inside',
        isInternalNotesVisibleToComanaged: true,
      },
    }),
    says: /^Who sees it: CUSTOMER-VISIBLE: isInternalNotesVisibleToComanaged is set\.$/m,
    refused: true,
  },
  {
    what: 'a time entry that goes on the invoice',
    tool: 'update-entity',
    args: ({ time }) => update('TimeEntries', time, { showOnInvoice: true }),
    says: /^Who sees it: CUSTOMER-VISIBLE: showOnInvoice is set\.$/m,
  },
  {
    what: 'internal notes that stay inside',
    tool: 'update-entity',
    args: ({ time }) => update('TimeEntries', time, { internalNotes: 'inside' }),
    says: /^Who sees it: Internal by its field: internalNotes are not shown to the customer\.$/m,
  },
  {
    what: 'internal notes of an entry that shows them',
    tool: 'update-entity',
    args: ({ shown }) => update('TimeEntries', shown, { internalNotes: 'more' }),
    says: /^Who sees it: CUSTOMER-VISIBLE: isInternalNotesVisibleToComanaged is set on the record\.$/m,
    refused: true,
  },
  {
    what: 'the status of a ticket',
    tool: 'update-ticket',
    args: ({ ticket }) => ({ id: ticket, status: 'Complete' }),
    says: notKnown,
  },
  {
    what: 'a charge',
    tool: 'create-entity',
    args: ({ ticket }) => ({
      entity: 'TicketCharges',
      data: {
        ticketID: ticket,
        name: 'Cable',
        chargeType: 1,
        datePurchased: '2026-11-19',
        unitQuantity: 1,
        unitPrice: 10,
        isBillableToCompany: true,
      },
    }),
    says: notKnown,
  },
  {
    what: 'a service call',
    tool: 'create-entity',
    args: ({ company }) => ({
      entity: 'ServiceCalls',
      data: {
        companyID: company,
        description: 'Visit',
        startDateTime: '2026-11-23T09:00:00Z',
        endDateTime: '2026-11-23T10:00:00Z',
        status: 1,
      },
    }),
    says: notKnown,
  },
  {
    what: 'a quote item',
    tool: 'update-entity',
    args: ({ quoteItem }) => update('QuoteItems', quoteItem, { description: 'Other' }),
    says: notKnown,
  },
  {
    what: 'the delete of a time entry with a summary',
    tool: 'delete-entity',
    args: ({ summary }) => ({ entity: 'TimeEntries', id: summary }),
    says: /^Who sees it until then: Customers can read summaryNotes where Autotask shows them the record\.$/m,
  },
  {
    what: 'the delete of a time entry on the invoice',
    tool: 'delete-entity',
    args: ({ invoiced }) => ({ entity: 'TimeEntries', id: invoiced }),
    says: /^Who sees it until then: CUSTOMER-VISIBLE: showOnInvoice is set\.$/m,
  },
];

describe('a preview says who sees it', () => {
  const ids: Record<string, number> = {};
  beforeAll(async () => {
    const first = async (entity: string) => (await recordsOf(server, entity))[0].id;
    const time = async (query: object) => {
      const args = { entity: 'TimeEntries', query, maxRecords: 1, format: 'json' };
      const { text } = await server.call('query-entity', {
        ...args,
        includeFields: ['ticketID', 'resourceID', 'roleID'],
      });
      return JSON.parse(text).records[0];
    };
    const some = await time({ ticketID: { noteq: null }, showOnInvoice: false });
    Object.assign(ids, {
      ticket: some.ticketID.id,
      resource: some.resourceID.id,
      role: some.roleID.id,
      time: some.id,
      summary: some.id,
      invoiced: (await time({ ticketID: { noteq: null }, showOnInvoice: true })).id,
      company: await first('Companies'),
      quoteItem: await first('QuoteItems'),
    });
    const made = await server.call('create-entity', {
      entity: 'TimeEntries',
      data: {
        ...entryOf(ids.ticket, ids.resource, ids.role),
        summaryNotes: 'x',
        showOnInvoice: false,
        isInternalNotesVisibleToComanaged: true,
      },
      confirm: 'CREATE_ENTITY',
    });
    ids.shown = Number(/^Created TimeEntry (\d+)/.exec(made.text)?.[1]);
  });

  it.each(cases)('$what', async ({ tool, args, says, refused = false }) => {
    const from = sandbox.requests.length;
    expect((await server.call(tool, args(ids))).text).toMatch(says);
    const { text, isError } = await strict.call(tool, args(ids));
    expect([isError, /does not allow writing what the customer sees/.test(text)]).toEqual([refused, refused]);
    expect(writesSince(sandbox, from)).toEqual([]);
  });

  it('lists the internal values where the customer would see it', async () => {
    const note = { ticketID: ids.ticket, title: 'A', description: 'B', publish: 'All Autotask Users' };
    const { text } = await strict.call('create-ticket-note', note);
    expect(text).toContain(
      'Choose an internal value of publish (2 = Internal Project Team), or ask the operator',
    );
  });
});
