import type { Row } from '../../store/value.js';
import { firstId } from '../lookup-tables.js';
import {
  day,
  groupBy,
  hour,
  numberOf,
  officeHours,
  round2,
  type Seed,
  type Seeder,
  textOf,
} from '../seed.js';
import { billingCode } from './catalogue.js';
import { apiUserId } from './organisation.js';

const deals = [
  'Managed Services',
  'Firewall Refresh',
  'Cloud Backup',
  'New Laptops',
  'Security Review',
  'Phone System',
];
const probabilities: Readonly<Record<number, number>> = { 1: 10, 2: 30, 3: 50, 4: 70, 5: 90 };

async function customersOf(seed: Seed): Promise<readonly Row[]> {
  return (await seed.rows('Companies')).filter(
    (row) => row.isActive === true && row.id !== 0 && row.companyType !== 7,
  );
}

async function opportunities(seed: Seed): Promise<Row[]> {
  const random = seed.random('Opportunities');
  const companies = await customersOf(seed);
  const contacts = groupBy(await seed.rows('Contacts'), 'companyID');
  return Array.from({ length: Math.max(4, Math.round(60 * seed.scale)) }, (_, i) => {
    const company = random.pick(companies);
    const contact = random.maybe((contacts.get(company.id) ?? []).filter((row) => row.isActive === 1));
    const stage = random.int(1, 5);
    // 1 active, 2 lost, 3 closed
    const status = random.pick([1, 1, 1, 2, 3]);
    const created = seed.today - random.int(5, 300) * day + 10 * hour;
    const ended = Math.min(created + random.int(10, 90) * day, seed.today);
    const amount = random.int(5, 400) * 100;
    return {
      id: firstId('Opportunities') + i,
      companyID: company.id,
      contactID: contact?.id ?? null,
      title: `${textOf(company, 'companyName')} ${random.pick(deals)}`.slice(0, 128),
      description: 'Came up in the last review with the customer.',
      ownerResourceID: company.ownerResourceID ?? null,
      creatorResourceID: company.ownerResourceID ?? null,
      status,
      stage,
      probability: status === 3 ? 100 : status === 2 ? 0 : (probabilities[stage] ?? 50),
      amount,
      cost: round2(amount * 0.6),
      onetimeRevenue: amount,
      onetimeCost: round2(amount * 0.6),
      useQuoteTotals: false,
      leadSource: random.int(1, 5),
      rating: random.int(1, 3),
      opportunityCategoryID: 1,
      startDate: created - (created % day),
      createDate: created,
      projectedCloseDate: (status === 1 ? seed.today : ended) - (seed.today % day) + random.int(1, 60) * day,
      closedDate: status === 3 ? ended : null,
      lostDate: status === 2 ? ended : null,
      lossReason: status === 2 ? random.int(1, 4) : null,
      winReason: status === 3 ? random.int(1, 4) : null,
      nextStep: status === 1 ? 'Call the customer' : null,
      lastActivity: status === 1 ? seed.today - random.int(1, 20) * day : ended,
    };
  });
}

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
async function invoices(seed: Seed): Promise<Row[]> {
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

async function serviceCalls(seed: Seed): Promise<Row[]> {
  const random = seed.random('ServiceCalls');
  const companies = await customersOf(seed);
  const places = groupBy(await seed.rows('CompanyLocations'), 'companyID');
  return Array.from({ length: Math.max(4, Math.round(50 * seed.scale)) }, (_, i) => {
    const company = random.pick(companies);
    const start = officeHours(seed.today + random.int(-40, 12) * day, random);
    const done = start < seed.today;
    return {
      id: firstId('ServiceCalls') + i,
      companyID: company.id,
      companyLocationID: places.get(company.id)?.[0]?.id ?? null,
      description: 'On-site visit',
      startDateTime: start,
      endDateTime: start + 2 * hour,
      duration: 2,
      status: done ? 2 : random.pick([1, 3, 4]),
      isComplete: done ? 1 : 0,
      createDateTime: Math.min(start, seed.today) - 5 * day,
      lastModifiedDateTime: Math.min(start, seed.today) - 4 * day,
      creatorResourceID: firstId('Resources'),
    };
  });
}

/** A visit is about a ticket of the customer it goes to. */
async function serviceCallTickets(seed: Seed): Promise<Row[]> {
  const tickets = groupBy(await seed.rows('Tickets'), 'companyID');
  const rows: Row[] = [];
  for (const call of await seed.rows('ServiceCalls')) {
    const ticket = (tickets.get(numberOf(call, 'companyID')) ?? []).at(-1);
    if (ticket !== undefined) rows.push({ id: rows.length + 1, serviceCallID: call.id, ticketID: ticket.id });
  }
  return rows;
}

async function serviceCallTicketResources(seed: Seed): Promise<Row[]> {
  const people = (await seed.rows('Resources')).filter(
    (row) => row.isActive === true && row.id !== apiUserId,
  );
  return (await seed.rows('ServiceCallTickets')).map((link, i) => ({
    id: i + 1,
    serviceCallTicketID: link.id,
    resourceID: people[i % people.length]?.id ?? firstId('Resources'),
  }));
}

export const business: Readonly<Record<string, Seeder>> = {
  Opportunities: opportunities,
  BillingItems: billingItems,
  Invoices: invoices,
  ServiceCalls: serviceCalls,
  ServiceCallTickets: serviceCallTickets,
  ServiceCallTicketResources: serviceCallTicketResources,
};
