import type { Row } from '../../store/value.js';
import { firstId } from '../lookup-tables.js';
import { cities, companyName, firstNames, lastNames, phone, streets } from '../names.js';
import { day, groupBy, hour, numberOf, type Seed, type Seeder, textOf } from '../seed.js';

/** Customers that every tenant has, whatever its seed; the first ones after the own company. */
const wellKnown = ['Contoso Ltd', 'Fabrikam Inc', 'Adventure Works', 'Tailspin Toys', 'Wide World Importers'];
/** The last customer: accents, a sign, curly quotes and a legal form, as names of real tenants have them. */
const lastCompany = 'Müller & Söhne “Nord” GmbH';
/** companyType by position: mostly customers, with a prospect, a lead, two vendors and a partner in fifteen. */
const types = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3, 7, 2, 1, 7] as const;

async function companies(seed: Seed): Promise<Row[]> {
  const random = seed.random('Companies');
  const owners = (await seed.rows('Resources')).filter((row) => row.isActive === true && row.userType !== 17);
  const count = Math.max(15, Math.round(60 * seed.scale));
  const rows: Row[] = [];
  for (let i = -1; i < count; i++) {
    const own = i < 0;
    const customer = i === count - 1 ? lastCompany : (wellKnown[i] ?? companyName(i - wellKnown.length));
    const name = own ? 'Bluebird Managed Services' : customer;
    const [city, state, postalCode] = random.pick(cities);
    const created = seed.today - random.int(600, 2400) * day + 10 * hour;
    const active = random.int(1, 40 * 24);
    rows.push({
      id: own ? 0 : firstId('Companies') + i,
      companyName: name,
      companyNumber: own ? null : String(10000 + i),
      companyType: own ? 1 : (types[i % types.length] ?? 1),
      // A customer that left: one in thirty, never one of the well-known.
      isActive: i % 30 !== 23,
      ownerResourceID: random.pick(owners).id,
      phone: phone(i + 100),
      address1: `${random.int(1, 240)} ${random.pick(streets)}`,
      city,
      state,
      postalCode,
      countryID: 1,
      webAddress: `www.${name
        .normalize('NFKD')
        .toLowerCase()
        .replace(/[^a-z]+/g, '')}.example`,
      classification: own ? null : random.int(1, 4),
      marketSegmentID: random.int(1, 7),
      territoryID: random.int(1, 4),
      parentCompanyID: i > wellKnown.length && i % 20 === 9 ? firstId('Companies') + i - 1 : null,
      currencyID: 1,
      taxRegionID: 1,
      invoiceMethod: 1,
      invoiceTemplateID: 1,
      quoteTemplateID: 1,
      companyCategoryID: 1,
      isTaxExempt: false,
      isClientPortalActive: i % 3 === 0,
      isTaskFireActive: false,
      isEnabledForComanaged: false,
      isSample: false,
      surveyCompanyRating: 3 + random.int(0, 20) / 10,
      createDate: created,
      createdByResourceID: random.pick(owners).id,
      lastActivityDate: seed.today - active * hour,
      lastTrackedModifiedDateTime: seed.today - (active + 24) * hour,
      'udf:Customer Ranking': null,
      'udf:Managed Endpoints': random.int(5, 220),
      'udf:Review Date': seed.today + random.int(-60, 120) * day,
    });
  }
  const rankings = await seed.rows('UserDefinedFieldListItems');
  for (const row of rows) {
    const item = random.maybe(
      rankings.filter((entry) => entry.udfFieldId === firstId('UserDefinedFieldDefinitions')),
    );
    if (item !== undefined && row.id !== 0) row['udf:Customer Ranking'] = item.id;
  }
  return rows;
}

async function locations(seed: Seed): Promise<Row[]> {
  const random = seed.random('CompanyLocations');
  const rows: Row[] = [];
  for (const company of await seed.rows('Companies')) {
    for (let i = 0; i < (random.chance(0.3) ? 2 : 1); i++) {
      const [city, state, postalCode] =
        i === 0 ? [company.city, company.state, company.postalCode] : random.pick(cities);
      rows.push({
        id: firstId('CompanyLocations') + rows.length,
        companyID: company.id,
        name: i === 0 ? 'Main Office' : `${String(city)} Branch`,
        address1: i === 0 ? (company.address1 ?? null) : `${random.int(1, 240)} ${random.pick(streets)}`,
        city: city ?? null,
        state: state ?? null,
        postalCode: postalCode ?? null,
        countryID: 1,
        phone: company.phone ?? null,
        isActive: true,
        isPrimary: i === 0,
        isTaxExempt: false,
        overrideCompanyTaxSettings: false,
        roundtripDistance: random.int(2, 80),
      });
    }
  }
  return rows;
}

async function contacts(seed: Seed): Promise<Row[]> {
  const random = seed.random('Contacts');
  const places = groupBy(await seed.rows('CompanyLocations'), 'companyID');
  const rows: Row[] = [];
  for (const company of await seed.rows('Companies')) {
    const site = textOf(company, 'webAddress').replace(/^www\./, '');
    for (let i = 0, count = random.int(2, 6); i < count; i++) {
      const firstName = random.pick(firstNames);
      const lastName = random.pick(lastNames);
      const created = numberOf(company, 'createDate') + random.int(1, 300) * day;
      rows.push({
        id: firstId('Contacts') + rows.length,
        companyID: company.id,
        companyLocationID: random.pick(places.get(company.id) ?? []).id,
        firstName,
        lastName,
        title: random.pick([
          'Office Manager',
          'Director',
          'Accountant',
          'Operations Lead',
          'Assistant',
          'IT Coordinator',
        ]),
        emailAddress: `${firstName}.${lastName}${i === 0 ? '' : i}@${site}`.toLowerCase(),
        phone: company.phone ?? null,
        extension: String(200 + i),
        mobilePhone: phone(rows.length + 20000),
        // An integer here, unlike everywhere else. The last of a larger company has left.
        isActive: i === 5 ? 0 : 1,
        primaryContact: i === 0,
        billingContact: i === 1,
        receivesEmailNotifications: true,
        isOptedOutFromBulkEmail: false,
        solicitationOptOut: false,
        surveyOptOut: false,
        countryID: 1,
        createDate: created,
        lastActivityDate: seed.today - random.int(1, 200) * day,
        lastModifiedDate: seed.today - random.int(1, 200) * day,
        'udf:Preferred Channel': random.pick(['Phone', 'Email', 'Portal']),
      });
    }
  }
  return rows;
}

export const customers: Readonly<Record<string, Seeder>> = {
  Companies: companies,
  CompanyLocations: locations,
  Contacts: contacts,
};

/** Companies that something is sold to. */
export async function activeCustomers(seed: Seed): Promise<readonly Row[]> {
  return (await seed.rows('Companies')).filter(
    (row) => row.isActive === true && row.id !== 0 && row.companyType !== 7,
  );
}
