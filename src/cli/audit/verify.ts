import { basename } from 'node:path';
import { checkpointPath, type SetVerification, verifyAll } from '../../audit/index.js';
import { plural } from '../../text.js';
import { jsonLine } from './json-line.js';

type Chain = SetVerification['chains'][number];

/** Says whether a chain is as it was written. */
export function statusOf({ path, lines, first, last, problem, checkpointSince: since }: Chain): {
  readonly intact: boolean;
  readonly text: readonly string[];
  /** Whether another key would make a difference. */
  readonly byKey: boolean;
} {
  if (problem !== null) {
    const byKey = /was changed/.test(problem);
    const before =
      lines > 0
        ? ` ${plural(lines, 'line')} before it ${lines === 1 ? 'is' : 'are'} intact.`
        : /JSON|place/.test(problem)
          ? ' Perhaps it is no audit log of this server.'
          : '';
    return { intact: false, text: [`NOT INTACT: ${problem}.${before}`], byKey };
  }
  const head = checkpointPath(path);
  if (first === null && since === null) {
    const text = `NOTHING TO CHECK: there are no lines, and ${head} is not there: nothing was written yet, or all of it was removed.`;
    return { intact: false, text: [text], byKey: false };
  }
  const text = [`Intact: ${lines} lines (${first === null ? 'empty' : `lines ${first} to ${last}`}).`];
  if (first !== null && first > 1) {
    text.push(
      `It continues a file that is not there or was not given: line ${first - 1} is the last of that one.`,
    );
  }
  if (since === null) {
    text.push(
      `${head} is not there: the log is older than that record of its end. Lines cut from the end would leave no trace.`,
    );
  } else if (since > 1) {
    text.push(
      `${head} is kept since line ${since}: the log is older. Lines cut from the end before that would leave no trace.`,
    );
  }
  return { intact: true, text, byKey: false };
}

/** What to try where the key would make a difference. */
export const keyHint = (key: string | null): string =>
  key === null
    ? 'If the log was written with AUTOTASK_AUDIT_KEY, set it here too.'
    : 'If the log was written without AUTOTASK_AUDIT_KEY or with another one, set that here.';

/** What is found, as sentences. */
function printText({ chains, open }: SetVerification, intact: boolean): void {
  const names = new Set(chains.map(({ path }) => basename(path)));
  for (const chain of chains) {
    // Replicas of one name on several machines are told apart by their folders.
    const called = names.size === chains.length ? basename(chain.path) : chain.path;
    const name = chains.length === 1 ? '' : `${called}: `;
    for (const line of statusOf(chain).text) process.stdout.write(`${name}${line}\n`);
  }
  if (chains.length > 1) {
    const lines = chains.reduce((sum, chain) => sum + chain.lines, 0);
    const words = intact ? 'all intact' : 'NOT ALL INTACT';
    process.stdout.write(`${chains.length} chains, ${lines} lines: ${words}.\n`);
  }
  if (intact) for (const attempt of open) process.stdout.write(`Without outcome: attempt ${attempt}\n`);
}

/** The same for programs: an object for each chain, then one for each attempt without an outcome. */
function printJson({ chains, open }: SetVerification, intact: boolean): void {
  for (const chain of chains) {
    const { path, lines, first, last } = chain;
    const status = statusOf(chain);
    process.stdout.write(
      jsonLine({ path, intact: status.intact, lines, first, last, text: status.text.join(' ') }),
    );
  }
  if (intact) for (const attempt of open) process.stdout.write(jsonLine({ attempt, outcome: 'open' }));
}

/** Checks the chains that files stand for, with the files set aside before them, and prints the result of each. */
export async function verifyAudit(
  files: readonly string[],
  json: boolean,
  key: string | null,
): Promise<number> {
  const verified = await verifyAll(files, key);
  const statuses = verified.chains.map(statusOf);
  const intact = statuses.every((status) => status.intact);
  (json ? printJson : printText)(verified, intact);
  if (statuses.some(({ byKey }) => byKey))
    (json ? process.stderr : process.stdout).write(`${keyHint(key)}\n`);
  return intact ? 0 : 1;
}
