/**
 * An aggregation against plain paging of the same records and fields with the same client, in one run: records
 * per second, upstream requests, and the most heap in use while it reads, for 1,000, 10,000 and 100,000 tickets,
 * each in a process of its own. The question groups by company and month and measures a sum, an average span and
 * distinct companies. Memory is flat when the last is like the first.
 *
 * Measured on 2026-11-26, two cores under load from other work, so times vary between runs: ratio to paging at
 * 100,000 records: time 1.4 to 2.4 (26,000 to 78,000 records/s), requests 202 against 200, heap 18 against 16 MiB; at 10,000
 * time 2.8 to 5, 22 against 21, 17 against 16 MiB; at 1,000 time 3.7 to 10, 3 against 2, 17 against 16 MiB: there
 * the count before reading and the 900 groups weigh most.
 *
 * Run: npx tsx bench/aggregate.ts
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createReader } from '../src/client/index.js';
import { createEntities } from '../src/entities/index.js';
import { startLoopback } from './loopback.js';

const sizes = [1_000, 10_000, 100_000];
const size = Number(process.argv[2] ?? 0);

const question = {
  entity: 'Tickets',
  groupBy: ['companyID', 'createDate:month'],
  metrics: ['count', 'sum(estimatedHours)', 'avg(completedDate-createDate:hours)', 'distinct(companyID)'],
  maxRecords: 1_000_000,
};
const includeFields = ['id', 'companyID', 'createDate', 'completedDate', 'estimatedHours'];
const timeZone = 'Europe/Berlin';

async function measure(total: number): Promise<string> {
  const server = await startLoopback(total);
  const reader = createReader({
    credentials: { userName: 'bench@example.com', secret: 'secret', integrationCode: 'code' },
    zoneUrl: server.url,
    timeoutMs: 60_000,
    maxConcurrency: 10,
    cacheDir: null,
    log: () => undefined,
  });
  const { aggregate } = createEntities(reader).tenant();

  const paging = async (each: () => void) => {
    let records = 0;
    for await (const page of reader.pages('Tickets', { filter: [], includeFields })) {
      records += page.length;
      each();
    }
    return records;
  };
  const aggregating = async (each: () => void) =>
    (await aggregate(question, { timeZone, progress: each })).records;

  /** Fastest of three, and the heap of a fourth that is not timed, because it collects on every page. */
  async function run(work: (each: () => void) => Promise<number>) {
    // Warm as a server is that has run for a while; the small sizes need more rounds to get there.
    for (let read = 0; read < 20_000; read += total) await work(() => undefined);
    let [best, requests] = [Number.POSITIVE_INFINITY, 0];
    for (let round = 0; round < 3; round++) {
      const [started, sent] = [performance.now(), reader.requestsSent()];
      if ((await work(() => undefined)) !== total) throw new Error('not all records were read');
      best = Math.min(best, performance.now() - started);
      requests = reader.requestsSent() - sent;
    }
    let heap = 0;
    await work(() => {
      global.gc?.();
      heap = Math.max(heap, process.memoryUsage().heapUsed);
    });
    return { ms: best, requests, heap: heap / 2 ** 20 };
  }
  const plain = await run(paging);
  const ours = await run(aggregating);
  server.close();
  const line = (name: string, { ms, requests, heap }: typeof plain) =>
    `${name.padEnd(12)}${String(Math.round((total / ms) * 1000)).padStart(10)} records/s${String(requests).padStart(6)} requests, heap in use at most ${heap.toFixed(1)} MiB`;
  return [
    `${total} records`,
    line('paging', plain),
    line('aggregating', ours),
    `ratio to paging: time ${(ours.ms / plain.ms).toFixed(2)}, requests ${(ours.requests / plain.requests).toFixed(2)}, heap ${(ours.heap / plain.heap).toFixed(2)}`,
  ].join('\n');
}

if (size > 0) {
  process.stdout.write(`${await measure(size)}\n`);
  process.exit(0);
}
for (const each of sizes) {
  const options = { stdio: 'inherit' } as const;
  execFileSync(
    process.execPath,
    ['--expose-gc', '--import', 'tsx', fileURLToPath(import.meta.url), String(each)],
    options,
  );
}
