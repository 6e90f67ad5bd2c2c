import { Agent, request } from 'node:http';
import { type Sandbox, startSandbox } from '../src/sandbox/index.js';

/**
 * How the sandbox's answers grow with its data: start-up, first look at tickets, and filtered pages and counts
 * at scale 1, 10 and 100 (200,000 tickets). Times are medians over a kept-alive connection.
 * Run with `npx tsx bench/sandbox.ts`.
 */
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

function post(sandbox: Sandbox, path: string, body: unknown): Promise<string> {
  const { userName, secret, integrationCode } = sandbox.credentials;
  return new Promise((resolve, reject) => {
    const sent = request(
      `${sandbox.apiUrl}V1.0/${path}`,
      {
        method: 'POST',
        agent,
        headers: {
          userName,
          secret,
          apiIntegrationCode: integrationCode,
          'content-type': 'application/json',
        },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve(text));
      },
    );
    sent.on('error', reject);
    sent.end(JSON.stringify(body));
  });
}

async function median(work: () => Promise<unknown>, rounds = 25): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return times[Math.floor(rounds / 2)] ?? 0;
}

const eq = (field: string, value: unknown) => ({ op: 'eq', field, value });
const summary = ['id', 'ticketNumber', 'title', 'companyID', 'status', 'priority', 'queueID'];
const questions: Readonly<Record<string, readonly [string, unknown]>> = {
  'page of 25, company and status': [
    'Tickets/query',
    { filter: [eq('companyID', 175), eq('status', 1)], MaxRecords: 25, IncludeFields: summary },
  ],
  'page of 500, status': ['Tickets/query', { filter: [eq('status', 8)], IncludeFields: summary }],
  'page of 500, all fields': ['Tickets/query', { filter: [eq('status', 5)] }],
  'page of 25, title contains': [
    'Tickets/query',
    { filter: [{ op: 'contains', field: 'title', value: 'vpn' }], MaxRecords: 25, IncludeFields: summary },
  ],
  'count, company and status': ['Tickets/query/count', { filter: [eq('companyID', 175), eq('status', 5)] }],
  'count, status': ['Tickets/query/count', { filter: [eq('status', 5)] }],
  'count, unassigned in a queue': [
    'Tickets/query/count',
    { filter: [{ op: 'notExist', field: 'assignedResourceID' }, eq('queueID', 29682833)] },
  ],
  'count, created since': [
    'Tickets/query/count',
    { filter: [{ op: 'gte', field: 'createDate', value: '2026-01-01' }] },
  ],
  'page of 500, active since yesterday': [
    'Tickets/query',
    {
      filter: [
        { op: 'gt', field: 'lastActivityDate', value: new Date(Date.now() - 2 * 86_400_000).toISOString() },
      ],
      IncludeFields: summary,
    },
  ],
  'count, title contains (no index)': [
    'Tickets/query/count',
    { filter: [{ op: 'contains', field: 'title', value: 'vpn' }] },
  ],
};

const scales = [1, 10, 100];
const rows = new Map<string, number[]>();
const note = (name: string, ms: number): void => {
  rows.set(name, [...(rows.get(name) ?? []), ms]);
};

for (const scale of scales) {
  let start = performance.now();
  const sandbox = await startSandbox({ scale, limits: { threshold: Number.MAX_SAFE_INTEGER } });
  note('start', performance.now() - start);
  start = performance.now();
  await post(sandbox, 'Tickets/query/count', { filter: [{ op: 'exist', field: 'id' }] });
  note('first look at tickets', performance.now() - start);
  for (const [name, [path, body]] of Object.entries(questions)) {
    const answer = await post(sandbox, path, body);
    if (answer.includes('"errors"')) throw new Error(answer);
    note(name, await median(() => post(sandbox, path, body)));
  }
  start = performance.now();
  await post(sandbox, 'TimeEntries/query/count', { filter: [{ op: 'exist', field: 'id' }] });
  note('first look at time entries', performance.now() - start);
  note('megabytes', process.memoryUsage().rss / 1e6);
  await sandbox.close();
}

const cell = (value: number | undefined): string =>
  (value ?? 0).toFixed(value !== undefined && value < 10 ? 2 : 0).padStart(9);
process.stdout.write(
  `${'milliseconds'.padEnd(34)}${scales.map((scale) => `${scale}x`.padStart(9)).join('')}   100x/1x\n`,
);
for (const [name, values] of rows) {
  const growth = (values.at(-1) ?? 0) / (values[0] ?? 1);
  process.stdout.write(`${name.padEnd(34)}${values.map(cell).join('')}   ${growth.toFixed(1)}\n`);
}
agent.destroy();
