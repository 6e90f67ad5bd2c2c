import type { Row, Value } from '../../../store/value.js';
import { firstId } from '../../lookup-tables.js';
import type { Random } from '../../random.js';
import { day, groupBy, hour, minute, numberOf, officeHours, round2, type Seed, textOf } from '../../seed.js';
import { troubles } from '../../texts.js';
import { billingCode } from '../catalogue.js';
import { apiUserId } from '../organisation.js';

/** Hours until first response, plan and solution are due, by priority value. */
const serviceLevels: Readonly<Record<number, readonly [number, number, number]>> = {
  4: [1, 4, 8],
  1: [2, 8, 24],
  2: [4, 24, 72],
  3: [8, 48, 120],
};
const openStates = [1, 1, 8, 8, 8, 7, 12, 29, 10, 11] as const;
const priorities = [2, 2, 2, 2, 3, 3, 1, 1, 4] as const;
const sources = [2, 2, 4, 4, 4, -1, 8] as const;
const queues = [29682833, 29682833, 29682833, 29682969, 29682969, 29683354, 29683378] as const;

/** Everything a ticket may point to, by company. */
interface Surroundings {
  readonly companies: readonly Row[];
  readonly contacts: ReadonlyMap<number, readonly Row[]>;
  readonly contracts: ReadonlyMap<number, readonly Row[]>;
  readonly devices: ReadonlyMap<number, readonly Row[]>;
  readonly people: readonly Row[];
}

async function surroundings(seed: Seed): Promise<Surroundings> {
  const companies = await seed.rows('Companies');
  const active = (row: Row): boolean => row.isActive === true || row.isActive === 1;
  return {
    companies: companies.filter((row) => active(row) && row.companyType === 1 && row.id !== 0),
    contacts: groupBy((await seed.rows('Contacts')).filter(active), 'companyID'),
    contracts: groupBy(
      (await seed.rows('Contracts')).filter((row) => row.contractType === 7 && row.status === 1),
      'companyID',
    ),
    devices: groupBy((await seed.rows('ConfigurationItems')).filter(active), 'companyID'),
    people: (await seed.rows('Resources')).filter((row) => row.isActive === true && row.id !== apiUserId),
  };
}

/** Tickets in the order they came in over eighteen months; nearly all older ones are complete. */
export async function tickets(seed: Seed): Promise<Row[]> {
  const random = seed.random('Tickets');
  const around = await surroundings(seed);
  const count = Math.max(50, Math.round(2000 * seed.scale));
  const end = seed.today - 8 * hour;
  const span = 540 * day;
  const rows: Row[] = [];
  let numberDay = 0;
  let numberInDay = 0;
  for (let i = 0; i < count; i++) {
    const created = Math.min(officeHours(end - span + Math.floor((span * i) / count), random), end);
    const createDay = created - (created % day);
    numberInDay = createDay === numberDay ? numberInDay + 1 : 1;
    numberDay = createDay;
    const date = new Date(created).toISOString().slice(0, 10).replaceAll('-', '');
    rows.push(
      ticket(
        i,
        count,
        created,
        `T${date}.${String(numberInDay).padStart(4, '0')}`,
        around,
        random,
        seed.today,
      ),
    );
  }
  return rows;
}

function ticket(
  i: number,
  count: number,
  created: number,
  ticketNumber: string,
  around: Surroundings,
  random: Random,
  today: number,
): Row {
  // The first customer always has fresh tickets that nobody took yet.
  const showcase = i >= count - 42 && (count - i) % 6 === 0;
  const company = showcase ? around.companies[0] : random.pick(around.companies);
  const companyID = company?.id ?? 0;
  const matter = random.pick(troubles);
  const contact = random.maybe(around.contacts.get(companyID) ?? []);
  const device = random.chance(0.4) ? random.maybe(around.devices.get(companyID) ?? []) : undefined;
  const contract = (around.contracts.get(companyID) ?? [])[0];
  const covered = contract !== undefined && numberOf(contract, 'startDate') <= created;
  const priority = showcase ? (i % 2) + 1 : random.pick(priorities);
  const age = today - created;
  const open = showcase || random.chance(age < 7 * day ? 0.75 : age < 30 * day ? 0.25 : 0.015);
  const state = showcase ? 1 : open ? random.pick(openStates) : 5;
  const assigned = !showcase && state !== 1 ? random.pick(around.people) : undefined;
  const [respond, plan, solve] = serviceLevels[priority] ?? [4, 24, 72];
  const met = random.chance(0.88);
  // Whole seconds: what is stored must be what an answer can say.
  const later = (hours: number): number => Math.min(created + Math.floor(hours * 3600) * 1000, today);
  const responded = state === 1 ? null : later(respond * (met ? 0.6 : 1.4));
  const solved = state === 5 ? later(solve * (met ? random.next() : 1 + random.next())) : null;
  const lastActivity = solved ?? responded ?? created;
  const source = random.pick(sources);
  const resolution: Value = state === 5 ? matter.resolution : null;
  return {
    id: firstId('Tickets') + i,
    ticketNumber,
    title: matter.title,
    description: `${textOf(contact, 'firstName') || 'The customer'} reports: ${matter.title}.`,
    resolution,
    companyID,
    companyLocationID: contact === undefined ? null : numberOf(contact, 'companyLocationID'),
    contactID: contact?.id ?? null,
    configurationItemID: device?.id ?? null,
    contractID: covered ? contract.id : null,
    status: state,
    priority,
    queueID: source === 8 ? 8 : random.pick(queues),
    ticketType: source === 8 ? 5 : matter.issueType === 14 ? 1 : 2,
    ticketCategory: source === 8 ? 3 : 1,
    issueType: matter.issueType,
    subIssueType: matter.subIssueType,
    source,
    billingCodeID: billingCode(0),
    assignedResourceID: assigned?.id ?? null,
    assignedResourceRoleID: assigned === undefined ? null : numberOf(assigned, 'defaultServiceDeskRoleID'),
    createDate: created,
    creatorResourceID: around.people[i % around.people.length]?.id ?? null,
    creatorType: 1,
    dueDateTime: created + solve * hour,
    estimatedHours: round2(0.5 + (i % 6) * 0.5),
    hoursToBeScheduled: 0,
    serviceLevelAgreementID: covered ? 1 : null,
    firstResponseDueDateTime: created + respond * hour,
    resolutionPlanDueDateTime: created + plan * hour,
    resolvedDueDateTime: created + solve * hour,
    firstResponseDateTime: responded,
    firstResponseAssignedResourceID: responded === null ? null : (assigned?.id ?? null),
    firstResponseInitiatingResourceID: responded === null ? null : (assigned?.id ?? null),
    resolvedDateTime: solved,
    resolutionPlanDateTime: solved === null ? null : later((solved - created) / hour / 2),
    serviceLevelAgreementHasBeenMet: solved === null ? null : solved <= created + solve * hour,
    completedDate: solved,
    completedByResourceID: solved === null ? null : (assigned?.id ?? null),
    lastActivityDate: Math.max(lastActivity, created + 5 * minute),
    lastActivityPersonType: 1,
    lastActivityResourceID: assigned?.id ?? null,
    lastTrackedModificationDateTime: Math.max(lastActivity, created + 5 * minute),
    rmaStatus: null,
    isAssignedToComanaged: false,
    isVisibleToComanaged: false,
    'udf:Root Cause': state === 5 && i % 3 === 0 ? matter.resolution : null,
    'udf:Downtime (hours)': priority === 4 ? 1 + (i % 5) : null,
  };
}
