import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startSandbox } from '../../src/sandbox/index.js';
import { markdownTable } from '../support/docs.js';
import { type Attack, argumentsOfTools, hostileRecords, previewTokens, wordsThatConfirm } from './areas.js';
import { textsThatAreCut } from './areas-cut.js';
import { maskedFields, questions, resourcesAndPrompts } from './areas-protocol.js';
import { endlessAnswers, hostileUpstream, storedWrites } from './areas-upstream.js';
import { createRandom, hostileTexts } from './hostile.js';
import { httpSessions, overHttp, spellingsOfTenants } from './over-http.js';
import { createTally } from './tally.js';

/*
 * Attacks the built program over stdio and HTTP with the sandbox, or a faulty service, behind it, and prints how many
 * inputs were made and how many broke a promise. ATTACK_SEED repeats a run, ATTACK_SECONDS (180) bounds it,
 * ATTACK_AREA runs those areas whose function's name holds it, --write
 * puts the table into docs/security.md. Exits with 1 on a violation, or when fewer inputs were made than are wanted.
 */
const fewest = process.env.ATTACK_AREA === undefined ? 20_000 : 0;
const seed = Number(process.env.ATTACK_SEED ?? 1);
const until = Date.now() + Number(process.env.ATTACK_SECONDS ?? 180) * 1_000;
const print = (line: string) => process.stdout.write(`${line}\n`);

/** Inputs, and seconds of 180, that an area may take at most; what one leaves over is there for the others. */
const areas: readonly (readonly [number, number, (attack: Attack, inputs: number) => Promise<void>])[] = [
  [600, 20, hostileRecords],
  [800, 25, hostileUpstream],
  [400, 10, storedWrites],
  [60, 20, endlessAnswers],
  [1_500, 8, previewTokens],
  [300, 6, spellingsOfTenants],
  [1_500, 10, resourcesAndPrompts],
  [1_000, 10, questions],
  [800, 10, maskedFields],
  [400, 8, textsThatAreCut],
  [2_500, 10, wordsThatConfirm],
  [6_500, 25, argumentsOfTools],
  [1_500, 8, httpSessions],
  [6_500, 18, overHttp],
];

const tally = createTally(print);
const texts = hostileTexts({
  userName: 'api@bluebird.example',
  secret: 'sandbox-secret',
  integrationCode: 'SANDBOXINTEGRATIONCODE',
});
/** Every so many records one has long texts, as many as Autotask takes. */
const everyLong = 50;
const spoil = (fields: readonly string[], most: number) => (rows: Record<string, unknown>[]) => {
  for (const [at, row] of rows.entries()) {
    const length = at % everyLong === 0 ? most : Math.min(most, 500);
    for (const field of fields) {
      if (typeof row[field] === 'string') row[field] = (texts[at % texts.length] ?? '').slice(0, length);
    }
  }
};
const hidden: string[] = [];
const hide = (field: string) => (rows: Record<string, unknown>[]) => {
  for (const [at, row] of rows.entries()) {
    const value = `HIDDEN${field.slice(0, 3)}${at}`;
    row[field] = field === 'emailAddress' ? `${value}@x.example` : value;
    if (at < 200) hidden.push(value);
  }
};
type Reshape = (rows: Record<string, unknown>[]) => void;
const both =
  (...changes: readonly Reshape[]): Reshape =>
  (rows) => {
    for (const change of changes) change(rows);
  };
const only = process.env.ATTACK_AREA ?? '';
const chosen = areas.filter(([, , { name }]) => name.toLowerCase().includes(only.toLowerCase()));
let left = chosen.reduce((sum, [, seconds]) => sum + seconds, 0);
for (const [inputs, seconds, run] of chosen) {
  const sandbox = await startSandbox({
    limits: { threshold: 100_000_000 },
    reshape: {
      Tickets: both(spoil(['title', 'description', 'resolution'], 8_000), hide('purchaseOrderNumber')),
      TicketNotes: spoil(['title', 'description'], 8_000),
      Companies: both(spoil(['city', 'address1'], 200), hide('phone')),
      Contacts: both(spoil(['title', 'note'], 200), hide('emailAddress')),
    },
  });
  // Each area gets its share of the time that is left.
  const end = Date.now() + Math.max(2_000, ((until - Date.now()) * seconds) / left);
  left -= seconds;
  print(`${run.name}, for ${Math.round((end - Date.now()) / 1_000)} s at most`);
  const more = (made: number, of: number) => made < of && Date.now() < end;
  try {
    await run({ sandbox, tally, random: createRandom(seed), texts, hidden, more }, inputs);
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
