import { randomUUID } from 'node:crypto';
import type { Tenant } from '../../store/tenant.js';
import type { Rules } from './rule.js';

/** A webhook is not ready before one of its fields is subscribed to. */
async function settle(tenant: Tenant, fieldsEntity: string, webhookID: unknown): Promise<void> {
  const webhooks = await tenant.table(fieldsEntity.replace(/(Udf)?Fields$/, 's'));
  const webhook = typeof webhookID === 'number' ? webhooks.get(webhookID) : undefined;
  if (webhook === undefined) return;
  const stem = fieldsEntity.replace(/(Udf)?Fields$/, '');
  let ready = false;
  for (const entity of stem === 'TicketNoteWebhook'
    ? [`${stem}Fields`]
    : [`${stem}Fields`, `${stem}UdfFields`]) {
    const rows = (await tenant.table(entity)).rows;
    ready ||= rows.some((row) => row.webhookID === webhookID && row.isSubscribedField === true);
  }
  webhooks.update(webhook, { isReady: ready });
}

export const webhooks: Rules = {
  prepare: (pending) => {
    if (pending.mode !== 'create') return;
    pending.values.webhookGUID = randomUUID();
    pending.values.isReady = false;
    pending.values.ownerResourceID = pending.actor;
  },
};

export const webhookFields: Rules = {
  after: (pending, row) => settle(pending.tenant, pending.entity.name, row.webhookID),
};

export async function afterFieldRemoved(tenant: Tenant, entity: string, webhookID: unknown): Promise<void> {
  await settle(tenant, entity, webhookID);
}
