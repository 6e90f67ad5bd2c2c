import autocannon from 'autocannon';
import { startSandbox } from '../src/sandbox/index.js';
import { headers, message, start } from './http-target.js';

/**
 * Keeps the program under mixed load, SOAK_RATE (150) calls a second, for SOAK_MINUTES (5) with a sandbox tenant behind it, and prints how
 * its memory develops. The first minute is warm-up; the ratio compares the last third with the third before.
 */
const minutes = Number(process.env.SOAK_MINUTES ?? 5);
const out = (line: string) => process.stdout.write(`${line}\n`);
const call = (name: string, args: object, more: object = {}) =>
  message('tools/call', { name, arguments: args, ...more });

const sandbox = await startSandbox({ limits: { threshold: 100_000_000 } });
const { userName, secret, integrationCode } = sandbox.credentials;
const program = await start(['dist/cli.js', '--http'], {
  AUTOTASK_USERNAME: userName,
  AUTOTASK_SECRET: secret,
  AUTOTASK_INTEGRATION_CODE: integrationCode,
  AUTOTASK_ZONE_URL: sandbox.url,
});

const bodies = [
  message('tools/list'),
  call('count-entity', { entity: 'Tickets', query: { status: 'New' } }),
  call('query-entity', { entity: 'Companies', maxRecords: 25 }, { _meta: { progressToken: 1 } }),
  call('describe-entity-fields', { entity: 'Tickets', fields: ['status'] }),
  call('query-entity', { entity: 'NoSuchEntity' }),
];
const samples: number[] = [];
const every = 5_000;
const timer = setInterval(() => {
  samples.push(program.memory());
  sandbox.clearRequests();
  if (samples.length % 6 === 0)
    out(`${(samples.length * every) / 1_000} s: ${samples.at(-1)?.toFixed(0)} MB`);
}, every);
const result = await autocannon({
  url: program.url,
  connections: 16,
  duration: minutes * 60,
  overallRate: Number(process.env.SOAK_RATE ?? 150),
  requests: bodies.map((body) => ({ method: 'POST', headers, body })),
});
clearInterval(timer);
await program.stop();
await sandbox.close();

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const warm = samples.slice(Math.min(12, samples.length >> 1));
const third = Math.floor(warm.length / 3);
const before = median(warm.slice(third, 2 * third));
const last = median(warm.slice(2 * third));
out(`${result.requests.total} calls, ${result.non2xx} refused, ${result.errors} broken`);
out(`memory: ${before.toFixed(0)} MB, then ${last.toFixed(0)} MB, ratio ${(last / before).toFixed(2)}`);
