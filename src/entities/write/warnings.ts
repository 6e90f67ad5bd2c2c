import type { Row } from '../../client/types.js';
import type { EntityMetadata } from '../metadata/entity-metadata.js';
import { findEntity } from '../metadata/entity-names.js';
import { labelOf } from '../metadata/picklists.js';
import { orNull } from '../read/optional-read.js';
import type { Reads } from '../read/read.js';
import type { References } from '../references/references.js';
import type { CallContext } from '../result.js';
import { dayOf, instantOf } from '../values/dates.js';
import type { ParentRecord } from './parent-record.js';

/**
 * What should make whoever confirms a write look twice. Nothing here blocks: Autotask decides. Each warning applies
 * to every entity that has its fields, and a user who may not read what it compares with gets none.
 */
export interface WriteContext {
  readonly metadata: EntityMetadata;
  /** What is sent. */
  readonly body: Row;
  /** The record as it is; empty for a new one. */
  readonly stored: Row;
  readonly subjects: readonly ParentRecord[];
}

interface WarningLookups {
  /** The record, or null where there is none or it may not be read. */
  row(entity: string, id: number): Promise<Row | null>;
  /** The id in a field that says what the record belongs to; undefined where there is none or it may not be read. */
  owner(entity: string, id: number, field: string): Promise<number | undefined>;
  /** `Bianca Almeida (id 5)` */
  name(type: string, id: number): Promise<string>;
  /**
   * Ids of the active roles of a resource; empty where they may not be read. Not looked for any further when the one
   * that is asked about is among them.
   */
  roles(resource: number, about: number): Promise<readonly number[]>;
  readonly facts: (entity: string) => Promise<EntityMetadata | null>;
}

interface Warning {
  /** Fields of which the write must send one. */
  readonly sends: readonly string[];
  check(
    write: WriteContext,
    lookups: WarningLookups,
    timeZone: string,
  ): Promise<string | undefined> | string | undefined;
}

const idIn = (row: Row | null | undefined, name: string) =>
  typeof row?.[name] === 'number' ? Number(row[name]) : undefined;
const resultingValue = ({ body, stored }: WriteContext, name: string): unknown =>
  body[name] === undefined ? stored[name] : body[name];
const rowOf = (write: WriteContext): Row => ({ ...write.stored, ...write.body });
const rounded = (value: number) => String(Math.round(value * 100) / 100);

/** Hours between start and end; undefined where either is missing. */
export function hoursBetween(row: Row): number | undefined {
  const [start, end] = [instantOf(row.startDateTime), instantOf(row.endDateTime)];
  return start === null || end === null ? undefined : (end - start) / 3_600_000;
}

const pairs = [
  ['roleID', 'resourceID'],
  ['assignedResourceRoleID', 'assignedResourceID'],
] as const;

async function roleNotOfResource(write: WriteContext, lookups: WarningLookups): Promise<string | undefined> {
  const row = rowOf(write);
  for (const [roleField, resourceField] of pairs) {
    const [role, resource] = [idIn(row, roleField), idIn(row, resourceField)];
    if (role === undefined || resource === undefined) continue;
    const has = await lookups.roles(resource, role);
    if (has.length === 0 || has.includes(role)) continue;
    const names = await Promise.all(has.map((id) => lookups.name('Role', id)));
    const [who, what] = [await lookups.name('Resource', resource), await lookups.name('Role', role)];
    return `${roleField}: ${what} is not a role of ${who}, who has ${names.join(', ')}`;
  }
  return undefined;
}

const warnings: readonly Warning[] = [
  {
    sends: ['contactID', 'companyID', 'ticketID'],
    async check(write, lookups) {
      const contact = idIn(rowOf(write), 'contactID');
      const company =
        idIn(rowOf(write), 'companyID') ?? idIn(write.subjects.find(({ row }) => row)?.row, 'companyID');
      if (contact === undefined || company === undefined) return undefined;
      const of = await lookups.owner('Contacts', contact, 'companyID');
      if (of === undefined || of === company) return undefined;
      if (idIn(await lookups.row('Companies', company), 'parentCompanyID') === of) return undefined;
      const [who, where, there] = [
        await lookups.name('Contact', contact),
        await lookups.name('Company', of),
        await lookups.name('Company', company),
      ];
      return `contactID: ${who} belongs to ${where}, not to ${there}`;
    },
  },
  {
    sends: ['roleID'],
    async check(write, lookups) {
      const role = idIn(rowOf(write), 'roleID');
      const subject = write.subjects.find(({ row }) => idIn(row, 'assignedResourceRoleID') !== undefined);
      const usual = idIn(subject?.row, 'assignedResourceRoleID');
      if (role === undefined || usual === undefined || role === usual || subject === undefined)
        return undefined;
      const [is, other] = [await lookups.name('Role', role), await lookups.name('Role', usual)];
      return `roleID: ${is} is not the role of the ${subject.entity.singular.toLowerCase()}, which is ${other}`;
    },
  },
  {
    sends: ['roleID', 'resourceID', 'assignedResourceID', 'assignedResourceRoleID'],
    check: roleNotOfResource,
  },
  {
    sends: ['hoursWorked', 'startDateTime', 'dateWorked', 'billingCodeID'],
    async check(write, lookups) {
      const { metadata, subjects } = write;
      if (metadata.field('hoursWorked') === undefined || metadata.field('billingCodeID') === undefined)
        return undefined;
      const code = idIn(rowOf(write), 'billingCodeID');
      if (code === undefined) {
        return subjects.length === 0 ||
          (write.body.hoursWorked === undefined && write.body.startDateTime === undefined)
          ? undefined
          : 'billingCodeID: no work type is given; Autotask takes its own, or refuses where one is required';
      }
      const row = await lookups.row('BillingCodes', code);
      const use = idIn(row, 'useType');
      const field = (await lookups.facts('BillingCodes'))?.field('useType');
      if (use === undefined || use === labour) return undefined;
      const label = field === undefined ? undefined : labelOf(field, use);
      return `billingCodeID: ${await lookups.name('BillingCode', code)} is not a work type for labour${label === undefined ? '' : ` but for ${label}`}`;
    },
  },
  {
    sends: ['hoursWorked', 'startDateTime', 'endDateTime'],
    check(write) {
      const [hours, between] = [resultingValue(write, 'hoursWorked'), hoursBetween(rowOf(write))];
      if (typeof hours !== 'number' || between === undefined || Math.abs(hours - between) < 0.01)
        return undefined;
      if (write.body.hoursWorked === undefined) return undefined;
      return `hoursWorked: ${rounded(hours)} disagrees with start and end, which are ${rounded(between)} hours apart; Autotask keeps the latter`;
    },
  },
  {
    sends: ['startDateTime', 'endDateTime', 'startDate', 'endDate'],
    check(write) {
      for (const [start, end] of [
        ['startDateTime', 'endDateTime'],
        ['startDate', 'endDate'],
      ] as const) {
        const [from, until] = [start, end].map((name) => instantOf(rowOf(write)[name]));
        if (typeof from !== 'number' || typeof until !== 'number' || from < until) continue;
        // Of days the last one may be the first.
        if (from > until || write.metadata.field(end)?.day === false) return `${end}: is not after ${start}`;
      }
      return undefined;
    },
  },
  {
    sends: ['dateWorked', 'startDateTime'],
    check(write, _lookups, timeZone) {
      const [worked, start] = ['dateWorked', 'startDateTime'].map((name) => instantOf(rowOf(write)[name]));
      if (typeof start !== 'number' || write.metadata.field('dateWorked') === undefined) return undefined;
      const [begun, inUtc] = [dayOf(start, timeZone), dayOf(start, 'UTC')];
      const day = typeof worked === 'number' ? dayOf(worked, 'UTC') : begun;
      if (day !== begun)
        return `dateWorked: ${day} is not the day of startDateTime, which is ${begun} (${timeZone})`;
      return begun === inUtc
        ? undefined
        : `dateWorked: the start is on ${begun} (${timeZone}) and on ${inUtc} in UTC, to which Autotask may date it`;
    },
  },
  {
    sends: ['isBillableToCompany', 'unitPrice', 'unitQuantity'],
    check(write) {
      const billed = resultingValue(write, 'isBillableToCompany');
      if (write.metadata.field('isBillableToCompany') === undefined || billed === false) return undefined;
      if (billed === true) return 'isBillableToCompany: the customer will be billed for this';
      return 'isBillableToCompany is not given: the customer may be billed for this';
    },
  },
];

/** The use of billing codes for work; Autotask's own, the same in every tenant. */
const labour = 1;

/** What Autotask computes from what is sent, `name: value`. */
export function computedValues(metadata: EntityMetadata, body: Row, stored: Row): string[] {
  const row = { ...stored, ...body };
  const lines: string[] = [];
  const sends = (...names: string[]) => names.some((name) => body[name] !== undefined);
  const hours = hoursBetween(row);
  if (
    metadata.field('hoursWorked') !== undefined &&
    hours !== undefined &&
    sends('startDateTime', 'endDateTime')
  ) {
    lines.push(`hours from start to end: ${rounded(hours)}`);
  }
  const quantity = row.unitQuantity;
  if (typeof quantity === 'number' && sends('unitQuantity', 'unitPrice', 'unitCost')) {
    for (const [name, what] of [
      ['unitPrice', 'total price'],
      ['unitCost', 'total cost'],
    ] as const) {
      const each = row[name];
      if (typeof each === 'number')
        lines.push(`${what}: ${rounded(quantity)} x ${each} = ${rounded(quantity * each)}`);
    }
  }
  return lines;
}

/** Entities that say which roles a resource has. */
const roleEntities = ['ResourceRoles', 'ResourceServiceDeskRoles', 'ResourceRoleDepartments'] as const;

export function createWarningLookups(
  reads: Reads,
  references: References,
  facts: (entity: ReturnType<typeof findEntity>, signal?: AbortSignal) => Promise<EntityMetadata>,
  context: CallContext,
): WarningLookups {
  const rows = new Map<string, Promise<Row | null>>();
  const row: WarningLookups['row'] = (entity, id) => {
    const key = `${entity}/${id}`;
    const found = rows.get(key) ?? orNull(() => reads.row(findEntity(entity), id, undefined, context));
    rows.set(key, found);
    return found;
  };
  return {
    row,
    owner: async (entity, id, field) =>
      idIn(references.recentlyReadIds(findEntity(entity), id), field) ?? idIn(await row(entity, id), field),
    async name(type, id) {
      const { names } = await references.lookup(type, [id], context.signal);
      const name = names.get(id);
      return name === undefined ? `#${id}` : `${name} (id ${id})`;
    },
    async roles(resource, about) {
      // The role that somebody works in by default was read with the name.
      const own = references.recentlyReadIds(findEntity('Resources'), resource);
      if (idIn(own, 'defaultServiceDeskRoleID') === about) return [about];
      const found = new Set<number>();
      const filter = [
        { op: 'eq', field: 'resourceID', value: resource },
        { op: 'eq', field: 'isActive', value: true },
      ];
      const options = { limit: 200, ...(context.signal ? { signal: context.signal } : {}) };
      for (const name of roleEntities) {
        const entity = findEntity(name);
        const { path } = entity;
        if (path === null) continue;
        const search = { filter, includeFields: ['roleID'] };
        const list = await orNull(() => references.lookUp({ ...entity, path }, search, options));
        for (const { roleID } of list?.rows ?? []) if (typeof roleID === 'number') found.add(roleID);
        if (found.has(about)) break;
      }
      return [...found];
    },
    facts: (entity) => orNull(() => facts(findEntity(entity), context.signal)),
  };
}

const looks = new WeakMap<CallContext, WarningLookups>();

/** One for all writes that are planned in a call. */
export function lookupsOf(context: CallContext, make: () => WarningLookups): WarningLookups {
  const lookups = looks.get(context) ?? make();
  looks.set(context, lookups);
  return lookups;
}

/** All warnings about a write. Never rejects but when the call is cancelled. */
export async function warningsOf(
  write: WriteContext,
  lookups: WarningLookups,
  timeZone: string,
): Promise<string[]> {
  const found = await Promise.all(
    warnings
      .filter(({ sends }) =>
        sends.some((name) => write.body[name] !== undefined && write.body[name] !== null),
      )
      .map(({ check }) => orNull(async () => check(write, lookups, timeZone))),
  );
  return found.flatMap((text) => text ?? []);
}
