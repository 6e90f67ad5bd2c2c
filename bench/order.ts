/**
 * Upstream calls and time for the five latest tickets, against reading every ticket and sorting: the only
 * other way to be right, because Autotask has no order but that of ids. Also for data in which the highest
 * ids are the oldest, and for the page that follows. Each answer of the sandbox takes 20 ms more, which is
 * little for Autotask. Measured in November 2026, calls and ratio of time: 1,000 tickets 2 of 2 (0.84), 20,000
 * tickets 2 of 40 (0.047), 200,000 tickets 2 of 400 (0.007), the same inverted; the next five take 1 call.
 * Run: npx tsx bench/order.ts
 */
import { createReader } from '../src/client/index.js';
import { createEntities } from '../src/entities/index.js';
import { startSandbox } from '../src/sandbox/index.js';
import type { Row } from '../src/sandbox/store/value.js';

const out = (cells: readonly (string | number)[]) =>
  process.stdout.write(
    `${cells.map((cell, index) => (index === 0 ? String(cell).padEnd(26) : String(cell).padStart(12))).join('')}\n`,
  );

const invert = (rows: Row[]) => {
  const dates = rows.map(({ createDate }) => createDate ?? null);
  for (const [index, row] of rows.entries()) row.createDate = dates[rows.length - 1 - index] ?? null;
};

out(['', 'calls', 'ms', 'all: calls', 'ms', 'calls/all', 'ms/all']);
for (const tickets of [1_000, 20_000, 200_000]) {
  for (const inverted of [false, true]) {
    const sandbox = await startSandbox({
      scale: tickets / 2000,
      latency: 20,
      ...(inverted ? { reshape: { Tickets: invert } } : {}),
    });
    const reader = createReader({
      credentials: sandbox.credentials,
      zoneUrl: sandbox.url,
      timeoutMs: 120_000,
      totalTimeoutMs: 600_000,
      maxConcurrency: 10,
      cacheDir: null,
      log: () => undefined,
    });
    const { reads } = createEntities(reader).tenant();
    const measure = async <T>(work: () => Promise<T>) => {
      const from = sandbox.requests.filter(({ path }) => path.includes('Tickets/query')).length;
      const started = performance.now();
      const result = await work();
      const ms = Math.round(performance.now() - started);
      const calls = sandbox.requests.filter(({ path }) => path.includes('Tickets/query')).length - from;
      return { result, ms, calls };
    };
    const list = (cursor?: string) =>
      reads.query(
        { entity: 'Tickets', maxRecords: 5, includeFields: ['createDate'], newestFirst: true, cursor },
        { timeZone: 'UTC' },
      );
    // Records, indexes, metadata and connections are there before anything is measured.
    await list();

    const all = await measure(async () => {
      const rows: { id: number; at: number }[] = [];
      const search = { filter: [], includeFields: ['id', 'createDate'] };
      for await (const page of reader.pages('Tickets', search)) {
        for (const { id, createDate } of page)
          rows.push({ id: Number(id), at: Date.parse(String(createDate)) });
      }
      return rows.sort((a, b) => b.at - a.at || b.id - a.id).slice(0, 10);
    });
    const latest = await measure(() => list());
    const next = await measure(() => list(latest.result.cursor?.text));
    const ids = [latest, next].flatMap(({ result }) => result.rows.map(([id]) => Number(id?.text)));
    if (ids.join() !== all.result.map(({ id }) => id).join()) throw new Error('the answers differ');

    const what = `${tickets} tickets${inverted ? ', inverted' : ''}`;
    for (const [name, { calls, ms }] of [
      [what, latest],
      ['  the next five', next],
    ] as const) {
      const ratios = [calls / all.calls, ms / all.ms].map((ratio) => ratio.toFixed(3));
      out([name, calls, ms, all.calls, all.ms, ...ratios]);
    }
    await sandbox.close();
  }
}
