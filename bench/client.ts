/**
 * What the client adds to a request, as a ratio to a bare `http.request` with a keep-alive agent against
 * the same loopback server: one after the other, and 20 at once. The same for got alone tells which part
 * of it is the HTTP library's. Run: npx tsx bench/client.ts
 */
import { Agent, request } from 'node:http';
import { got } from 'got';
import { createReader } from '../src/client/index.js';
import { createMemoryState } from '../src/client/tenant-state/memory-state.js';
import { defaultTuning } from '../src/client/tuning.js';
import { startLoopback } from './loopback.js';

const rounds = 5;
const requests = 1_000;
const entities = ['Tickets', 'Companies', 'Contacts', 'Tasks', 'Projects', 'Quotes', 'Roles'];

const server = await startLoopback(0);
const agent = new Agent({ keepAlive: true });
// Never told how much of the threshold is used, so nothing slows down.
const tuning = { ...defaultTuning, maxThrottleDelayMs: 0 };
const reader = createReader({
  credentials: { userName: 'bench@example.com', secret: 'secret', integrationCode: 'code' },
  zoneUrl: server.url,
  timeoutMs: 60_000,
  maxConcurrency: 20,
  cacheDir: null,
  state: createMemoryState(20, tuning, null),
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

const library = got.extend({ agent: { http: agent }, retry: { limit: 0 }, throwHttpErrors: false });
const ways = {
  'http.request': bare,
  'got alone': (index: number) => library(`${server.url}ATServicesRest/V1.0/${pathOf(index)}`).json(),
  client: (index: number) => reader.item(pathOf(index)),
};

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

for (const atOnce of [1, 20]) {
  const times = new Map<string, number[]>();
  // The first round warms up and is not counted; the ways take turns, so that other load hits all of them.
  for (let round = 0; round <= rounds; round += 1) {
    for (const [way, send] of Object.entries(ways)) {
      const time = await measure(send, atOnce);
      if (round > 0) times.set(way, [...(times.get(way) ?? []), time]);
    }
  }
  const base = median(times.get('http.request') ?? []);
  process.stdout.write(`${atOnce === 1 ? 'sequential' : `${atOnce} at once`}\n`);
  for (const [way, values] of times) {
    const time = median(values);
    process.stdout.write(
      `  ${way.padEnd(12)} ${time.toFixed(3)} ms/request, ratio ${(time / base).toFixed(2)}\n`,
    );
  }
}
agent.destroy();
server.close();
process.exit(0);
