import type { Row } from '../../client/types.js';
import { findEntity } from '../../entities/metadata/entity-names.js';
import type { WritePlan } from '../../entities/write/plan.js';
import type { ToolContext } from '../define/define-tool.js';
import { readAll } from '../define/read-all.js';
import { type Busy, bookedCalls, busyTime, spanOf } from '../scheduling/busy-time.js';
import { overlaps } from '../scheduling/intervals.js';
import type { Assignment } from './belongings.js';
import { filled, type Person, roleFor, type Transfer } from './person.js';

const yearMs = 366 * 86_400_000;

/** Whom a record is given to cannot be changed in an assignment: it is made anew before the old one goes. */
async function replaced(
  entity: string,
  { id, ...link }: Row,
  given: Row,
  context: ToolContext,
): Promise<readonly WritePlan[]> {
  const { planCreate, planDelete } = context.entities.tenant().writes;
  const anew = await planCreate({ entity, data: { ...link, ...given } }, context);
  const old = await planDelete({ entity, id: Number(id) }, context);
  return [anew, { ...old, needs: [anew] }];
}

const nameOf = (entity: string, { id }: Row) => `${findEntity(entity).singular} ${String(id)}`;

/** Assignments beside the first one: secondary resources, additional contacts. Of what is open alone. */
export async function assignmentsOf(
  { entity, field, of, by, primary, open, role }: Assignment,
  from: Person,
  to: Person,
  context: ToolContext,
): Promise<Transfer[]> {
  const rows = await readAll(entity, { [field]: from.id }, context);
  if (rows.length === 0) return [];
  const query = { id: rows.map((row) => row[by]), ...filled(open, context) };
  const [subjects, theirs] = await Promise.all([
    readAll(of, query, context),
    readAll(entity, { [field]: to.id, [by]: rows.map((row) => row[by]) }, context),
  ]);
  const subjectOf = new Map(subjects.map((row) => [row.id, row]));
  const isThere = new Set(theirs.map((row) => row[by]));
  return rows
    .filter((row) => subjectOf.has(row[by]))
    .map((row) => ({
      called: nameOf(entity, row),
      plan: async () => {
        // Nobody is on one record twice: then only the one who leaves goes.
        if (isThere.has(row[by]) || subjectOf.get(row[by])?.[primary] === to.id) {
          const { planDelete } = context.entities.tenant().writes;
          return [await planDelete({ entity, id: Number(row.id) }, context)];
        }
        const roles = role === undefined ? {} : await roleFor(to, row, role, context);
        return replaced(entity, row, { [field]: to.id, ...roles }, context);
      },
    }));
}

/** Whether something else takes the time of a service call. */
function takes(call: Row, busy: Busy): boolean {
  const span = spanOf(call);
  const isOther = busy.kind !== 'service call' || busy.id !== call.id;
  return isOther && span !== null && overlaps(busy, span);
}

/** Service calls to come. */
export async function visitsOf(from: Person, to: Person, context: ToolContext): Promise<Transfer[]> {
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
    called: nameOf(entity, assignment),
    plan: () => replaced(entity, assignment, { resourceID: to.id }, context),
  }));
}
