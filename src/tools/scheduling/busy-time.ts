import type { Row } from '../../client/types.js';
import { findEntity } from '../../entities/metadata/entity-names.js';
import { labelOf } from '../../entities/metadata/picklists.js';
import { dayOf, instantOf, nextDay, toUtc } from '../../entities/values/dates.js';
import type { ToolContext } from '../define/define-tool.js';
import { readAll } from '../define/read-all.js';
import { type Interval, overlaps } from './intervals.js';

/** Something that takes a resource's time. */
export interface Busy extends Interval {
  readonly kind: 'appointment' | 'service call' | 'time off';
  /** Of the record that says so. */
  readonly id: unknown;
  readonly what: string;
}

const dayMs = 86_400_000;

export const spanOf = ({ startDateTime, endDateTime }: Row): Interval | null => {
  const [from, until] = [instantOf(startDateTime), instantOf(endDateTime)];
  return from === null || until === null || until <= from ? null : { from, until };
};

const during = ({ from, until }: Interval) => ({
  startDateTime: { lt: new Date(until).toISOString() },
  endDateTime: { gt: new Date(from).toISOString() },
});

const idsOf = (rows: readonly Row[], field = 'id') =>
  rows.flatMap((row) => (typeof row[field] === 'number' ? [row[field]] : []));

/** Ways from a service call to those who go: its tickets and its tasks, each with resources. */
const assignments = [
  { links: 'ServiceCallTickets', resources: 'ServiceCallTicketResources', by: 'serviceCallTicketID' },
  { links: 'ServiceCallTasks', resources: 'ServiceCallTaskResources', by: 'serviceCallTaskID' },
] as const;

export interface BookedCall {
  readonly call: Row;
  readonly resource: number;
  /** The assignment, and the entity that it is a record of. */
  readonly entity: (typeof assignments)[number]['resources'];
  readonly assignment: Row;
}

/** Service calls in a range that are neither done nor canceled, with each resource that goes. */
export async function bookedCalls(
  resources: readonly number[],
  range: Interval,
  context: ToolContext,
  onClosed: (entity: string) => void,
): Promise<BookedCall[]> {
  const read = (entity: string, query: Readonly<Record<string, unknown>>) =>
    readAll(entity, query, context, () => onClosed(entity));
  const calls = (await read('ServiceCalls', during(range))).filter(
    ({ isComplete, canceledDateTime }) =>
      isComplete !== 1 && isComplete !== true && (canceledDateTime ?? null) === null,
  );
  if (calls.length === 0) return [];
  const byId = new Map(calls.map((call) => [call.id, call]));
  const found = await Promise.all(
    assignments.map(async ({ links, resources: entity, by }) => {
      const linked = await read(links, { serviceCallID: idsOf(calls) });
      if (linked.length === 0) return [];
      const callOf = new Map(linked.map(({ id, serviceCallID }) => [id, byId.get(serviceCallID)]));
      const assigned = await read(entity, { [by]: idsOf(linked), resourceID: resources });
      return assigned.flatMap((assignment): BookedCall[] => {
        const call = callOf.get(assignment[by]);
        const resource = assignment.resourceID;
        return call === undefined || typeof resource !== 'number'
          ? []
          : [{ call, resource, entity, assignment }];
      });
    }),
  );
  return found.flat();
}

/** Time off that was refused or withdrawn takes nobody away. */
const isOff = /reject|den(y|ied)|declin|cancel|withdraw/i;
/** Where the tenant has no labels for it: 3 is rejected, 4 canceled. */
const offStatus: ReadonlySet<unknown> = new Set([3, 4]);

/** A day off takes the whole day of the zone, unless it says from when to when. */
function timeOffSpan({ requestDate, startTime, endTime }: Row, zone: string): Interval | null {
  const day = typeof requestDate === 'string' ? requestDate.slice(0, 10) : undefined;
  if (day === undefined) return null;
  const [from, until] = [instantOf(startTime), instantOf(endTime)];
  if (from !== null && until !== null && until > from) return { from, until };
  return { from: Date.parse(toUtc(day, zone)), until: Date.parse(toUtc(nextDay(day), zone)) };
}

/** What takes the time of resources within a range, by resource, and what could not be read. `zones`: where each works. */
export async function busyTime(zones: ReadonlyMap<number, string>, range: Interval, context: ToolContext) {
  const resources = [...zones.keys()];
  const closed = new Set<string>();
  const onClosed = (entity: string) => closed.add(entity);
  const days = `${dayOf(range.from - dayMs, 'UTC')}..${dayOf(range.until + dayMs, 'UTC')}`;
  const [appointments, requests, calls] = await Promise.all([
    readAll('Appointments', { resourceID: resources, ...during(range) }, context, () =>
      onClosed('Appointments'),
    ),
    readAll('TimeOffRequests', { resourceID: resources, requestDate: days }, context, () =>
      onClosed('TimeOffRequests'),
    ),
    bookedCalls(resources, range, context, onClosed),
  ]);
  const status = (await context.entities.facts(findEntity('TimeOffRequests'), context.signal)).field(
    'status',
  );
  const busy = new Map<number, Busy[]>(resources.map((id) => [id, []]));
  const add = (
    resource: unknown,
    span: Interval | null,
    { kind, id, what }: Omit<Busy, 'from' | 'until'>,
  ) => {
    if (typeof resource !== 'number' || span === null || !overlaps(span, range)) return;
    const known = busy.get(resource);
    // One service call for several tickets takes the time once.
    if (known?.some((other) => other.kind === kind && other.id === id) !== true)
      known?.push({ ...span, kind, id, what });
  };
  for (const row of appointments) {
    const what = `${String(row.title ?? '')} (id ${String(row.id)})`;
    add(row.resourceID, spanOf(row), { kind: 'appointment', id: row.id, what });
  }
  for (const { call, resource } of calls) {
    const what = `${String(call.description ?? '')} (id ${String(call.id)})`;
    add(resource, spanOf(call), { kind: 'service call', id: call.id, what });
  }
  for (const row of requests) {
    const label = status === undefined ? undefined : labelOf(status, row.status);
    if (label === undefined ? offStatus.has(row.status) : isOff.test(label)) continue;
    const what = `requested for ${String(row.requestDate).slice(0, 10)}`;
    const span = timeOffSpan(row, zones.get(Number(row.resourceID)) ?? 'UTC');
    add(row.resourceID, span, { kind: 'time off', id: row.id, what });
  }
  return {
    busy,
    notes: [...closed].map((entity) => `${entity} may not be read here and are not considered`),
  };
}
