import { checkpointPath, verify } from '../audit/index.js';
import { didYouMean } from '../names/nearest.js';
import { UsageError } from './args.js';

/** Checks an audit log with the files set aside before it and prints the result: 0 when it is as it was written, 1 when not. */
export async function verifyAudit(
  words: readonly string[],
  keyOf: () => Promise<string | null>,
): Promise<number> {
  const [verb, ...files] = words;
  if (verb !== 'verify' || files.length === 0) {
    const hint = verb === undefined || verb === 'verify' ? '' : didYouMean(verb, ['verify']);
    throw new UsageError(`Usage: autotask-mcp audit verify FILE [FILE...]${hint}`);
  }
  const key = await keyOf();
  const { lines, first, last, open, problem, checkpointSince: headSince } = await verify(files, key);
  if (problem !== null) {
    process.stdout.write(`NOT INTACT: ${problem}. ${lines} lines before it are intact.\n`);
    if (key === null)
      process.stdout.write('If the log was written with AUTOTASK_AUDIT_KEY, set it here too.\n');
    return 1;
  }
  const head = checkpointPath(files.at(-1) ?? '');
  if (first === null && headSince === null) {
    process.stdout.write(
      `NOTHING TO CHECK: there are no lines, and ${head} is not there: nothing was written yet, or all of it was removed.\n`,
    );
    return 1;
  }
  const range = first === null ? 'empty' : `lines ${first} to ${last}`;
  process.stdout.write(`Intact: ${lines} lines (${range}).\n`);
  if (first !== null && first > 1) {
    process.stdout.write(
      `It continues a file that is not there or was not given: line ${first - 1} is the last of that one.\n`,
    );
  }
  if (headSince === null) {
    process.stdout.write(
      `${head} is not there: the log is older than that record of its end. Lines cut from the end would leave no trace.\n`,
    );
  } else if (headSince > 1) {
    process.stdout.write(
      `${head} is kept since line ${headSince}: the log is older. Lines cut from the end before that would leave no trace.\n`,
    );
  }
  for (const attempt of open) process.stdout.write(`Without outcome: attempt ${attempt}\n`);
  return 0;
}
