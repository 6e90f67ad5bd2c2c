import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { didYouMean } from '../../names/nearest.js';
import { type Parsed, UsageError } from '../args.js';
import { type ClientName, clientNames } from '../commands.js';
import { paintFor } from '../style.js';
import { credentialVariables, type Target } from './client-entries.js';
import type { UserEnvironment } from './client-files.js';
import { type ClientFacts, clients } from './clients.js';
import { difference } from './difference.js';
import { dockerCommand } from './docker.js';
import { launchOf } from './launch.js';
import { type Addition, Unmergeable } from './merge.js';
import { mergeJson } from './merge-json.js';
import { mergeToml } from './merge-toml.js';
import { readExisting, replace } from './write.js';

const serverName = 'autotask';
const defaultUrl = 'http://127.0.0.1:3000/mcp';

const print = (text: string) => process.stdout.write(`${text}\n`);
/** What a person should know stands apart from what a program may read. */
const printNotes = (lines: readonly string[]) =>
  process.stderr.write(lines.map((line) => `${line}\n`).join(''));

function clientOf(words: readonly string[]): ClientName {
  const [word, ...more] = words;
  const found = clientNames.find((name) => name === word);
  if (found !== undefined && more.length === 0) return found;
  const list = `Clients: ${clientNames.join(', ')}.`;
  if (word === undefined) throw new UsageError(`config needs the name of a client. ${list}`);
  if (found !== undefined) throw new UsageError(`config takes one client, not ${more.join(' ')} as well.`);
  throw new UsageError(`${word} is not a client that config knows.${didYouMean(word, clientNames)} ${list}`);
}

function urlOf({ switches, values }: Parsed): string | null {
  const url = values.get('url');
  if (url === undefined) return switches.has('http') ? defaultUrl : null;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new UsageError('--url must be an http or https address, e.g. https://mcp.example.com/mcp.');
  }
  const { username, password } = new URL(url);
  if (username !== '' || password !== '') throw new UsageError('--url must hold no credentials.');
  return url;
}

function targetOf({ switches }: Parsed, url: string | null, { platform }: UserEnvironment): Target {
  if (url !== null) {
    if (switches.has('demo'))
      throw new UsageError(
        '--demo goes without --http and --url: a server that runs already has its tenant. Start that one with --demo.',
      );
    return { kind: 'http', url, readOnly: switches.has('read-only') };
  }
  const options = ['demo', 'read-only'].filter((name) => switches.has(name)).map((name) => `--${name}`);
  const script = process.argv[1] ?? fileURLToPath(import.meta.url);
  const credentials = switches.has('demo') ? [] : credentialVariables;
  return { kind: 'stdio', launch: launchOf(script, platform, options), credentials };
}

async function isAgreed(): Promise<boolean> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^\s*y(es)?\s*$/i.test(await prompt.question('Write this? [y/N] '));
  } finally {
    prompt.close();
  }
}

const merge = ({ format }: ClientFacts, text: string, addition: Addition): string =>
  format === 'toml' ? mergeToml(text, addition) : mergeJson(text, addition);

async function write(
  facts: ClientFacts,
  addition: Addition,
  notes: readonly string[],
  file: string,
  agreed: boolean,
): Promise<number> {
  const existing = await readExisting(file);
  const text = merge(facts, existing.text ?? '', addition);
  if (text === existing.text) {
    print(`${existing.path} holds it already; nothing was written.`);
    return 0;
  }
  print(difference(existing.path, existing.text, text, paintFor(process.stdout, process.env)));
  if (!agreed) {
    if (!process.stdin.isTTY)
      throw new UsageError('Nothing was written: without a terminal to ask on it takes --yes.');
    if (!(await isAgreed())) {
      printNotes(['Nothing was written.']);
      return 1;
    }
  }
  const backup = await replace(existing, text, new Date());
  print(`Written: ${existing.path}`);
  if (backup !== null) print(`Before:  ${backup}`);
  printNotes([`Restart ${facts.title}, or let it load its servers again.`, ...notes]);
  return 0;
}

/** Prints what a client needs, or merges it into the client's file. */
export async function config(parsed: Parsed, user: UserEnvironment): Promise<number> {
  const { switches, values, words } = parsed;
  const client = clientOf(words);
  const [writes, yes, chosen] = [switches.has('write'), switches.has('yes'), values.get('file')];
  if (!writes && (yes || chosen !== undefined)) {
    throw new UsageError(`${yes ? '--yes' : '--file'} goes with --write and means nothing without it.`);
  }
  const url = urlOf(parsed);
  if (client === 'docker') {
    if (writes)
      throw new UsageError('docker has no file to write into: run the command that config docker prints.');
    if (values.has('url')) throw new UsageError('--url means nothing for docker: it runs the server itself.');
    const options = ['demo', 'read-only'].filter((name) => switches.has(name)).map((name) => `--${name}`);
    const { command, notes } = dockerCommand(
      switches.has('demo') ? [] : credentialVariables,
      url !== null,
      options,
    );
    print(command);
    printNotes(notes);
    return 0;
  }
  const facts = clients[client];
  const target = targetOf(parsed, url, user);
  const clientEntry = facts.make(target, user);
  if (typeof clientEntry === 'string') throw new UsageError(clientEntry);
  if (writes && clientEntry.unfinished !== undefined)
    throw new UsageError(`Nothing was written. ${clientEntry.unfinished}.`);
  const { entry, inputs = [] } = clientEntry;
  const notes = [
    ...clientEntry.notes,
    ...(facts.afterwards === undefined ? [] : [`${facts.title}: ${facts.afterwards}`]),
  ];
  const addition = { servers: facts.servers, name: serverName, entry, inputs };
  const file = chosen ?? facts.file(user);
  if (writes) {
    try {
      return await write(facts, addition, notes, file, yes);
    } catch (error) {
      if (!(error instanceof Unmergeable)) throw error;
      throw new Error(
        `${file} was left as it is: ${error.message}. Without --write, config prints what to add by hand.`,
      );
    }
  }
  print(merge(facts, '', addition).trimEnd());
  printNotes([`For ${file} (${facts.title}); --write merges it in.`, ...notes]);
  return 0;
}
