import type { Flags } from '../config/index.js';
import { didYouMean } from '../nearest.js';

/** The command line was wrong; the message says how. */
export class UsageError extends Error {}

export type Command =
  | { readonly name: 'serve'; readonly flags: Flags }
  | { readonly name: 'tour' }
  | { readonly name: 'sandbox'; readonly argv: readonly string[] }
  | { readonly name: 'policy'; readonly flags: Flags }
  | { readonly name: 'audit'; readonly files: readonly string[] }
  | { readonly name: 'help' }
  | { readonly name: 'version' };

export const help = `autotask-mcp - MCP server for Autotask PSA

Usage
  autotask-mcp [options]           serve one MCP client over stdin and stdout
  autotask-mcp tour                watch a client do the main job on the sandbox tenant
  autotask-mcp sandbox [options]   run the sandbox tenant on its own
  autotask-mcp policy              print what this server may do, as configured
  autotask-mcp audit verify FILE   check an audit log (rotated files first)

Options
  --demo        use the embedded sandbox tenant: no credentials needed
  --read-only   offer no tool that writes
  --http        serve over HTTP instead (see docs/http.md)
  --version     print the version
  --help        print this

Environment
  AUTOTASK_USERNAME, AUTOTASK_SECRET, AUTOTASK_INTEGRATION_CODE   credentials of an API user
  AUTOTASK_API_URL     pins the zone (otherwise found by the user name)
  AUTOTASK_READ_ONLY   true: as --read-only
  AUTOTASK_TIMEZONE    zone of dates that name none, e.g. Europe/Berlin (UTC)
  AUTOTASK_TRANSPORT   http: as --http; needs AUTOTASK_HTTP_TOKEN
  LOG_LEVEL            debug, info, warning or error, on stderr (info)
  LOG_FORMAT           simple or json lines (simple)

Exit codes: 0 done, 1 failed, 2 called or configured wrongly
`;

const commands = ['tour', 'sandbox', 'policy', 'audit'];
const options = ['--demo', '--read-only', '--http', '--version', '--help'];

/** Reads the command line; anything it does not know is an error with the closest known word. */
export function parseArguments(argv: readonly string[]): Command {
  const [first] = argv;
  if (first === 'sandbox') return { name: 'sandbox', argv: argv.slice(1) };
  if (first === 'audit') {
    const [verb, ...files] = argv.slice(1);
    if (verb !== 'verify' || files.length === 0)
      throw new UsageError('Usage: autotask-mcp audit verify FILE [FILE...]');
    return { name: 'audit', files };
  }
  if (first === 'policy') {
    const rest = parseArguments(argv.slice(1));
    return rest.name === 'serve' ? { name: 'policy', flags: rest.flags } : rest;
  }
  if (first === 'tour' && argv.length === 1) return { name: 'tour' };
  let flags: Flags = {};
  for (const word of argv) {
    if (word === '--help' || word === '-h') return { name: 'help' };
    if (word === '--version' || word === '-v') return { name: 'version' };
    if (word === '--demo') flags = { ...flags, demo: true };
    else if (word === '--read-only') flags = { ...flags, readOnly: true };
    else if (word === '--http') flags = { ...flags, http: true };
    else {
      const kind = word.startsWith('-') ? 'an option' : 'a command';
      const known = word.startsWith('-') ? options : commands;
      throw new UsageError(`${word} is not ${kind}.${didYouMean(word, known)} See autotask-mcp --help.`);
    }
  }
  return { name: 'serve', flags };
}
