import { encode } from 'gpt-tokenizer';
import * as z from 'zod';
import { connect } from '../test/support/tenant.js';

/**
 * The whole story of the sandbox's busiest ticket: calls and tokens (o200k) of `get-ticket` with `include`
 * against plain REST, where a model asks for each list and then for the names behind the ids.
 * Measured on 2026-11-26: 1 call against 12, 8 requests against 12, 1,668 tokens against 8,719 (0.19).
 * Run: npm run build && npx tsx bench/timeline.ts
 */
const tenant = await connect();
const rows = z.looseObject({ items: z.array(z.record(z.string(), z.unknown())).optional() });
let [calls, tokens] = [0, 0];

async function raw(path: string, body?: object): Promise<Record<string, unknown>[]> {
  const { credentials, apiUrl } = tenant.sandbox;
  const response = await fetch(`${apiUrl}V1.0/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      UserName: credentials.userName,
      Secret: credentials.secret,
      ApiIntegrationCode: credentials.integrationCode,
      'Content-Type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = rows.parse(await response.json());
  calls++;
  tokens += encode(JSON.stringify(answer)).length;
  return answer.items ?? [];
}

const filter = (field: string, value: unknown) => ({
  filter: [{ op: Array.isArray(value) ? 'in' : 'eq', field, value }],
});

const [cause] = await raw('TicketNotes/query', filter('title', 'Cause'));
const id = Number(cause?.ticketID);
[calls, tokens] = [0, 0];
const lists = [
  'TicketNotes',
  'TimeEntries',
  'AttachmentInfo',
  'TicketCharges',
  'TicketChecklistItems',
  'TicketHistory',
  'TicketSecondaryResources',
];
await raw(`Tickets/${id}`);
const all = await Promise.all(lists.map((entity) => raw(`${entity}/query`, filter('ticketID', id))));
const ids = (name: RegExp) => [
  ...new Set(
    all
      .flat()
      .flatMap((row) =>
        Object.entries(row).flatMap(([key, value]) => (name.test(key) && value !== null ? [value] : [])),
      ),
  ),
];
await raw('Resources/query', filter('id', ids(/resourceID$/i)));
await raw('Contacts/query', filter('id', ids(/contactID$/i)));
await raw('BillingCodes/query', filter('id', ids(/^billingCodeID$/)));
await raw('TicketNotes/entityInformation/fields');

await tenant.call('get-ticket', { id, include: ['all'] });
let text = '';
const requests = await tenant.requestsOf(async () => {
  ({ text } = await tenant.call('get-ticket', { id, include: ['all'] }));
});
const ours = encode(text).length;
const out = (cells: readonly (string | number)[]) =>
  process.stdout.write(`${cells.map((cell) => String(cell).padStart(20)).join('')}\n`);
out(['', 'calls of the model', 'requests', 'tokens']);
out(['plain REST', calls, calls, tokens]);
out(['get-ticket include', 1, requests.length, ours]);
out(['ratio', (1 / calls).toFixed(2), (requests.length / calls).toFixed(2), (ours / tokens).toFixed(2)]);
await tenant.close();
