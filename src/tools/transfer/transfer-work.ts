import * as z from 'zod';
import type { Row } from '../../client/types.js';
import { findEntity } from '../../entities/metadata/entity-names.js';
import { ifAllowed } from '../../entities/read/optional-read.js';
import { isDone, type SkippedRecord, type WritePlan, type WriteSteps } from '../../entities/write/plan.js';
import { AutotaskError, InvalidInput } from '../../errors.js';
import { noRoles, rolesOfResource } from '../define/assignable-roles.js';
import { usualRole } from '../define/assignment-checks.js';
import { isOfOneRecord, reasonOf } from '../define/bulk-targets.js';
import { defineWriteTool, type ToolContext } from '../define/define-tool.js';
import { readAll } from '../define/read-all.js';
import * as inputs from '../define/shared-inputs.js';
import { type Busy, bookedCalls, busyTime, spanOf } from '../scheduling/busy-time.js';
import { overlaps } from '../scheduling/intervals.js';
import { type Belonging, ofContact, ofResource } from './belongings.js';

const kinds = { resource: 'Resources', contact: 'Contacts' } as const;
const yearMs = 366 * 86_400_000;

const refuse = (field: string, problem: string) =>
  new InvalidInput('Nothing was written.', [{ field, problem }]);

async function personOf(entity: string, given: string | number, field: string, context: ToolContext) {
  const { reads, writes } = context.entities.tenant();
  const id = await writes.subjects.idToWrite(findEntity(entity), given, field, context);
  const row = await reads.row(findEntity(entity), id, undefined, context);
  if (row === null) throw refuse(field, `there is no record ${id} in ${entity}`);
  return { id, row };
}
type Person = Awaited<ReturnType<typeof personOf>>;

/** Placeholders of the table as values of this call. */
function filled(open: Belonging['open'], { closedStatusIds }: ToolContext): Row {
  const values: Readonly<Record<string, unknown>> = {
    '{closed}': closedStatusIds,
    '{now}': new Date().toISOString(),
  };
  const fill = (value: unknown): unknown => {
    if (typeof value === 'string') return values[value] ?? value;
    const object = z.record(z.string(), z.unknown()).safeParse(value);
    if (!object.success) return value;
    return Object.fromEntries(Object.entries(object.data).map(([name, inner]) => [name, fill(inner)]));
  };
  return Object.fromEntries(Object.entries(open).map(([name, value]) => [name, fill(value)]));
}

/** The role in which the successor takes over: the same where they hold it, else their default one. */
async function roleFor(to: Person, row: Row, role: string, context: ToolContext): Promise<Row> {
  const current = row[role];
  const held = await ifAllowed(
    () => rolesOfResource(to.id, typeof current === 'number' ? current : undefined, context),
    noRoles,
  );
  if (held.ids.length === 0 || held.ids.some((id) => id === current)) return { [role]: current };
  return { [role]: (await usualRole(to.id, held, context)) ?? held.ids[0] };
}

/** Steps that move one record; an assignment that cannot be changed is made anew before the old one goes. */
type Move = () => Promise<readonly WritePlan[]>;

interface Transfer {
  readonly called: string;
  readonly plan: Move;
  /** What else the successor has to do then. */
  readonly conflicts?: readonly string[];
}

async function movesOf(
  { entity, field, open, role }: Belonging,
  from: Person,
  to: Person,
  context: ToolContext,
): Promise<Transfer[]> {
  const rows = await readAll(entity, { [field]: from.id, ...filled(open, context) }, context);
  const known = new Map(rows.map((row) => [`${entity}/${String(row.id)}`, row]));
  const own: ToolContext = { ...context, rows: known };
  return rows.map((row) => ({
    called: `${findEntity(entity).singular} ${String(row.id)}`,
    plan: async () => {
      const roles = role === undefined ? {} : await roleFor(to, row, role, context);
      const data = { [field]: to.id, ...roles };
      const { writes } = context.entities.tenant();
      return [await writes.planUpdate({ entity, id: Number(row.id), data }, own)];
    },
  }));
}

/** Whether something else takes the time of a service call. */
function takes(call: Row, busy: Busy): boolean {
  const span = spanOf(call);
  const isOther = busy.kind !== 'service call' || busy.id !== call.id;
  return isOther && span !== null && overlaps(busy, span);
}

/** Service calls to come: who goes is an assignment that is made anew and taken away. */
async function visitsOf(from: Person, to: Person, context: ToolContext): Promise<Transfer[]> {
  const range = { from: Date.now(), until: Date.now() + yearMs };
  const booked = await bookedCalls([from.id], range, context, () => undefined);
  if (booked.length === 0) return [];
  const { busy } = await busyTime(new Map([[to.id, context.timeZone]]), range, context);
  return booked.map(({ call, entity, assignment }) => ({
    conflicts: (busy.get(to.id) ?? [])
      .filter((one) => takes(call, one))
      .map(
        ({ kind, what }) => `who takes over is not free for service call ${String(call.id)}: ${kind} ${what}`,
      ),
    called: `${findEntity(entity).singular} ${String(assignment.id)}`,
    plan: async () => {
      const { planCreate, planDelete } = context.entities.tenant().writes;
      const { id, resourceID: _, ...link } = assignment;
      const anew = await planCreate({ entity, data: { ...link, resourceID: to.id } }, context);
      const old = await planDelete({ entity, id: Number(id) }, context);
      return [anew, { ...old, needs: [anew] }];
    },
  }));
}

export const transferWork = defineWriteTool({
  name: 'transfer-work',
  title: 'Transfer work',
  description: 'Give what is open of a leaving technician or contact to another one; the preview lists it.',
  input: {
    kind: z.enum(['resource', 'contact']),
    from: inputs.idOrName,
    to: inputs.idOrName,
    entities: inputs.fieldNames,
  },
  destructive: true,
  idempotent: true,
  plan: async ({ kind, from: leaving, to: taking, entities }, context): Promise<WriteSteps> => {
    const [from, to] = [
      await personOf(kinds[kind], leaving, 'from', context),
      await personOf(kinds[kind], taking, 'to', context),
    ];
    if (from.id === to.id) throw refuse('to', 'is the one who leaves');
    if (to.row.isActive === false || to.row.isActive === 0) throw refuse('to', 'is not active');
    if (kind === 'contact' && from.row.companyID !== to.row.companyID)
      throw refuse('to', 'is a contact of another company');
    const wanted = entities?.map((name) => findEntity(name).name);
    const isWanted = (entity: string) => wanted === undefined || wanted.includes(entity);
    const belongings = kind === 'resource' ? ofResource : ofContact;
    const offered = [
      ...belongings.map(({ entity }) => entity),
      ...(kind === 'resource' ? ['ServiceCalls'] : []),
    ];
    const other = wanted?.find((name) => !offered.includes(name));
    if (other !== undefined) throw refuse('entities', `${other} is none of ${offered.join(', ')}`);
    const found = await Promise.all([
      ...belongings.filter(({ entity }) => isWanted(entity)).map((one) => movesOf(one, from, to, context)),
      ...(kind === 'resource' && isWanted('ServiceCalls') ? [visitsOf(from, to, context)] : []),
    ]);
    const moves = found.flat();
    const most = context.entities.policy.maxRecordsPerCall('update');
    const steps: WritePlan[] = [];
    const skipped: SkippedRecord[] = [];
    for (const { called, plan } of moves.slice(0, most)) {
      try {
        steps.push(...(await plan()).filter((step) => !isDone(step)));
      } catch (error) {
        if (!isOfOneRecord(error)) throw error;
        skipped.push({ called, reason: reasonOf(error) });
      }
    }
    if (moves.length === 0)
      throw new AutotaskError('notFound', 'Nothing open is theirs. Nothing was written.');
    const more = moves.length - most;
    const notes = [
      ...moves.flatMap(({ conflicts = [] }) => conflicts),
      'time entries, notes and what is closed stay as they are',
      ...(more > 0 ? [`${more} more are theirs: call again afterwards`] : []),
    ];
    return { steps, skipped, onError: 'continue', notes, byQuery: true, chosen: [] };
  },
});
