import * as z from 'zod';
import type { Row } from '../../client/types.js';
import { findEntity } from '../../entities/metadata/entity-names.js';
import { isDone, type SkippedRecord, type WritePlan, type WriteSteps } from '../../entities/write/plan.js';
import { AutotaskError, InvalidInput } from '../../errors.js';
import { isOfOneRecord, reasonOf } from '../define/bulk-targets.js';
import { defineWriteTool, type ToolContext } from '../define/define-tool.js';
import { readAll } from '../define/read-all.js';
import * as inputs from '../define/shared-inputs.js';
import { assignmentsOf, visitsOf } from './assignments.js';
import {
  type Assignment,
  type Belonging,
  helpOfContact,
  helpOfResource,
  ofContact,
  ofResource,
} from './belongings.js';
import { filled, type Person, roleFor, type Transfer } from './person.js';

const kinds = {
  resource: {
    entity: 'Resources',
    belongings: ofResource,
    help: helpOfResource,
    visits: ['ServiceCalls'],
    stays: 'sales orders, approvals, roles and queues',
  },
  contact: {
    entity: 'Contacts',
    belongings: ofContact,
    help: helpOfContact,
    visits: [],
    stays: 'quotes, sales orders and contact groups',
  },
} as const;

const refuse = (field: string, problem: string) =>
  new InvalidInput('Nothing was written.', [{ field, problem }]);

async function personOf(
  entity: string,
  given: string | number,
  field: string,
  context: ToolContext,
): Promise<Person> {
  const { reads, writes } = context.entities.tenant();
  const id = await writes.subjects.idToWrite(findEntity(entity), given, field, context);
  const row = await reads.row(findEntity(entity), id, undefined, context);
  if (row === null) throw refuse(field, `there is no record ${id} in ${entity}`);
  return { id, row };
}

/** Where the successor helps already: Autotask takes nobody twice on one record, so that has to go first. */
async function helpInTheWay(
  { entity, role }: Belonging,
  rows: readonly Row[],
  to: Person,
  help: readonly Assignment[],
  context: ToolContext,
): Promise<ReadonlyMap<unknown, () => Promise<WritePlan>>> {
  const own = help.find(({ of }) => of === entity);
  if (own === undefined || role === undefined || rows.length === 0) return new Map();
  const query = { [own.field]: to.id, [own.by]: rows.map(({ id }) => id) };
  const there = await readAll(own.entity, query, context);
  const { planDelete } = context.entities.tenant().writes;
  return new Map(
    there.map((row) => [row[own.by], () => planDelete({ entity: own.entity, id: Number(row.id) }, context)]),
  );
}

async function movesOf(
  belonging: Belonging,
  from: Person,
  to: Person,
  help: readonly Assignment[],
  context: ToolContext,
): Promise<Transfer[]> {
  const { entity, field, open, role } = belonging;
  const rows = await readAll(entity, { [field]: from.id, ...filled(open, context) }, context);
  const inTheWay = await helpInTheWay(belonging, rows, to, help, context);
  const known = new Map(rows.map((row) => [`${entity}/${String(row.id)}`, row]));
  const own: ToolContext = { ...context, rows: known };
  return rows.map((row) => ({
    called: `${findEntity(entity).singular} ${String(row.id)}`,
    plan: async () => {
      const roles = role === undefined ? {} : await roleFor(to, row, role, context);
      const data = { [field]: to.id, ...roles };
      const { writes } = context.entities.tenant();
      const before = await inTheWay.get(row.id)?.();
      const update = await writes.planUpdate({ entity, id: Number(row.id), data }, own);
      return before === undefined ? [update] : [before, { ...update, needs: [before] }];
    },
  }));
}

/** The steps of transfers, as many as one call may write of each kind, and how many transfers are left. */
async function stepsOf(transfers: readonly Transfer[], { entities: { policy } }: ToolContext) {
  const steps: WritePlan[] = [];
  const skipped: SkippedRecord[] = [];
  const fits = (more: readonly WritePlan[]) =>
    more.every(({ action }) => {
      const count = [...steps, ...more].filter((step) => step.action === action).length;
      return count <= policy.maxRecordsPerCall(action);
    });
  for (const [at, { called, plan }] of transfers.entries()) {
    try {
      const planned = (await plan()).filter((step) => !isDone(step));
      if (!fits(planned)) return { steps, skipped, left: transfers.length - at };
      steps.push(...planned);
    } catch (error) {
      if (!isOfOneRecord(error)) throw error;
      skipped.push({ called, reason: reasonOf(error) });
    }
  }
  return { steps, skipped, left: 0 };
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
    const { entity, belongings, help, visits, stays } = kinds[kind];
    const from = await personOf(entity, leaving, 'from', context);
    const to = await personOf(entity, taking, 'to', context);
    if (from.id === to.id) throw refuse('to', 'is the one who leaves');
    if (to.row.isActive === false || to.row.isActive === 0) throw refuse('to', 'is not active');
    if (kind === 'contact' && from.row.companyID !== to.row.companyID)
      throw refuse('to', 'is a contact of another company');
    if (entities?.length === 0) throw refuse('entities', 'is empty: leave it out for all of them');
    const wanted = entities?.map((name) => findEntity(name).name);
    const isWanted = (name: string) => wanted === undefined || wanted.includes(name);
    const offered = [...[...belongings, ...help].map((one) => one.entity), ...visits];
    const other = wanted?.find((name) => !offered.includes(name));
    if (other !== undefined) throw refuse('entities', `${other} is none of ${offered.join(', ')}`);
    const found = await Promise.all([
      ...belongings.filter((one) => isWanted(one.entity)).map((one) => movesOf(one, from, to, help, context)),
      ...help.filter((one) => isWanted(one.entity)).map((one) => assignmentsOf(one, from, to, context)),
      ...visits.filter(isWanted).map(() => visitsOf(from, to, context)),
    ]);
    const transfers = found.flat();
    if (transfers.length === 0)
      throw new AutotaskError(
        'notFound',
        `Nothing open${wanted === undefined ? '' : ` of ${wanted.join(', ')}`} is theirs. Nothing was written.`,
      );
    const { steps, skipped, left } = await stepsOf(transfers, context);
    const notes = [
      ...transfers.flatMap(({ conflicts = [] }) => conflicts),
      `time entries, notes, ${stays}, and what is closed stay as they are`,
      ...(left > 0 ? [`${left} more are theirs: call again afterwards`] : []),
    ];
    return { steps, skipped, onError: 'continue', notes, byQuery: true, chosen: [] };
  },
});
