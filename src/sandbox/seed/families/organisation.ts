import type { Row } from '../../store/value.js';
import { firstId } from '../lookup-tables.js';
import { firstNames, lastNames, phone } from '../names.js';
import { day, numberOf, type Seed, type Seeder } from '../seed.js';

/** The API-only user that the tenant's credentials belong to. */
export const apiUserId = 29682884;

const titles = [
  'Service Desk Analyst',
  'Systems Engineer',
  'Field Engineer',
  'Project Manager',
  'Account Manager',
];

function resources(seed: Seed): Row[] {
  const random = seed.random('Resources');
  const count = Math.max(8, Math.round(25 * Math.sqrt(seed.scale))) - 1;
  const shared = {
    dateFormat: 'MM/dd/yyyy',
    timeFormat: 'HH:mm',
    numberFormat: 'X,XXX.XX',
    emailTypeCode: 'PRIMARY',
    payrollType: 2,
    resourceType: 'Employee',
  };
  const rows: Row[] = [
    {
      id: apiUserId,
      ...shared,
      firstName: 'Integration',
      lastName: 'API',
      userName: 'api',
      email: 'api@bluebird.example',
      isActive: true,
      licenseType: 7,
      userType: 17,
      locationID: 1,
      hireDate: seed.today - 1500 * day,
      title: 'API user',
    },
  ];
  for (let i = 0; i < count; i++) {
    const firstName = firstNames[(i * 17 + 5) % firstNames.length] ?? 'Ana';
    const lastName = lastNames[(i * 29 + 3 + Math.floor(i / 60)) % lastNames.length] ?? 'Falk';
    const userName = `${firstName}.${lastName}`.toLowerCase() + (i < 80 ? '' : String(i));
    rows.push({
      id: firstId('Resources') + i,
      ...shared,
      firstName,
      lastName,
      userName: userName.slice(0, 32),
      initials: `${firstName.slice(0, 1)}${lastName.slice(0, 1)}`,
      email: `${userName}@bluebird.example`,
      // One in twelve has left; never one of the first ones.
      isActive: i % 12 !== 11,
      licenseType: i === 0 ? 2 : 1,
      userType: i === 0 ? 1 : 3,
      locationID: i % 4 === 3 ? 2 : 1,
      hireDate: seed.today - random.int(200, 3000) * day,
      title: i === 0 ? 'Operations Manager' : (titles[i % titles.length] ?? null),
      officePhone: phone(i + 11),
      officeExtension: String(100 + i),
      mobilePhone: phone(i + 5000),
      internalCost: 30 + (i % 5) * 6,
      surveyResourceRating: 3 + (i % 20) / 10,
      defaultServiceDeskRoleID: roleOf(i),
      travelAvailabilityPct: '25%',
    });
  }
  return rows;
}

/** Service desk role of the i-th person: technicians and engineers in turn. */
function roleOf(i: number): number {
  return firstId('Roles') + (i % 3);
}

async function people(seed: Seed): Promise<readonly Row[]> {
  return (await seed.rows('Resources')).filter((row) => row.id !== apiUserId);
}

export const queueIds = [29682833, 29682969, 29683354, 29683378, 29683481, 8, 5, 6] as const;

export const organisation: Readonly<Record<string, Seeder>> = {
  Resources: async (seed) => resources(seed),

  ResourceServiceDeskRoles: async (seed) => {
    const rows: Row[] = [];
    for (const [i, person] of (await people(seed)).entries()) {
      for (const [k, roleID] of [roleOf(i), firstId('Roles') + ((i + 1) % 3)].entries()) {
        rows.push({ id: rows.length + 1, resourceID: person.id, roleID, isActive: true, isDefault: k === 0 });
      }
    }
    return rows;
  },

  ResourceRoleDepartments: async (seed) =>
    (await people(seed)).map((person, i) => ({
      id: i + 1,
      resourceID: person.id,
      departmentID: firstId('Departments') + (i % 4),
      roleID: i % 4 === 1 ? firstId('Roles') + 3 : roleOf(i),
      isActive: true,
      isDefault: true,
      isDepartmentLead: i < 4,
    })),

  ResourceRoleQueues: async (seed) =>
    (await people(seed)).map((person, i) => ({
      id: i + 1,
      resourceID: person.id,
      queueID: queueIds[i % 5] ?? queueIds[0],
    })),

  /** Every role that a resource holds, in a department, a queue or on the service desk. */
  ResourceRoles: async (seed) => {
    const held: Row[] = [];
    for (const row of await seed.rows('ResourceServiceDeskRoles')) {
      held.push({
        id: held.length + 1,
        resourceID: numberOf(row, 'resourceID'),
        roleID: numberOf(row, 'roleID'),
        isActive: true,
      });
    }
    for (const row of await seed.rows('ResourceRoleDepartments')) {
      held.push({
        id: held.length + 1,
        resourceID: numberOf(row, 'resourceID'),
        roleID: numberOf(row, 'roleID'),
        departmentID: numberOf(row, 'departmentID'),
        isActive: true,
      });
    }
    return held;
  },

  /** Useful life of a code depends on useType: 1 work types, 2 expenses, 3 internal time, 4 materials, 5 services. */
  BillingCodes: async () => {
    const codes: readonly (readonly [string, number, boolean, number])[] = [
      ['Remote Support', 1, true, 0],
      ['Onsite Support', 1, true, 0],
      ['After Hours Support', 1, true, 0],
      ['Project Work', 1, true, 0],
      ['Maintenance', 1, true, 0],
      ['Legacy Support', 1, false, 0],
      ['Mileage', 2, true, 0],
      ['Travel', 2, true, 0],
      ['Internal Meeting', 3, true, 0],
      ['Training', 3, true, 0],
      ['Administration', 3, true, 0],
      ['Hardware', 4, true, 0],
      ['Software', 4, true, 0],
      ['Consumables', 4, true, 12],
      ['Managed Service', 5, true, 0],
      ['Hosting', 5, true, 0],
      ['Project Milestone', 6, true, 0],
      ['Prepaid Hours', 7, true, 0],
      ['Retainer', 8, true, 0],
      ['Ticket Pack', 9, true, 0],
    ];
    return codes.map(([name, useType, isActive, price], i) => ({
      id: firstId('BillingCodes') + i,
      name,
      description: name,
      useType,
      isActive,
      billingCodeType: 2,
      unitCost: price,
      unitPrice: price * 1.5,
      isExcludedFromNewContracts: false,
    }));
  },
};
