/**
 * What traces cost where nobody collects them, which is the default: microseconds that the span of a call and that of
 * a request add, beside what the smallest request to a server on the loopback takes. All take turns in one run;
 * figures are medians. Run: npx tsx bench/traces.ts
 */
import { Agent, get } from 'node:http';
import { type CallMessage, inCallSpan } from '../src/tracing/call-span.js';
import { inRequestSpan } from '../src/tracing/request-span.js';
import { startLoopback } from './loopback.js';

const rounds = 9;
const server = await startLoopback(0);
const agent = new Agent({ keepAlive: true });
const base = `${server.url}ATServicesRest/V1.0/`;
const ended = { ok: true, status: 200 } as const;
const message: CallMessage = {
  method: 'tools/call',
  id: 7,
  protocolVersion: '2025-06-18',
  meta: {},
  headers: new Headers({ 'content-type': 'application/json' }),
};

const ways: Readonly<Record<string, { readonly times: number; readonly work: () => Promise<unknown> }>> = {
  'a request on the loopback': {
    times: 300,
    work: () =>
      new Promise((resolve, reject) => {
        get(`${base}Tickets/42`, { agent }, (response) => {
          response.resume();
          response.on('end', resolve);
        }).on('error', reject);
      }),
  },
  'nothing, awaited': { times: 20_000, work: async () => ended },
  'the span of a call': {
    times: 20_000,
    work: () => inCallSpan(message, 'get-ticket', undefined, async () => ended),
  },
  'the span of a request': {
    times: 20_000,
    work: () =>
      inRequestSpan({ method: 'GET', base, path: 'Tickets/42', repeat: null }, async (span) => {
        span.turn(0);
        return ended;
      }),
  },
};

const taken = new Map<string, number[]>(Object.keys(ways).map((name) => [name, []]));
// The first round warms up and is not counted.
for (let round = 0; round <= rounds; round += 1) {
  for (const [name, { times, work }] of Object.entries(ways)) {
    const since = performance.now();
    for (let time = 0; time < times; time += 1) await work();
    if (round > 0) taken.get(name)?.push(((performance.now() - since) / times) * 1_000);
  }
}
const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const request = median(taken.get('a request on the loopback') ?? []);
for (const [name, values] of taken) {
  const each = median(values);
  process.stdout.write(
    `${name.padEnd(28)}${each.toFixed(1).padStart(8)} µs  ${(each / request).toFixed(4)}\n`,
  );
}
agent.destroy();
server.close();
process.exit(0);
