import type { Row } from '../../store/value.js';
import { firstId } from '../lookup-tables.js';
import { day, groupBy, numberOf, type Seeder, textOf } from '../seed.js';

export const contracts: Readonly<Record<string, Seeder>> = {
  /** Managed customers have a recurring contract, some block hours on top, and the odd one that ran out. */
  Contracts: async (seed) => {
    const random = seed.random('Contracts');
    const contacts = groupBy(await seed.rows('Contacts'), 'companyID');
    const rows: Row[] = [];
    const add = (company: Row, kind: string, contractType: number, start: number, days: number): void => {
      const contact = (contacts.get(company.id) ?? [])[0];
      rows.push({
        id: firstId('Contracts') + rows.length,
        companyID: company.id,
        contractName: `${textOf(company, 'companyName')} ${kind}`.slice(0, 100),
        contractNumber: `C-${4000 + rows.length}`,
        contractType,
        contractCategory: contractType === 7 ? 1 : 2,
        contractPeriodType: contractType === 7 ? 1 : null,
        status: start + days * day > seed.today ? 1 : 0,
        startDate: start,
        endDate: start + days * day,
        timeReportingRequiresStartAndStopTimes: 0,
        billingPreference: 1,
        contactID: contact?.id ?? null,
        contactName:
          contact === undefined ? null : `${textOf(contact, 'firstName')} ${textOf(contact, 'lastName')}`,
        isDefaultContract: contractType === 7,
        isCompliant: true,
        serviceLevelAgreementID: random.int(1, 3),
        setupFee: 0,
        estimatedRevenue: random.int(4, 60) * 1000,
        lastModifiedDateTime: start + 10 * day,
        'udf:Renewal Owner': random.pick(['Sales', 'Service Desk']),
      });
    };
    for (const company of await seed.rows('Companies')) {
      if (company.id === 0 || company.companyType !== 1) continue;
      const created = numberOf(company, 'createDate');
      const start = created - (created % day) + 14 * day;
      if (random.chance(0.85) || company.id < 180) {
        const years = Math.ceil((seed.today - start + 60 * day) / (365 * day));
        add(company, 'Managed Services', 7, start, years * 365);
      }
      if (random.chance(0.3)) add(company, 'Block Hours', 4, seed.today - random.int(30, 300) * day, 365);
      if (random.chance(0.12)) add(company, 'Support 2020', 1, start, 180);
    }
    return rows;
  },

  ContractServices: async (seed) => {
    const random = seed.random('ContractServices');
    const rows: Row[] = [];
    for (const contract of await seed.rows('Contracts')) {
      if (contract.contractType !== 7) continue;
      for (let i = 0, count = random.int(1, 4); i < count; i++) {
        const position = (contract.id + i * 2) % 7;
        rows.push({
          id: rows.length + 1001,
          contractID: contract.id,
          serviceID: firstId('Services') + position,
          unitPrice: [45, 140, 95, 60, 4, 7, 55][position] ?? 45,
          unitCost: [25, 77, 52, 33, 2, 4, 30][position] ?? 25,
        });
      }
    }
    return rows;
  },

  ContractBlocks: async (seed) => {
    const rows: Row[] = [];
    for (const contract of await seed.rows('Contracts')) {
      if (contract.contractType !== 4) continue;
      rows.push({
        id: rows.length + 1,
        contractID: contract.id,
        datePurchased: numberOf(contract, 'startDate'),
        startDate: numberOf(contract, 'startDate'),
        endDate: numberOf(contract, 'endDate'),
        hours: 10 + (contract.id % 5) * 10,
        hoursApproved: (contract.id % 4) * 3,
        hourlyRate: 110,
        isPaid: contract.id % 3 !== 0,
        paymentType: 4,
        status: 1,
      });
    }
    return rows;
  },
};
