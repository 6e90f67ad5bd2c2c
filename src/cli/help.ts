import { type CommandFacts, type CommandName, commands, exitCodes, type OptionFacts } from './commands.js';

const width = (rows: readonly (readonly [string, string])[]) =>
  Math.max(...rows.map(([left]) => left.length)) + 2;

const columns = (rows: readonly (readonly [string, string])[]) =>
  rows.map(([left, right]) => `  ${left.padEnd(width(rows))}${right}`);

const optionRow = ({ name, value, meaning }: OptionFacts): readonly [string, string] => [
  `--${name}${value === undefined ? '' : ` ${value}`}`,
  meaning,
];

export const usageOf = ({ name, words, options }: CommandFacts): string =>
  ['autotask-mcp', name, words, options.length > 0 ? '[options]' : '']
    .filter((part) => part !== undefined && part !== '')
    .join(' ');

const codes = `Exit codes: ${exitCodes.map(([code, meaning]) => `${code} ${meaning.replace(/[:;].*/, '')}`).join(', ')}`;

/** Help that fits a screen: at most 80 columns and 30 lines. */
export function helpText(about: CommandName | null): string {
  const list: readonly CommandFacts[] = Object.values(commands);
  if (about !== null) {
    const facts: CommandFacts = commands[about];
    return [
      `Usage: ${usageOf(facts)}`,
      '',
      `${facts.summary.charAt(0).toUpperCase()}${facts.summary.slice(1)}.`,
      ...(facts.options.length === 0 ? [] : ['', ...columns(facts.options.map(optionRow))]),
      ...(facts.more === undefined ? [] : ['', ...facts.more]),
      '',
    ].join('\n');
  }
  const rows = list.map(
    (facts) => [[facts.name, facts.words ?? ''].join(' ').trim() || '(none)', facts.summary] as const,
  );
  return [
    'autotask-mcp - MCP server for Autotask PSA',
    '',
    'Usage: autotask-mcp [command] [options]',
    '',
    ...columns(rows),
    '',
    ...columns([
      ...commands.serve.options.map(optionRow),
      ['--version', 'print the version'],
      ['--help', 'print this; autotask-mcp COMMAND --help tells more'],
    ]),
    '',
    'Environment: AUTOTASK_USERNAME, AUTOTASK_SECRET and AUTOTASK_INTEGRATION_CODE',
    'are the credentials of an API user. docs/configuration.md lists all variables;',
    'autotask-mcp doctor shows which are set.',
    '',
    codes,
    '',
  ].join('\n');
}
