import { didYouMean } from '../../names/nearest.js';
import { type Parsed, UsageError } from '../args.js';
import { showAudit } from './show.js';
import { verifyAudit } from './verify.js';

const verbs = ['verify', 'show'];

/** `audit verify` and `audit show`: 0 when every chain is as it was written, 1 when not. */
export async function audit(
  { words, switches, values }: Pick<Parsed, 'words' | 'switches' | 'values'>,
  keyOf: () => Promise<string | null>,
): Promise<number> {
  const [verb = '', ...files] = words;
  if (!verbs.includes(verb) || files.length === 0) {
    const hint = verb === '' || verbs.includes(verb) ? '' : didYouMean(verb, verbs);
    throw new UsageError(
      `Usage: autotask-mcp audit verify FILE [FILE...], or audit show FILE [FILE...]${hint}`,
    );
  }
  if (verb === 'show') return showAudit(files, values, switches.has('json'), keyOf);
  const [option] = values.keys();
  if (option !== undefined) throw new UsageError(`--${option} is an option of audit show.`);
  return verifyAudit(files, switches.has('json'), await keyOf());
}
