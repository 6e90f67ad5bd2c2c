import { describe, expect, test } from 'vitest';
import { entities } from '../../generated/table.js';
import { definition } from '../../src/sandbox/entities/metadata/definition.js';
import { newTenant } from '../../src/sandbox/store/tenants.js';
import type { Row } from '../../src/sandbox/store/value.js';

const credentials = { userName: 'a', secret: 'b', integrationCode: 'c' };
const today = new Date('2026-11-20T00:00:00Z');

function tenant(seed = 1) {
  return newTenant({ seed, today }, credentials);
}

/** Everything wrong with the records of an entity, judged by its own field table. */
async function faultsOf(subject: ReturnType<typeof tenant>, name: string): Promise<string[]> {
  const { fields } = await definition(name);
  const { rows } = await subject.table(name);
  const faults: string[] = [];
  for (const field of fields) {
    const entries = field.isPickList ? await subject.picklist(name, field) : [];
    const values = new Map(entries.map((entry) => [entry.value, entry]));
    const target = field.reference === undefined ? undefined : await subject.table(field.reference.name);
    const matches = (row: Row): string | undefined => {
      const value = row[field.key] ?? null;
      // Pictures pasted into a note leave its text empty, although it is required.
      const mayBeEmpty = name === 'TicketNotes' && field.name === 'description' && value === '';
      if (value === null || value === '')
        return field.isRequired && !mayBeEmpty ? 'required and empty' : undefined;
      if (field.isPickList) {
        const entry = values.get(String(value));
        if (entry === undefined) return `no picklist value ${value}`;
        const parent = field.picklistParent === '' ? '' : String(row[field.picklistParent]);
        if (entry.parentValue !== '' && entry.parentValue !== parent)
          return `value ${value} of another parent`;
      }
      if (target !== undefined && target.get(Number(value)) === undefined)
        return `points to ${value}, which does not exist`;
      if (typeof value === 'string' && field.length > 0 && value.length > field.length) return 'too long';
      const type = {
        whole: 'number',
        number: 'number',
        time: 'number',
        text: 'string',
        flag: 'boolean',
        bytes: 'string',
      };
      if (typeof value !== type[field.kind]) return `holds a ${typeof value}`;
      const isWhole = field.kind === 'whole' || field.kind === 'time';
      if (isWhole && !Number.isSafeInteger(value)) return `holds ${value}, which no answer can say`;
      return undefined;
    };
    for (const row of rows) {
      const fault = matches(row);
      if (fault !== undefined) {
        faults.push(`${name} ${row.id} ${field.name}: ${fault}`);
        break;
      }
    }
  }
  if (rows.some((row, i) => i > 0 && row.id <= (rows[i - 1]?.id ?? 0)))
    faults.push(`${name}: ids are not ascending`);
  return faults;
}

describe('seeded data', () => {
  test('every record of every entity is complete and every reference resolves', {
    timeout: 60_000,
  }, async () => {
    const subject = tenant();
    const faults: string[] = [];
    let records = 0;
    for (const { name } of entities) {
      faults.push(...(await faultsOf(subject, name)));
      records += (await subject.table(name)).rows.length;
    }
    expect(faults).toEqual([]);
    expect(records).toBeGreaterThan(15_000);
  });

  test('every queryable entity has records and every picklist has values', async () => {
    const subject = tenant();
    const empty: string[] = [];
    for (const { name, operations } of entities) {
      if (operations.includes('query') && (await subject.table(name)).rows.length === 0) empty.push(name);
      for (const field of (await definition(name)).fields) {
        if (!field.isPickList) continue;
        const values = await subject.picklist(name, field);
        if (!values.some((value) => value.isActive)) empty.push(`${name}.${field.name}`);
      }
    }
    expect(empty).toEqual([]);
  });

  test('the same seed gives the same data in whatever order entities are touched', async () => {
    const [one, two, other] = [tenant(7), tenant(7), tenant(8)];
    const names = ['Tickets', 'TimeEntries', 'Companies', 'QuoteItems', 'DocumentNotes', 'Invoices'];
    for (const name of names) await one.table(name);
    for (const name of [...names].reverse()) await two.table(name);
    for (const name of names) expect((await one.table(name)).rows).toEqual((await two.table(name)).rows);
    expect((await one.table('Tickets')).rows).not.toEqual((await other.table('Tickets')).rows);
  });

  test('the dates of tickets and of what happened on them agree', async () => {
    const subject = tenant();
    const tickets = await subject.table('Tickets');
    const wrong: string[] = [];
    const inOrder = (row: Row, early: string, late: string): void => {
      const [from, to] = [row[early], row[late]];
      if (typeof from === 'number' && typeof to === 'number' && to < from)
        wrong.push(`${row.id} ${early} > ${late}`);
    };
    for (const ticket of tickets.rows) {
      for (const late of ['completedDate', 'lastActivityDate', 'dueDateTime', 'firstResponseDateTime'])
        inOrder(ticket, 'createDate', late);
      inOrder(ticket, 'completedDate', 'lastActivityDate');
      if ((ticket.status === 5) !== (typeof ticket.completedDate === 'number'))
        wrong.push(`${ticket.id} completedDate`);
      if (Number(ticket.lastActivityDate) > today.getTime()) wrong.push(`${ticket.id} in the future`);
    }
    for (const name of ['TicketNotes', 'TimeEntries']) {
      for (const row of (await subject.table(name)).rows) {
        const ticket = typeof row.ticketID === 'number' ? tickets.get(row.ticketID) : undefined;
        if (Number(row.createDateTime) > today.getTime()) wrong.push(`${name} ${row.id} in the future`);
        if (ticket !== undefined && Number(row.createDateTime) < Number(ticket.createDate))
          wrong.push(`${name} ${row.id}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('a ticket with a contact, device or contract names those of its own company', async () => {
    const subject = tenant();
    const wrong: string[] = [];
    for (const ticket of (await subject.table('Tickets')).rows) {
      for (const [field, entity] of [
        ['contactID', 'Contacts'],
        ['contractID', 'Contracts'],
        ['configurationItemID', 'ConfigurationItems'],
        ['companyLocationID', 'CompanyLocations'],
      ] as const) {
        const id = ticket[field];
        if (typeof id !== 'number') continue;
        if ((await subject.table(entity)).get(id)?.companyID !== ticket.companyID)
          wrong.push(`${ticket.id} ${field}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('an invoice is the sum of its billing items, and these are approved time', async () => {
    const subject = tenant();
    const sums = new Map<number, number>();
    const entries = await subject.table('TimeEntries');
    for (const item of (await subject.table('BillingItems')).rows) {
      const entry = entries.get(Number(item.timeEntryID));
      expect([item.quantity, typeof entry?.billingApprovalDateTime]).toEqual([entry?.hoursWorked, 'number']);
      sums.set(Number(item.invoiceID), (sums.get(Number(item.invoiceID)) ?? 0) + Number(item.totalAmount));
    }
    const { rows } = await subject.table('Invoices');
    expect(rows.length).toBe(sums.size);
    expect(rows.length).toBeGreaterThan(50);
    for (const invoice of rows) expect(invoice.invoiceTotal).toBeCloseTo(sums.get(invoice.id) ?? 0, 2);
  });

  test('Contoso has open tickets that nobody took', async () => {
    const subject = tenant(3);
    const contoso = (await subject.table('Companies')).rows.find((row) => row.companyName === 'Contoso Ltd');
    const waiting = (await subject.table('Tickets')).rows.filter(
      (row) => row.companyID === contoso?.id && row.status === 1 && row.assignedResourceID === null,
    );
    expect(waiting.length).toBeGreaterThanOrEqual(5);
  });
});
