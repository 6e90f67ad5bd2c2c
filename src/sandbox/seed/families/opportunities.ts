import type { Row } from '../../store/value.js';
import { firstId } from '../lookup-tables.js';
import { day, groupBy, hour, round2, type Seed, type Seeder, textOf } from '../seed.js';
import { activeCustomers } from './customers.js';

const subjects = [
  'Managed Services',
  'Firewall Refresh',
  'Cloud Backup',
  'New Laptops',
  'Security Review',
  'Phone System',
];
const probabilities: Readonly<Record<number, number>> = { 1: 10, 2: 30, 3: 50, 4: 70, 5: 90 };

async function deals(seed: Seed): Promise<Row[]> {
  const random = seed.random('Opportunities');
  const companies = await activeCustomers(seed);
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
      title: `${textOf(company, 'companyName')} ${random.pick(subjects)}`.slice(0, 128),
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

export const opportunities: Readonly<Record<string, Seeder>> = { Opportunities: deals };
