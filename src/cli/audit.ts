import { verify } from '../audit/index.js';
import { didYouMean } from '../nearest.js';
import { UsageError } from './args.js';

/** Checks an audit log and prints the verdict: 0 when it is as it was written, 1 when not. */
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
  const { lines, first, last, open, problem } = await verify(files, key);
  if (problem !== null) {
    process.stdout.write(`NOT INTACT: ${problem}. ${lines} lines before it are intact.\n`);
    if (key === null)
      process.stdout.write('If the log was written with AUTOTASK_AUDIT_KEY, set it here too.\n');
    return 1;
  }
  const range = first === null ? 'empty' : `lines ${first} to ${last}`;
  process.stdout.write(`Intact: ${lines} lines (${range}).\n`);
  if (first !== null && first > 1) {
    process.stdout.write(
      `It continues a file that was not given: line ${first - 1} is the last of that one.\n`,
    );
  }
  for (const attempt of open) process.stdout.write(`Without outcome: attempt ${attempt}\n`);
  return 0;
}
