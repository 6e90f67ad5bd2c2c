import { expect, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import { Random } from '../../src/sandbox/seed/random.js';
import { callerOf } from './caller.js';
import { matchesAll, type Node } from './reference.js';

const operators = [
  'eq',
  'noteq',
  'gt',
  'gte',
  'lt',
  'lte',
  'beginsWith',
  'endsWith',
  'contains',
  'exist',
  'notExist',
  'in',
  'notIn',
  'ne',
  'like',
];
const fields = [
  'id',
  'status',
  'PRIORITY',
  'queueID',
  'assignedResourceID',
  'title',
  'ticketNumber',
  'estimatedHours',
  'createDate',
  'lastActivityDate',
  'dueDateTime',
  'serviceLevelAgreementHasBeenMet',
  'isAssignedToComanaged',
  'contractID',
  'monitorID',
];

type Item = Readonly<Record<string, unknown>>;

/** A condition whose value is mostly taken from a row, sometimes of the wrong type or missing. */
function condition(random: Random, items: readonly Item[]): Node {
  const field = random.pick(fields);
  const op = random.pick(operators);
  const value = (): unknown => {
    const row = random.pick(items);
    const found = Object.entries(row).find(([key]) => key.toLowerCase() === field.toLowerCase())?.[1];
    if (field.endsWith('Date') || field.endsWith('Time'))
      return typeof found === 'string' ? found : '2026-01-01';
    if (random.chance(0.05)) return null;
    if (random.chance(0.05)) return 'text';
    if (typeof found === 'string' && random.chance(0.5)) {
      const from = random.int(0, found.length - 1);
      return found.slice(from, from + random.int(1, 6)).toUpperCase();
    }
    return found ?? random.int(0, 9);
  };
  if (op === 'in' || op === 'notIn')
    return { op, field, value: Array.from({ length: random.int(1, 6) }, value) };
  return op === 'exist' || op === 'notExist' ? { op, field } : { op, field, value: value() };
}

function filter(random: Random, items: readonly Item[], depth: number): Node[] {
  return Array.from({ length: random.int(1, 3) }, () =>
    depth > 0 && random.chance(0.35)
      ? { op: random.pick(['and', 'or']), items: filter(random, items, depth - 1) }
      : condition(random, items),
  );
}

test('200 random filters answer like the plain reference, page by page and in count', {
  timeout: 60_000,
}, async () => {
  const sandbox = await startSandbox({
    scale: 0.2,
    today: new Date('2026-11-20'),
    limits: { threshold: 1_000_000 },
  });
  const call = callerOf(sandbox);
  const read = async (wanted: readonly Node[], MaxRecords: number): Promise<Item[]> => {
    const body = { filter: wanted, MaxRecords, IncludeFields: fields };
    const found: Item[] = [];
    let answer = await call('POST', 'Tickets/query', body);
    while (answer.status === 200) {
      found.push(...answer.body.items);
      if (answer.body.pageDetails.nextPageUrl === null) return found;
      answer = await call('POST', answer.body.pageDetails.nextPageUrl, body);
    }
    throw new Error(answer.text);
  };
  const all = await read([{ op: 'exist', field: 'id' }], 500);
  const random = new Random('filters');
  let some = 0;
  for (let i = 0; i < 200; i++) {
    const wanted = filter(random, all, 3);
    const expected = all.filter((item) => matchesAll(wanted, item)).map((item) => item.id);
    const got = await read(wanted, random.pick([500, 120]));
    expect(
      got.map((item) => item.id),
      JSON.stringify(wanted),
    ).toEqual(expected);
    const { body } = await call('POST', 'Tickets/query/count', { filter: wanted });
    expect(body.queryCount, JSON.stringify(wanted)).toBe(expected.length);
    if (expected.length > 0 && expected.length < all.length) some++;
    // Data changes between the questions, so that indexes have to follow.
    const row = random.pick(all);
    const status = random.pick([1, 8, 12]);
    await call('PATCH', 'Tickets', { id: row.id, status });
    const { body: fresh } = await call('GET', `Tickets/${String(row.id)}`);
    all[all.indexOf(row)] = fresh.item;
  }
  expect(some).toBeGreaterThan(60);
  await sandbox.close();
});
