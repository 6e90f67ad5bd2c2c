import * as z from 'zod';
import type { Row } from '../../client/types.js';
import { fieldValue } from '../../entities/display/display.js';
import { findEntity } from '../../entities/metadata/entity-names.js';
import { sameValue } from '../../entities/write/outcomes/equality.js';
import type { RecordedWrite } from '../../entities/write/outcomes/receipt.js';
import { routes } from '../../entities/write/route.js';
import type { Entity } from '../../model.js';
import type { ToolContext } from '../define/define-tool.js';
import { activeChoices, namedChoice } from '../define/picklist-defaults.js';
import { parentOf, type ReceiptStep } from './receipt-step.js';

/** Former values of the fields that still hold what was written, and the names of the others. */
async function formerValues(write: RecordedWrite, row: Row, context: ToolContext) {
  const known = await context.entities.facts(findEntity(write.entity), context.signal);
  const { body = {}, former } = write;
  const udfs = z
    .array(z.looseObject({ name: z.string() }))
    .catch([])
    .parse(body?.userDefinedFields);
  const names = [
    ...Object.keys(body ?? {}).filter((name) => name !== 'id' && name !== 'userDefinedFields'),
    ...udfs.map(({ name }) => name),
  ];
  const data: Record<string, unknown> = {};
  const kept: string[] = [];
  for (const name of names) {
    const field = await known.find(name, context.signal);
    const isCut = write.cut.includes(field?.udf ? 'userDefinedFields' : name);
    if (field === undefined || former === null || isCut)
      kept.push(`${name} (its former value is not recorded)`);
    else if (!sameValue(fieldValue(body ?? {}, field), fieldValue(row, field), field))
      kept.push(`${name} (has another value by now)`);
    else data[name] = fieldValue(former, field) ?? null;
  }
  return { data, kept };
}

/** What tenants call a record that is over and done with. */
const endings = ['Complete', 'Completed', 'Closed', 'Done', 'Canceled', 'Cancelled', 'Inactive'];

/** How a record is put aside where Autotask does not delete it: by the tenant's own choices. */
async function putAside({ name }: Entity, context: ToolContext) {
  const { facts: isActive } = await activeChoices(name, 'isActive', context);
  if (isActive !== undefined) {
    const off = isActive.dataType === 'boolean' ? false : 0;
    return { data: { isActive: off }, how: 'isActive false' };
  }
  const { choices } = await activeChoices(name, 'status', context);
  const closed = choices.find(({ value }) => context.closedStatusIds.includes(Number(value)));
  const ending =
    (await namedChoice(name, 'status', endings, context)) ?? (name === 'Tickets' ? closed : undefined);
  if (ending === undefined) return null;
  return { data: { status: Number(ending.value) }, how: `status ${ending.label} (${ending.value})` };
}

async function withoutCreated(write: RecordedWrite, id: number, context: ToolContext): Promise<ReceiptStep> {
  const { entity: name } = write;
  const entity = findEntity(name);
  const { writes } = context.entities.tenant();
  const parent = parentOf(write);
  if (routes(entity, 'delete').length > 0)
    return { plan: await writes.planDelete({ entity: name, id, ...parent }, context) };
  const aside = routes(entity, 'patch').length > 0 ? await putAside(entity, context) : null;
  if (aside === null) return { skip: 'cannot be undone: Autotask deletes no such record' };
  const notes = [`cannot be undone, Autotask deletes no ${name}: offered instead is ${aside.how}`];
  return { plan: await writes.planUpdate({ entity: name, id, data: aside.data, ...parent, notes }, context) };
}

async function recreated(write: RecordedWrite, context: ToolContext): Promise<ReceiptStep> {
  const { entity: name, former, cut, undoneBy } = write;
  // Unlike a field or a record that is gone, nothing at the tenant tells.
  if (undoneBy !== undefined) return { skip: `undone already by ${undoneBy}: its status says how far` };
  if (former === null || cut.length > 0)
    return { skip: `cannot be undone: ${cut.join(', ') || 'the record'} is not recorded whole` };
  const known = await context.entities.facts(findEntity(name), context.signal);
  const data = Object.fromEntries(
    Object.entries(former).filter(([field, value]) => {
      const facts = known.field(field);
      const settable =
        facts === undefined
          ? field === 'userDefinedFields'
          : facts.isReadOnly !== true || facts.isRequired === true;
      return settable && field !== 'id' && value !== null && value !== '';
    }),
  );
  const notes = ['a record that was deleted comes back under a new id, without what stood below it'];
  const { writes } = context.entities.tenant();
  const args = { entity: name, data, ...parentOf(write), notes, again: true };
  return { plan: await writes.planCreate(args, context) };
}

/** The reverse of a write that was made. */
export async function reversed(write: RecordedWrite, context: ToolContext): Promise<ReceiptStep> {
  const { entity: name, action, id, state } = write;
  if (state === 'unknown') return { skip: 'nobody knows whether it was made: resume finds out' };
  if (state !== 'done') return { skip: 'was not made' };
  if (id === null) return { skip: 'has no id' };
  if (action === 'create') return withoutCreated(write, id, context);
  if (action === 'delete') return recreated(write, context);
  const { writes, reads } = context.entities.tenant();
  const parent = parentOf(write);
  const row = await reads.row(findEntity(name), id, parent.parentId, context);
  if (row === null) return { skip: 'is not there any more' };
  const { data, kept } = await formerValues(write, row, context);
  if (Object.keys(data).length === 0)
    return { skip: `cannot be undone: ${kept.join(', ') || 'what was written is not recorded'}` };
  const notes = kept.length === 0 ? [] : [`not set back: ${kept.join(', ')}`];
  return { plan: await writes.planUpdate({ entity: name, id, data, ...parent, notes }, context) };
}
