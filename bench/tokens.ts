import { encode } from 'gpt-tokenizer';
import * as z from 'zod';
import { viewMimeType } from '../src/view-data.js';
import { openClient } from '../test/support/client.js';
import { connect, program, tenantEnvironment } from '../test/support/tenant.js';

/**
 * Tokens (o200k) that a model reads for a list of tickets: this server's answer against the compact JSON of
 * the same records as Autotask itself returns them, and against that JSON reduced to the same fields.
 * Measured on 2026-11-20: 25 tickets 1,501 against 18,421 (0.08; same fields 0.56), 100 tickets 5,813 against
 * 73,121 (0.08; 0.58), 500 tickets 28,864 against 364,753 (0.08; 0.59). With ids beside names (withIds) 1.20, 1.21
 * and 1.21 of the answer without.
 *
 * Then what answers would cost as `structuredContent`, which is the JSON of the same answer (`format: json`): hosts
 * hand the model either that instead of the text, or both. Measured on 2026-11-28: a list of 25 tickets 1,500 tokens
 * of text, as structure 2.29 of that, both 3.29; of 100 tickets 2.34 and 3.34; of 25 time entries 2.65 and 3.65; a
 * ticket 1.24 and 2.24; a company 1.24 and 2.24; groups of tickets 3.32 and 4.32.
 *
 * Last, what the same answers cost a client that shows views (MCP Apps): its text must cost what it costs without, 1.00,
 * because what a view shows comes beside it for the view alone.
 * Run: npm run build && npx tsx bench/tokens.ts
 */
const tenant = await connect();
const rows = z.looseObject({ items: z.array(z.unknown()), pageDetails: z.unknown() });

async function raw(body: Record<string, unknown>): Promise<string> {
  const { credentials, apiUrl } = tenant.sandbox;
  const response = await fetch(`${apiUrl}V1.0/Tickets/query`, {
    method: 'POST',
    headers: {
      UserName: credentials.userName,
      Secret: credentials.secret,
      ApiIntegrationCode: credentials.integrationCode,
      'Content-Type': 'application/json',
    },
    body: JSON.stringify(body),
  });
  return JSON.stringify(rows.parse(await response.json()));
}

const out = (cells: readonly (string | number)[]) =>
  process.stdout.write(`${cells.map((cell) => String(cell).padStart(12)).join('')}\n`);

out(['tickets', 'ours', 'raw', 'ours/raw', 'same fields', 'ours/same', 'with ids', 'ids/ours']);
for (const maxRecords of [25, 100, 500]) {
  const args = { entity: 'Tickets', maxRecords, orderBy: 'id' };
  const { text } = await tenant.call('query-entity', args);
  const { text: withIds } = await tenant.call('query-entity', { ...args, withIds: true });
  const columns =
    text
      .split('\n')
      .find((line) => line.startsWith('id\t'))
      ?.split('\t') ?? [];
  const filter = [{ op: 'exist', field: 'id' }];
  const [whole, same] = await Promise.all([
    raw({ filter, MaxRecords: maxRecords }),
    raw({ filter, MaxRecords: maxRecords, IncludeFields: columns }),
  ]);
  const [ours, all, some, ids] = [text, whole, same, withIds].map((answer) => encode(answer).length);
  if (ours === undefined || all === undefined || some === undefined || ids === undefined)
    throw new Error('nothing was measured');
  out([
    maxRecords,
    ours,
    all,
    (ours / all).toFixed(2),
    some,
    (ours / some).toFixed(2),
    ids,
    (ids / ours).toFixed(2),
  ]);
}

out([]);
out(['answer', 'text', 'structure', 'of text', 'both', 'of text']);
const answers: readonly [string, string, Record<string, unknown>][] = [
  ['25 tickets', 'query-entity', { entity: 'Tickets', maxRecords: 25, orderBy: 'id' }],
  ['100 tickets', 'query-entity', { entity: 'Tickets', maxRecords: 100, orderBy: 'id' }],
  ['25 times', 'search-time-entries', { maxRecords: 25 }],
  ['ticket', 'get-ticket', { id: 'T20261109.0005' }],
  ['company', 'get-company', { id: 175 }],
  ['groups', 'aggregate-entity', { entity: 'Tickets', groupBy: ['status', 'queueID'] }],
];
for (const [name, tool, args] of answers) {
  const text = encode((await tenant.call(tool, args)).text).length;
  const structure = encode(JSON.stringify(await tenant.json(tool, args))).length;
  const both = text + structure;
  out([name, text, structure, (structure / text).toFixed(2), both, (both / text).toFixed(2)]);
}

out([]);
out(['answer', 'without', 'with views', 'of without']);
const showing = await openClient(
  { command: process.execPath, args: [program], env: tenantEnvironment(tenant.sandbox) },
  { kind: 'v2', views: [viewMimeType] },
);
const withViews: typeof answers = [
  ...answers,
  ['preview', 'update-ticket', { id: 'T20261109.0005', priority: 'Low' }],
];
for (const [name, tool, args] of withViews) {
  const plain = encode((await tenant.call(tool, args)).text).length;
  const { content, structuredContent } = await showing.callTool({ name: tool, arguments: args });
  if (structuredContent === undefined && /tickets|groups|preview/.test(name))
    throw new Error(`${name} has no view`);
  const text = content.map((block) => (block.type === 'text' ? block.text : '')).join('\n');
  const beside = encode(text).length;
  out([name, plain, beside, (beside / plain).toFixed(2)]);
}
await showing.close();
await tenant.close();
