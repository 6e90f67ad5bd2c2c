import type { Row } from '../../store/value.js';
import { firstId } from '../lookup-tables.js';
import { day, groupBy, numberOf, round2, type Seeder, textOf } from '../seed.js';

/** Billing code ids by position in the seeded list. */
export function billingCode(position: number): number {
  return firstId('BillingCodes') + position;
}

const products: readonly (readonly [string, number, number])[] = [
  ['Northfield 5400 Desktop', 1, 740],
  ['Northfield 7400 Laptop', 1, 1120],
  ['Corvex R2 Server', 1, 3900],
  ['Altamira Edge 10 Firewall', 4, 860],
  ['Altamira 24-Port Switch', 4, 410],
  ['Altamira Access Point', 4, 180],
  ['Bristlecone T1 Printer', 1, 320],
  ['Uninterruptible Power Supply 1500', 1, 390],
  ['Endpoint Protection Licence', 3, 38],
  ['Office Suite Licence', 3, 150],
  ['Backup Appliance 4 TB', 1, 2100],
  ['Docking Station', 5, 160],
  ['24-inch Monitor', 5, 190],
  ['Tape Drive', 1, 900],
];
const services: readonly (readonly [string, number])[] = [
  ['Managed Workstation', 45],
  ['Managed Server', 140],
  ['Managed Firewall', 95],
  ['Cloud Backup 1 TB', 60],
  ['Email Security', 4],
  ['Endpoint Detection', 7],
  ['Help Desk per User', 55],
];

export const catalogue: Readonly<Record<string, Seeder>> = {
  Products: async () =>
    products.map(([name, productCategory, cost], i) => ({
      id: firstId('Products') + i,
      name,
      description: `${name}, stocked by the provider`,
      isActive: name !== 'Tape Drive',
      isSerialized: productCategory === 1,
      productBillingCodeID: billingCode(productCategory === 3 ? 12 : 11),
      chargeBillingCodeID: billingCode(productCategory === 3 ? 12 : 11),
      productCategory,
      unitCost: cost,
      unitPrice: round2(cost * 1.25),
      msrp: round2(cost * 1.4),
      sku: `SKU-${1000 + i}`,
      manufacturerName: name.split(' ')[0] ?? null,
      periodType: productCategory === 3 ? 5 : 1,
      doesNotRequireProcurement: productCategory === 3,
      isEligibleForRma: productCategory === 1,
      'udf:Shelf': `A${i + 1}`,
    })),

  Services: async (seed) =>
    services.map(([name, price], i) => ({
      id: firstId('Services') + i,
      name,
      description: `${name}, per month`,
      invoiceDescription: name,
      billingCodeID: billingCode(14),
      periodType: 2,
      unitPrice: price,
      unitCost: round2(price * 0.55),
      isActive: true,
      serviceLevelAgreementID: 1,
      createDate: seed.today - 800 * day,
      lastModifiedDate: seed.today - 400 * day,
    })),

  ConfigurationItems: async (seed) => {
    const random = seed.random('ConfigurationItems');
    const contacts = groupBy(await seed.rows('Contacts'), 'companyID');
    const places = groupBy(await seed.rows('CompanyLocations'), 'companyID');
    const rows: Row[] = [];
    for (const company of await seed.rows('Companies')) {
      if (company.id === 0 || company.companyType !== 1) continue;
      for (let i = 0, count = random.int(3, 9); i < count; i++) {
        const product = random.int(0, 7);
        const installed = numberOf(company, 'createDate') + random.int(5, 400) * day;
        const type = [1, 2, 3, 4, 5, 5, 6, 7][product] ?? 1;
        const user = random.maybe((contacts.get(company.id) ?? []).filter((row) => row.isActive === 1));
        const host = `${textOf(company, 'companyName')
          .replace(/[^A-Za-z]/g, '')
          .slice(0, 4)
          .toUpperCase()}-${['WS', 'LT', 'SRV', 'FW', 'SW', 'AP', 'PR', 'UPS'][product] ?? 'WS'}${String(i + 1).padStart(2, '0')}`;
        rows.push({
          id: firstId('ConfigurationItems') + rows.length,
          companyID: company.id,
          companyLocationID: random.pick(places.get(company.id) ?? []).id,
          contactID: product <= 1 ? (user?.id ?? null) : null,
          productID: firstId('Products') + product,
          configurationItemType: type,
          configurationItemCategoryID: [2, 2, 3, 4, 4, 4, 1, 1][product] ?? 1,
          referenceTitle: host,
          referenceNumber: `CI${10000 + rows.length}`,
          serialNumber: `SN${(rows.length * 7919 + 100003).toString(36).toUpperCase()}`,
          isActive: !random.chance(0.08),
          installDate: installed - (installed % day),
          warrantyExpirationDate: installed - (installed % day) + 1095 * day,
          rmmDeviceAuditHostname: host,
          rmmDeviceAuditIPAddress: `10.${company.id % 200}.0.${10 + i}`,
          rmmOpenAlertCount: random.chance(0.1) ? random.int(1, 3) : 0,
          createDate: installed,
          lastModifiedTime: seed.today - random.int(1, 200) * day,
          'udf:Asset Tag': `BB-${20000 + rows.length}`,
        });
      }
    }
    return rows;
  },
};
