import { didYouMean } from '../../names/nearest.js';
import { oneLine, plural } from '../../text.js';
import { readFilter } from './filter.js';
import { jsonLine } from './json-line.js';
import type { Row } from './row.js';
import { readRows } from './rows.js';
import { keyHint, statusOf } from './verify.js';

const mostOfCell = 40;
const mostOfError = 200;
const mostNames = 10;

const cell = (text: string, most = mostOfCell): string => {
  const line = oneLine(text);
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
};

/** Who wrote, and in whose name. */
function whoOf({ attempt: { caller, subject, actAs } }: Row): string {
  const who = subject === undefined ? caller : `${subject} (${caller})`;
  return actAs === undefined ? who : `${who} for ${actAs}`;
}

function table(rows: readonly Row[]): string {
  const places = [
    ...(rows.some(({ attempt }) => attempt.replica !== undefined) ? ['replica' as const] : []),
    ...(rows.some(({ attempt }) => attempt.tenant !== undefined) ? ['tenant' as const] : []),
  ];
  const cells = rows.map((row) => {
    const { attempt, outcome, record, error } = row;
    return [
      attempt.time.replace(/\.\d+/, ''),
      ...places.map((place) => cell(attempt[place] ?? '')),
      cell(whoOf(row)),
      cell(attempt.action),
      cell(attempt.entity),
      record === null ? '' : String(record),
      error === null ? outcome : `${outcome}: ${cell(error, mostOfError)}`,
    ];
  });
  const all = [['time', ...places, 'who', 'action', 'entity', 'record', 'outcome'], ...cells];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((line) => line[column]?.length ?? 0))) ?? [];
  return all
    .map((line) =>
      line
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

function rowLine({ attempt, outcome, record, endedAt, error }: Row): string {
  const { event: _, seq: __, prev: ___, head: ____, ...facts } = attempt;
  return jsonLine({ ...facts, record, outcome, endedAt, ...(error === null ? {} : { error }) });
}

/** Nobody has the name that is looked for: who there is instead, the nearest first where one is near. */
function whoThereIs(person: string, people: ReadonlySet<string>): string {
  const names = [...people].map((name) => cell(name)).sort();
  const near = didYouMean(person, names);
  const more = names.length > mostNames ? `, and ${names.length - mostNames} more` : '';
  const list = names.length === 0 ? '' : ` They name: ${names.slice(0, mostNames).join(', ')}${more}.`;
  return `--person: these chains name nobody of that name.${near === '' ? list : near}`;
}

/** Prints what was written, in order of time. What is wrong with a chain goes to stderr, and makes it end with 1. */
export async function showAudit(
  files: readonly string[],
  values: ReadonlyMap<string, string>,
  json: boolean,
  keyOf: () => Promise<string | null>,
): Promise<number> {
  const filter = readFilter(values);
  const key = await keyOf();
  const { rows, chains, people } = await readRows(files, key, filter);
  if (json) for (const row of rows) process.stdout.write(rowLine(row));
  else if (rows.length > 0) process.stdout.write(table(rows));
  if (!json) process.stdout.write(`${plural(rows.length, 'write')} of ${plural(chains.length, 'chain')}.\n`);
  const { person } = filter;
  if (person !== null && ![...people].some((name) => name.toLowerCase() === person.toLowerCase()))
    process.stderr.write(`${whoThereIs(person, people)}\n`);
  let intact = true;
  let byKey = false;
  for (const chain of chains) {
    const status = statusOf(chain);
    if (status.intact) continue;
    intact = false;
    byKey ||= status.byKey;
    process.stderr.write(`${chain.path}: ${status.text.join(' ')} What follows is not shown.\n`);
  }
  if (byKey) process.stderr.write(`${keyHint(key)}\n`);
  return intact ? 0 : 1;
}
