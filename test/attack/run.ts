import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startSandbox } from '../../src/sandbox/index.js';
import { markdownTable } from '../support/docs.js';
import {
  type Attack,
  argumentsOfTools,
  hostileRecords,
  hostileUpstream,
  previewTokens,
  wordsThatConfirm,
} from './areas.js';
import { createRandom, hostileTexts } from './hostile.js';
import { overHttp, spellingsOfTenants } from './over-http.js';
import { createTally } from './tally.js';

/*
 * Attacks the built program over stdio and HTTP with the sandbox, or a faulty service, behind it, and prints how many
 * inputs were made and how many broke a promise. ATTACK_SEED repeats a run, ATTACK_SECONDS (180) bounds it, --write
 * puts the table into docs/security.md. Exits with 1 on a violation, or when fewer inputs were made than are wanted.
 */
const fewest = 20_000;
const seed = Number(process.env.ATTACK_SEED ?? 1);
const until = Date.now() + Number(process.env.ATTACK_SECONDS ?? 180) * 1_000;
const print = (line: string) => process.stdout.write(`${line}\n`);

const areas: readonly (readonly [number, (attack: Attack, inputs: number) => Promise<void>])[] = [
  [1_500, hostileRecords],
  [1_000, hostileUpstream],
  [1_500, previewTokens],
  [100, spellingsOfTenants],
  [2_000, wordsThatConfirm],
  [7_000, argumentsOfTools],
  [8_000, overHttp],
];

const tally = createTally(print);
const all = areas.reduce((sum, [inputs]) => sum + inputs, 0);
const texts = hostileTexts({
  userName: 'api@bluebird.example',
  secret: 'sandbox-secret',
  integrationCode: 'SANDBOXINTEGRATIONCODE',
});
const spoil = (fields: readonly string[], most: number) => (rows: Record<string, unknown>[]) => {
  for (const [at, row] of rows.entries()) {
    for (const field of fields) {
      if (typeof row[field] === 'string') row[field] = (texts[at % texts.length] ?? '').slice(0, most);
    }
  }
};
let left = all;
for (const [inputs, run] of areas) {
  const sandbox = await startSandbox({
    limits: { threshold: 100_000_000 },
    reshape: {
      Tickets: spoil(['title', 'description', 'resolution'], 8_000),
      TicketNotes: spoil(['title', 'description'], 8_000),
      Companies: spoil(['city', 'address1'], 200),
      Contacts: spoil(['title', 'note'], 200),
    },
  });
  // Each area gets its share of the time that is left.
  const end = Date.now() + Math.max(2_000, ((until - Date.now()) * inputs) / left);
  left -= inputs;
  print(`${run.name}, for ${Math.round((end - Date.now()) / 1_000)} s at most`);
  const more = (made: number, of: number) => made < of && Date.now() < end;
  try {
    await run({ sandbox, tally, random: createRandom(seed), texts, more }, inputs);
  } catch (error) {
    tally.violation(run.name, 'breaks off', String(error));
  }
  await sandbox.close();
}

const rows = tally.rows().map(({ area, inputs, violations }) => [area, String(inputs), String(violations)]);
const sum = (count: 'inputs' | 'violations') => tally.rows().reduce((total, row) => total + row[count], 0);
const table = markdownTable(
  ['area', 'inputs', 'violations'],
  [...rows, ['all', String(sum('inputs')), String(sum('violations'))]],
);
print(table);
if (process.argv.includes('--write')) {
  const path = join(import.meta.dirname, '../../docs/security.md');
  const [begin, end] = ['<!-- attack -->\n', '\n<!-- /attack -->'];
  const text = readFileSync(path, 'utf8');
  const from = text.indexOf(begin) + begin.length;
  const to = text.indexOf(end, from);
  if (from < begin.length || to < 0) throw new Error(`${path} has no part for the table`);
  writeFileSync(path, `${text.slice(0, from)}${table}${text.slice(to)}`);
}
if (sum('inputs') < fewest)
  print(`Only ${sum('inputs')} of ${fewest} inputs were made: give it more ATTACK_SECONDS.`);
process.exitCode = sum('violations') > 0 || sum('inputs') < fewest ? 1 : 0;
