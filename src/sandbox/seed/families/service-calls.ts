import type { Row } from '../../store/value.js';
import { firstId } from '../lookup-tables.js';
import { day, groupBy, hour, numberOf, officeHours, type Seed, type Seeder } from '../seed.js';
import { activeCustomers } from './customers.js';
import { apiUserId } from './organisation.js';

async function visits(seed: Seed): Promise<Row[]> {
  const random = seed.random('ServiceCalls');
  const companies = await activeCustomers(seed);
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

export const serviceCalls: Readonly<Record<string, Seeder>> = {
  ServiceCalls: visits,
  ServiceCallTickets: serviceCallTickets,
  ServiceCallTicketResources: serviceCallTicketResources,
};
