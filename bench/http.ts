import autocannon from 'autocannon';
import { headers, message, start, type Target } from './http-target.js';

/**
 * Calls per second, latency and memory of the HTTP transport at 1, 16 and 128 connections, against a bare
 * server of the SDK that does nothing. Run `npm run build` first. BENCH_SECONDS: length of a round (5).
 */
const seconds = Number(process.env.BENCH_SECONDS ?? 5);
const out = (line: string) => process.stdout.write(`${line}\n`);

async function load({ url }: Target, connections: number, body: string) {
  const { requests, latency, non2xx, errors } = await autocannon({
    url,
    connections,
    duration: seconds,
    method: 'POST',
    headers,
    body,
  });
  if (non2xx + errors > 0) throw new Error(`${non2xx} refused, ${errors} broken`);
  return { perSecond: requests.average, p50: latency.p50, p99: latency.p99 };
}

const call = (name: string, args: object = {}) => message('tools/call', { name, arguments: args });
const rounds = [
  ['ping', message('ping'), message('ping')],
  ['tools/list', message('tools/list'), message('tools/list')],
  ['tools/call', call('nothing'), call('list-known-entities', { search: 'TicketNotes' })],
] as const;

const bare = await start(['--import', 'tsx', 'bench/http-bare.ts']);
const ours = await start(['dist/cli.js', '--http']);
try {
  out(
    'call        connections   bare/s  ours/s  ratio   bare p50/p99 ms   ours p50/p99 ms   bare MB  ours MB',
  );
  for (const [name, toBare, toOurs] of rounds) {
    for (const connections of [1, 16, 128]) {
      const a = await load(bare, connections, toBare);
      const b = await load(ours, connections, toOurs);
      out(
        [
          name.padEnd(12),
          String(connections).padStart(11),
          a.perSecond.toFixed(0).padStart(9),
          b.perSecond.toFixed(0).padStart(8),
          (b.perSecond / a.perSecond).toFixed(2).padStart(7),
          `${a.p50}/${a.p99}`.padStart(18),
          `${b.p50}/${b.p99}`.padStart(18),
          bare.memory().toFixed(0).padStart(10),
          ours.memory().toFixed(0).padStart(9),
        ].join(''),
      );
    }
  }
} finally {
  await bare.stop();
  await ours.stop();
}
