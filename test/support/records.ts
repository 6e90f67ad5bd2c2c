import * as z from 'zod';
import type { TenantHandle } from '../../src/sandbox/types.js';

export type Item = Readonly<Record<string, unknown>>;

const page = z.looseObject({ items: z.array(z.record(z.string(), z.unknown())) });

const made = z.looseObject({ itemId: z.number() });

/** What the tenant itself answers to a POST of the body: by plain HTTP, without any of our client. */
async function post({ credentials, apiUrl }: TenantHandle, path: string, body: object): Promise<unknown> {
  const response = await fetch(`${apiUrl}V1.0/${path}`, {
    method: 'POST',
    headers: {
      UserName: credentials.userName,
      Secret: credentials.secret,
      ApiIntegrationCode: credentials.integrationCode,
      'Content-Type': 'application/json',
    },
    body: JSON.stringify(body),
  });
  return response.json();
}

/** Makes a record below the path, `Tickets` or `Tickets/42/Notes`, and answers its id. */
export const makeRecord = async (tenant: TenantHandle, path: string, body: object): Promise<number> =>
  made.parse(await post(tenant, path, body)).itemId;

/** Up to 500 records that meet the condition. */
export const recordsWhere = async (
  tenant: TenantHandle,
  entity: string,
  condition: object,
): Promise<Item[]> => page.parse(await post(tenant, `${entity}/query`, { filter: [condition] })).items;

/** Every record of an entity. */
export async function everyRecord(tenant: TenantHandle, entity: string): Promise<readonly Item[]> {
  const found: Item[] = [];
  for (let last = -1; ; ) {
    const items = await recordsWhere(tenant, entity, { op: 'gt', field: 'id', value: last });
    found.push(...items);
    if (items.length < 500) return found;
    last = Number(items.at(-1)?.id);
  }
}
