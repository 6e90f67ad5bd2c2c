import { encode } from 'gpt-tokenizer';
import * as z from 'zod';
import { connect } from '../test/support/tenant.js';

/**
 * Five questions of a service desk: calls of a model and tokens (o200k) it writes and reads with aggregate-entity,
 * against the leanest way over Autotask's REST API that needs no arithmetic before it starts: the matching records
 * with nothing but the fields that are needed, page by page, and the names behind their ids. What a model would
 * then have to add up itself, and the metadata for labels, is not counted.
 * Measured on 2026-11-26: 5 calls against 13, 1,223 tokens against 130,583 (0.009); the closest is hours by
 * technician with 263 against 2,502 (0.105).
 *
 * Run: npm run build && npx tsx bench/answers.ts
 */
const tenant = await connect();

const page = z.looseObject({
  items: z.array(z.looseObject({ id: z.number() })),
  pageDetails: z.looseObject({ nextPageUrl: z.string().nullable() }),
});
type Item = z.infer<typeof page>['items'][number];

interface Cost {
  calls: number;
  tokens: number;
}
const tokensOf = (value: unknown) => encode(typeof value === 'string' ? value : JSON.stringify(value)).length;

/** All pages of a query over plain HTTP, and what they cost. */
async function raw(cost: Cost, entity: string, filter: readonly unknown[], fields: readonly string[]) {
  const { credentials, apiUrl } = tenant.sandbox;
  const body = JSON.stringify({ filter, IncludeFields: ['id', ...fields] });
  const found: Item[] = [];
  let url: string | null = `${apiUrl}V1.0/${entity}/query`;
  while (url !== null) {
    const response: Response = await fetch(url, {
      method: 'POST',
      headers: {
        UserName: credentials.userName,
        Secret: credentials.secret,
        ApiIntegrationCode: credentials.integrationCode,
        'Content-Type': 'application/json',
      },
      body,
    });
    const read = page.parse(await response.json());
    cost.calls += 1;
    cost.tokens += tokensOf(body) + tokensOf(read);
    found.push(...read.items);
    url = read.pageDetails.nextPageUrl;
  }
  return found;
}

/** Records that the given ones point to, in chunks of 500. */
async function behind(
  cost: Cost,
  items: readonly Item[],
  field: string,
  entity: string,
  fields: readonly string[],
) {
  const ids = [...new Set(items.map((item) => item[field]).filter((id) => typeof id === 'number'))];
  const found: Item[] = [];
  for (let from = 0; from < ids.length; from += 500) {
    const filter = [{ op: 'in', field: 'id', value: ids.slice(from, from + 500) }];
    found.push(...(await raw(cost, entity, filter, fields)));
  }
  return found;
}

const between = (field: string, from: string, until: string) => [
  { op: 'gte', field, value: from },
  { op: 'lt', field, value: until },
];

const questions: readonly {
  readonly name: string;
  readonly args: Record<string, unknown>;
  plain(cost: Cost): Promise<unknown>;
}[] = [
  {
    name: 'hours by technician, a week',
    args: {
      entity: 'TimeEntries',
      query: { dateWorked: '2026-11-09..2026-11-15' },
      groupBy: ['resourceID'],
      metrics: ['sum(hoursWorked)'],
    },
    plain: async (cost) => {
      const week = between('dateWorked', '2026-11-09', '2026-11-16');
      const entries = await raw(cost, 'TimeEntries', week, ['resourceID', 'hoursWorked']);
      await behind(cost, entries, 'resourceID', 'Resources', ['firstName', 'lastName']);
    },
  },
  {
    name: 'billable hours by customer, a month',
    args: {
      entity: 'TimeEntries',
      query: { dateWorked: '2026-10-01..2026-10-31', isNonBillable: false },
      groupBy: ['ticketID.companyID|taskID.projectID.companyID'],
      metrics: ['sum(hoursToBill)'],
    },
    plain: async (cost) => {
      const month = [
        ...between('dateWorked', '2026-10-01', '2026-11-01'),
        { op: 'eq', field: 'isNonBillable', value: false },
      ];
      const entries = await raw(cost, 'TimeEntries', month, ['ticketID', 'taskID', 'hoursToBill']);
      const tickets = await behind(cost, entries, 'ticketID', 'Tickets', ['companyID']);
      const tasks = await behind(cost, entries, 'taskID', 'Tasks', ['projectID']);
      const projects = await behind(cost, tasks, 'projectID', 'Projects', ['companyID']);
      await behind(cost, [...tickets, ...projects], 'companyID', 'Companies', ['companyName']);
    },
  },
  {
    name: 'tickets by queue and month, a quarter',
    args: {
      entity: 'Tickets',
      query: { createDate: '2026-07-01..2026-09-30' },
      groupBy: ['queueID', 'createDate:month'],
    },
    plain: (cost) =>
      raw(cost, 'Tickets', between('createDate', '2026-07-01', '2026-10-01'), ['queueID', 'createDate']),
  },
  {
    name: 'average days to complete by priority',
    args: {
      entity: 'Tickets',
      query: { completedDate: { exist: true } },
      groupBy: ['priority'],
      metrics: ['avg(completedDate-createDate)'],
    },
    plain: (cost) =>
      raw(
        cost,
        'Tickets',
        [{ op: 'exist', field: 'completedDate' }],
        ['priority', 'createDate', 'completedDate'],
      ),
  },
  {
    name: 'open tickets by age',
    args: { entity: 'Tickets', query: { status: { noteq: 'Complete' } }, groupBy: ['createDate:age'] },
    plain: (cost) => raw(cost, 'Tickets', [{ op: 'noteq', field: 'status', value: 5 }], ['createDate']),
  },
];

const out = (name: string, cells: readonly (string | number)[]) =>
  process.stdout.write(`${name.padEnd(38)}${cells.map((cell) => String(cell).padStart(13)).join('')}\n`);

out('', ['calls', 'raw calls', 'tokens', 'raw tokens', 'tokens/raw', 'upstream']);
const sum = { calls: 0, tokens: 0, rawCalls: 0, rawTokens: 0 };
for (const { name, args, plain } of questions) {
  let text = '';
  const requests = await tenant.requestsOf(async () => {
    const answer = await tenant.call('aggregate-entity', args);
    if (answer.isError) throw new Error(answer.text);
    text = answer.text;
  });
  // Metadata is read once in six hours.
  const upstream = requests.filter(({ path }) => /query/.test(path)).length;
  const tokens = tokensOf(args) + tokensOf(text);
  const cost: Cost = { calls: 0, tokens: 0 };
  await plain(cost);
  out(name, [1, cost.calls, tokens, cost.tokens, (tokens / cost.tokens).toFixed(3), upstream]);
  sum.calls += 1;
  sum.tokens += tokens;
  sum.rawCalls += cost.calls;
  sum.rawTokens += cost.tokens;
}
out('all five', [
  sum.calls,
  sum.rawCalls,
  sum.tokens,
  sum.rawTokens,
  (sum.tokens / sum.rawTokens).toFixed(3),
  '',
]);
await tenant.close();
