import { parseArgs } from 'node:util';
import { didYouMean, isMistyped } from '../names/nearest.js';
import { type CommandFacts, type CommandName, commands } from './commands.js';

/** The command line was wrong; the message says how. */
export class UsageError extends Error {}

export interface Parsed {
  readonly command: CommandName | 'version' | 'help';
  /** What `help` is about; null for the program as a whole. */
  readonly about: CommandName | null;
  /** Switches that were given, without dashes. */
  readonly switches: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
  /** Words that are no options, in order. */
  readonly words: readonly string[];
  /** Everything after the command's name, as it was given. */
  readonly rest: readonly string[];
}

const names = Object.keys(commands).filter((name): name is CommandName => name in commands);
const named = names.filter((name) => commands[name].name !== '');
const commandOf = (word: string): CommandName | undefined => named.find((name) => name === word);

const commandWords = [...named, 'help'];
/** `shown` stands for the word where it may be a secret. */
const unknownCommand = (shown: string, word: string): string =>
  `${shown} is not a command.${didYouMean(word, commandWords)} Commands: ${commandWords.join(', ')}.`;

const wrong = (message: string, { name }: CommandFacts): UsageError =>
  new UsageError(`${message} See autotask-mcp ${name === '' ? '' : `${name} `}--help.`);

/** Reads the command line; anything it does not know is an error with the closest known word. */
export function parseArguments(argv: readonly string[]): Parsed {
  const [first = ''] = argv;
  if (first === 'help') return helpAbout(argv[1]);
  const command = commandOf(first) ?? 'serve';
  const facts: CommandFacts = commands[command];
  const rest = command === 'serve' ? argv : argv.slice(1);
  const known = new Map(facts.options.map((option) => [option.name, option]));
  const own = command === 'serve' ? ['help', 'version'] : ['help'];
  const { tokens } = parseArgs({
    args: [...rest],
    strict: false,
    tokens: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      ...(command === 'serve' ? { version: { type: 'boolean', short: 'v' } } : {}),
      ...Object.fromEntries(
        facts.options.map(
          ({ name, value }) => [name, { type: value === undefined ? 'boolean' : 'string' }] as const,
        ),
      ),
    },
  });
  const switches = new Set<string>();
  const values = new Map<string, string>();
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, rawName, value } = token;
    const option = known.get(name);
    if (option === undefined && !own.includes(name)) {
      const choices = [...known.keys(), ...own].map((choice) => `--${choice}`);
      const shown = /^--?[a-z-]{1,30}$/.test(rawName)
        ? rawName
        : `An argument of ${rawName.length} characters`;
      throw wrong(`${shown} is not an option.${didYouMean(rawName, choices)}`, facts);
    }
    if (option?.value === undefined && value !== undefined) throw wrong(`${rawName} takes no value.`, facts);
    if (option?.value !== undefined && (value === undefined || value === '' || value.startsWith('--'))) {
      throw wrong(`${rawName} needs a value: ${rawName} ${option.value}.`, facts);
    }
    if (value === undefined) switches.add(name);
    else values.set(name, value);
  }
  const parsed = { about: null, switches, values, words, rest };
  if (switches.has('help')) {
    return { ...parsed, command: 'help', about: command === 'serve' ? null : command };
  }
  if (switches.has('version')) return { ...parsed, command: 'version' };
  const [stray] = words;
  if (stray !== undefined && facts.words === undefined) {
    const shown = isMistyped(stray, commandWords) ? stray : `A word of ${stray.length} characters`;
    throw command === 'serve'
      ? wrong(unknownCommand(shown, stray), facts)
      : wrong(`${facts.name} takes no ${stray}.`, facts);
  }
  return { ...parsed, command };
}

function helpAbout(word: string | undefined): Parsed {
  const about = word === undefined ? null : commandOf(word);
  if (about === undefined) {
    throw wrong(unknownCommand(word ?? '', word ?? ''), commands.serve);
  }
  return { command: 'help', about, switches: new Set(), values: new Map(), words: [], rest: [] };
}
