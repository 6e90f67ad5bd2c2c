/**
 * What the client adds to a request, as a ratio to a bare `http.request` with a keep-alive agent against
 * the same loopback server: one after the other, and 20 at once. Run: npx tsx bench/client.ts
 */
import { Agent, request } from 'node:http';
import { createReader } from '../src/client/index.js';
import { createMemoryShare } from '../src/client/memory-share.js';
import { defaultTuning } from '../src/client/tuning.js';
import { startLoopback } from './loopback.js';

const rounds = 5;
const requests = 1_000;
const entities = ['Tickets', 'Companies', 'Contacts', 'Tasks', 'Projects', 'Quotes', 'Roles'];

const server = await startLoopback(0);
const agent = new Agent({ keepAlive: true });
// Never told how much of the threshold is used, so nothing slows down.
const tuning = { ...defaultTuning, slowestPaceMs: 0 };
const reader = createReader({
  credentials: { userName: 'bench@example.com', secret: 'secret', integrationCode: 'code' },
  zoneUrl: server.url,
  timeoutMs: 60_000,
  maxConcurrency: 20,
  cacheDir: null,
  share: createMemoryShare(20, tuning, null),
  tuning,
  log: () => undefined,
});

/** Different ids, so that no two requests are identical; several entities, so that 20 fit at once. */
const pathOf = (index: number) => `${entities[index % entities.length]}/${index}`;

function bare(index: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const headers = { UserName: 'bench@example.com', Secret: 'secret', ApiIntegrationCode: 'code' };
    const url = `${server.url}ATServicesRest/V1.0/${pathOf(index)}`;
    const sent = request(url, { agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve(JSON.parse(text)));
    });
    sent.on('error', reject);
    sent.end();
  });
}

async function measure(send: (index: number) => Promise<unknown>, atOnce: number): Promise<number> {
  let next = 0;
  const started = performance.now();
  const lane = async () => {
    while (next < requests) {
      next += 1;
      await send(next);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return (performance.now() - started) / requests;
}

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

for (const atOnce of [1, 20]) {
  const through = (index: number) => reader.item(pathOf(index));
  await measure(bare, atOnce);
  await measure(through, atOnce);
  const plain: number[] = [];
  const client: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    plain.push(await measure(bare, atOnce));
    client.push(await measure(through, atOnce));
  }
  const [before, after] = [median(plain), median(client)];
  process.stdout.write(
    `${atOnce === 1 ? 'sequential' : `${atOnce} at once`}: bare ${before.toFixed(3)} ms/request, client ${after.toFixed(3)} ms/request, ratio ${(after / before).toFixed(2)}\n`,
  );
}
agent.destroy();
server.close();
process.exit(0);
