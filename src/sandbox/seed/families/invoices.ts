import type { Row } from '../../store/value.js';
import { firstId } from '../lookup-tables.js';
import { day, groupBy, numberOf, round2, type Seed, type Seeder, textOf } from '../seed.js';
import { billingCode } from './catalogue.js';

/** Time of the last four full months that was approved becomes billing items, by month and customer. */
async function billingItems(seed: Seed): Promise<Row[]> {
  const tickets = new Map((await seed.rows('Tickets')).map((row) => [row.id, row]));
  const roles = new Map((await seed.rows('Roles')).map((row) => [row.id, numberOf(row, 'hourlyRate')]));
  const invoices = new Map<string, number>();
  const rows: Row[] = [];
  for (const entry of await seed.rows('TimeEntries')) {
    const worked = numberOf(entry, 'dateWorked');
    const ticket = tickets.get(numberOf(entry, 'ticketID'));
    if (ticket === undefined || entry.billingApprovalDateTime === null || worked < seed.today - 160 * day)
      continue;
    const month = new Date(worked).toISOString().slice(0, 7);
    const key = `${month} ${String(ticket.companyID)}`;
    const invoiceID = invoices.get(key) ?? invoices.size + 1;
    invoices.set(key, invoiceID);
    const rate = roles.get(numberOf(entry, 'roleID')) ?? 95;
    const total = round2(rate * numberOf(entry, 'hoursWorked'));
    rows.push({
      id: rows.length + 1,
      billingItemType: 1,
      subType: 1,
      nonBillable: 0,
      companyID: ticket.companyID ?? null,
      ticketID: ticket.id,
      timeEntryID: entry.id,
      contractID: entry.contractID ?? null,
      roleID: entry.roleID ?? null,
      billingCodeID: entry.billingCodeID ?? billingCode(0),
      invoiceID,
      itemName: textOf(ticket, 'title'),
      description: textOf(entry, 'summaryNotes'),
      itemDate: worked,
      postedDate: numberOf(entry, 'billingApprovalDateTime'),
      quantity: numberOf(entry, 'hoursWorked'),
      rate,
      extendedPrice: total,
      taxDollars: 0,
      totalAmount: total,
      internalCurrencyRate: rate,
      internalCurrencyExtendedPrice: total,
      internalCurrencyTaxDollars: 0,
      internalCurrencyTotalAmount: total,
      itemApproverID: entry.billingApprovalResourceID ?? null,
    });
  }
  return rows;
}

/** One invoice for each customer and month that has billing items; its total is theirs. */
async function monthlyInvoices(seed: Seed): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [id, items] of groupBy(await seed.rows('BillingItems'), 'invoiceID')) {
    const month = new Date(numberOf(items[0], 'itemDate'));
    const from = Date.UTC(month.getUTCFullYear(), month.getUTCMonth(), 1);
    const to = Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1, 0);
    const sent = Math.min(to + 12 * day, seed.today);
    rows.push({
      id,
      companyID: items[0]?.companyID ?? null,
      invoiceNumber: `INV-${10000 + id}`,
      batchID: Math.floor(from / (30 * day)),
      fromDate: from,
      toDate: to,
      invoiceDateTime: sent,
      createDateTime: sent,
      creatorResourceID: firstId('Resources'),
      dueDate: sent + 30 * day,
      paidDate: id % 4 !== 0 && sent + 20 * day < seed.today ? sent + 20 * day : null,
      paymentTerm: 3,
      invoiceEditorTemplateID: 1,
      invoiceTotal: round2(items.reduce((sum, item) => sum + numberOf(item, 'totalAmount'), 0)),
      totalTaxValue: 0,
      taxRegionName: 'Local',
      isVoided: false,
    });
  }
  return rows.sort((a, b) => a.id - b.id);
}

export const invoices: Readonly<Record<string, Seeder>> = {
  BillingItems: billingItems,
  Invoices: monthlyInvoices,
};
