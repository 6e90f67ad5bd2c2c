/**
 * What it costs to start: milliseconds from spawn to the answer of `initialize` and to the first `tools/list`, the
 * same for `server/discover` of a later client, and resident memory after the list, as ratios to the smallest server
 * the SDK allows, bundled in the same way, and to a Node that runs nothing. All take turns in one run; figures are
 * medians, ratios medians of the ratios within a round, so that what else the machine does weighs on both sides.
 * Run: npx tsx bench/startup.ts [rounds]
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { bundle } from '../packaging/bundle.mjs';

const rounds = Number(process.argv[2] ?? 25);
const folder = await mkdtemp(join(tmpdir(), 'startup-'));

/** No server is running there: one that called its tenant at start would be seen to fail. */
const credentials = {
  AUTOTASK_USERNAME: 'bench@example.com',
  AUTOTASK_SECRET: 'secret',
  AUTOTASK_INTEGRATION_CODE: 'code',
  AUTOTASK_ZONE_URL: 'http://127.0.0.1:9/',
};

const bare = join(folder, 'bare.js');
const programs = {
  'bare server': [bare],
  'autotask-mcp': ['dist/cli.js'],
  'autotask-mcp --read-only': ['dist/cli.js', '--read-only'],
  'autotask-mcp --demo': ['dist/cli.js', '--demo'],
} as const;

interface Start {
  readonly initialize: number;
  readonly discover: number;
  readonly list: number;
  readonly memory: number;
}

const message = (id: number | undefined, method: string, params: object = {}) =>
  `${JSON.stringify({ jsonrpc: '2.0', ...(id === undefined ? {} : { id }), method, params })}\n`;

const hello = message(1, 'initialize', {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'bench', version: '1' },
});

const modern = {
  _meta: {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  },
};

function spawned(args: readonly string[]) {
  const from = performance.now();
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, HOME: folder, ...credentials },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const answered = async () => {
    const { value, done } = await lines.next();
    if (done || !String(value).includes('"result"')) throw new Error(`${args.join(' ')} answered ${value}`);
    return performance.now() - from;
  };
  const end = async () => {
    const exited = once(child, 'exit');
    child.stdin.end();
    await exited;
  };
  return { child, answered, end };
}

async function start(args: readonly string[]): Promise<Start> {
  const { child, answered, end } = spawned(args);
  child.stdin.write(hello);
  const initialize = await answered();
  child.stdin.write(message(undefined, 'notifications/initialized') + message(2, 'tools/list'));
  const list = await answered();
  const memory = Number(execFileSync('ps', ['-o', 'rss=', '-p', String(child.pid)])) / 1024;
  await end();
  const later = spawned(args);
  later.child.stdin.write(message(1, 'server/discover', modern));
  const discover = await later.answered();
  await later.end();
  return { initialize, discover, list, memory };
}

async function nothing(): Promise<number> {
  const from = performance.now();
  await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'exit');
  return performance.now() - from;
}

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

try {
  await bundle({ bare: 'bench/startup-bare.ts' }, folder);
  // Without it Node reads the file twice to find out what kind of module it is.
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  const empty: number[] = [];
  const starts = new Map<string, Start[]>(Object.keys(programs).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    const emptyMs = await nothing();
    // The first round only fills the file cache.
    if (round > 0) empty.push(emptyMs);
    for (const [name, args] of Object.entries(programs)) {
      const measured = await start(args);
      if (round > 0) starts.get(name)?.push(measured);
    }
  }
  const all = (name: string, what: keyof Start) => (starts.get(name) ?? []).map((measured) => measured[what]);
  const ratio = (values: readonly number[], baseline: readonly number[]) =>
    median(values.map((value, round) => value / (baseline[round] ?? Number.NaN)))
      .toFixed(2)
      .padStart(8);
  const out = (line: string) => process.stdout.write(`${line}\n`);
  out(`Node ${process.version}, medians of ${rounds}; node -e 0 takes ${median(empty).toFixed(0)} ms`);
  out(
    '                            initialize         server/discover         tools/list            memory MB',
  );
  out(
    '                           ms   /bare   /node    ms   /bare   /node    ms   /bare   /node    MB   /bare',
  );
  for (const name of Object.keys(programs)) {
    const timed = (['initialize', 'discover', 'list'] as const).map((what) => {
      const ms = all(name, what);
      return `${median(ms).toFixed(0).padStart(6)}${ratio(ms, all('bare server', what))}${ratio(ms, empty)}`;
    });
    const megabytes = all(name, 'memory');
    const memory = `${median(megabytes).toFixed(0).padStart(6)}${ratio(megabytes, all('bare server', 'memory'))}`;
    out(`${name.padEnd(24)}${timed.join('')}${memory}`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
