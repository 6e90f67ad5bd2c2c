import { InvalidInput, systemCode } from '../errors.js';
import { UsageError } from './args.js';
import { main } from './main.js';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EISDIR: 'it is a folder, and a file is wanted',
  EACCES: 'this user may not use it',
  EPERM: 'this user may not use it',
};

/** Refusals of files name the file and say why in words. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const reason = reasons[systemCode(error) ?? ''];
  if (reason === undefined) return error.message;
  return `${'path' in error ? error.path : 'A file that was named'}: ${reason}.`;
}

/** 0 done, 1 failed, 2 called wrongly. */
try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`autotask-mcp: ${messageOf(error)}\n`);
  process.exit(error instanceof UsageError || error instanceof InvalidInput ? 2 : 1);
}
