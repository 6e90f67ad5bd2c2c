/**
 * What code generation and its output cost, in milliseconds and as a ratio to starting Node for nothing
 * (`node -e 0`), so that the numbers of different machines compare. Run: node build.mjs && npx tsx bench/codegen.ts
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const library = 'dist/library';

/** Median of several runs: a shared machine has outliers. */
function median(runs: number, work: () => number): number {
  const times = Array.from({ length: runs }, work).sort((a, b) => a - b);
  return times[Math.floor(runs / 2)] ?? 0;
}

function wall(command: string, args: readonly string[]): number {
  const start = performance.now();
  execFileSync(command, args, { cwd: root, stdio: 'ignore' });
  return performance.now() - start;
}

/** Milliseconds that a module's import takes inside a fresh process, what it imports included. */
function importTime(specifier: string, before = ''): number {
  const code = `${before}
    const start = performance.now();
    await import(${JSON.stringify(specifier)});
    process.stdout.write(String(performance.now() - start));`;
  return Number(execFileSync(process.execPath, ['--input-type=module', '-e', code], { cwd: root }));
}

function size(path: string): number {
  const full = join(root, path);
  const stat = statSync(full);
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(full).reduce((sum, name) => sum + size(join(path, name)), 0);
}

const bare = median(9, () => wall(process.execPath, ['-e', '0']));
const rows: [what: string, ms: number][] = [
  ['node -e 0', bare],
  ['regenerate all entities, offline', median(3, () => wall('npx', ['tsx', 'codegen/cli.ts']))],
  ['check all entities', median(3, () => wall('npx', ['tsx', 'codegen/cli.ts', '--check']))],
  ['OpenAPI document', median(3, () => wall('npx', ['tsx', 'codegen/cli.ts', '--openapi', '-']))],
  ['import the entity table', median(9, () => importTime(`./${library}/table.js`))],
  ['import zod', median(9, () => importTime('zod'))],
  [
    'import the schemas of Tickets, zod being there',
    median(9, () => importTime(`./${library}/schemas/Ticket.js`, "await import('zod');")),
  ],
  [
    'import the schemas of all entities, zod being there',
    median(5, () => importTime(`./${library}/schemas/index.js`, "await import('zod');")),
  ],
];
for (const [what, ms] of rows) {
  process.stdout.write(
    `${what.padEnd(54)}${ms.toFixed(1).padStart(9)} ms${(ms / bare).toFixed(2).padStart(8)}×\n`,
  );
}
for (const path of [
  `${library}/table.js`,
  `${library}/schemas/Ticket.js`,
  `${library}/schemas`,
  'generated',
]) {
  process.stdout.write(`${path.padEnd(54)}${(size(path) / 1024).toFixed(0).padStart(9)} KiB\n`);
}
