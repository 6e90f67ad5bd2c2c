import type { Parent } from '../../model.js';
import { forget } from '../entities/rules/attachments.js';
import { rulesOfDelete } from '../entities/rules/delete.js';
import { afterFieldRemoved } from '../entities/rules/webhooks.js';
import { impersonationOf } from '../entities/write/impersonation.js';
import type { WriteMode } from '../entities/write/pending-record.js';
import { type ParentLink, save } from '../entities/write/save.js';
import { json, type Reply } from '../http/reply.js';
import { Refusal } from '../refusal.js';
import type { Row } from '../store/value.js';
import { childRow, parentField } from './records.js';
import type { Call } from './request-context.js';

const modes: Readonly<Record<string, WriteMode>> = { POST: 'create', PATCH: 'patch', PUT: 'put' };

export async function write(call: Call, entity: string, parent?: Parent): Promise<Reply> {
  const link: ParentLink | undefined =
    parent === undefined ? undefined : { field: parentField(entity, parent), id: call.ids[0] ?? -1 };
  return json({ itemId: await save(call, entity, modes[call.method] ?? 'create', link) });
}

export async function remove(call: Call, entity: string, parent?: Parent): Promise<Reply> {
  const table = await call.tenant.table(entity);
  const row: Row | undefined =
    parent === undefined ? table.get(call.ids[0] ?? -1) : await childRow(call, entity, parent);
  if (row === undefined) {
    throw new Refusal(
      'No matching records found. The logged in Resource may not have the required permissions to delete the data.',
    );
  }
  const { actor } = await impersonationOf(call, entity);
  await rulesOfDelete(call.tenant, entity, row, actor);
  table.remove(row);
  if (/Webhook(Udf)?Fields$/.test(entity)) await afterFieldRemoved(call.tenant, entity, row.webhookID);
  if (entity.endsWith('Attachments')) await forget(call.tenant, entity, row.id);
  return json({ itemId: row.id });
}
