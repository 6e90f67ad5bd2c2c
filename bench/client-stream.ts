/**
 * Streaming records through paging: records per second and the peak of memory above the start, for
 * 10,000, 50,000 and 100,000 records, each in a process of its own. Memory is flat when the last is like
 * the first. Run: npx tsx bench/client-stream.ts
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createReader } from '../src/client/index.js';
import { startLoopback } from './loopback.js';

const sizes = [10_000, 50_000, 100_000];
const size = Number(process.argv[2] ?? 0);

async function stream(total: number): Promise<string> {
  const server = await startLoopback(total);
  const reader = createReader({
    credentials: { userName: 'bench@example.com', secret: 'secret', integrationCode: 'code' },
    zoneUrl: server.url,
    timeoutMs: 60_000,
    maxConcurrency: 10,
    cacheDir: null,
    log: () => undefined,
  });
  await reader.item('Tickets/1');
  global.gc?.();
  const before = process.memoryUsage();
  let [records, heap, started] = [0, 0, performance.now()];
  let busy = 0;
  for await (const page of reader.pages('Tickets', { filter: [] })) {
    busy += performance.now() - started;
    records += page.length;
    // Collected first, so that the number is what the client holds and not what the collector left.
    global.gc?.();
    heap = Math.max(heap, process.memoryUsage().heapUsed - before.heapUsed);
    started = performance.now();
  }
  const rss = process.resourceUsage().maxRSS / 1024;
  const perSecond = Math.round((records / busy) * 1_000);
  server.close();
  return `${records} records: ${perSecond} records/s, heap held at most ${(heap / 2 ** 20).toFixed(1)} MiB above the start, peak resident ${rss.toFixed(0)} MiB`;
}

if (size > 0) {
  process.stdout.write(`${await stream(size)}\n`);
  process.exit(0);
}
for (const each of sizes) {
  const file = fileURLToPath(import.meta.url);
  const options = { stdio: 'inherit' } as const;
  execFileSync(process.execPath, ['--expose-gc', '--import', 'tsx', file, String(each)], options);
}
