import * as z from 'zod';
import type { TenantHandle } from '../../src/sandbox/types.js';

export type Item = Readonly<Record<string, unknown>>;

const page = z.looseObject({ items: z.array(z.record(z.string(), z.unknown())) });

/** Every record of an entity as the tenant itself answers it: read by plain HTTP, without any of our client. */
export async function everyRecord(tenant: TenantHandle, entity: string): Promise<readonly Item[]> {
  const { credentials, apiUrl } = tenant;
  const found: Item[] = [];
  for (let last = -1; ; ) {
    const response = await fetch(`${apiUrl}V1.0/${entity}/query`, {
      method: 'POST',
      headers: {
        UserName: credentials.userName,
        Secret: credentials.secret,
        ApiIntegrationCode: credentials.integrationCode,
        'Content-Type': 'application/json',
      },
      body: JSON.stringify({ filter: [{ op: 'gt', field: 'id', value: last }] }),
    });
    const { items } = page.parse(await response.json());
    found.push(...items);
    if (items.length < 500) return found;
    last = Number(items.at(-1)?.id);
  }
}
