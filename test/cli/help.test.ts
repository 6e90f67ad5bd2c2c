import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { type CommandFacts, commands, exitCodes } from '../../src/cli/commands.js';
import { usageOf } from '../../src/cli/help.js';
import { paintFor } from '../../src/cli/style.js';
import { createProgress } from '../../src/progress.js';
import { documented, markdownTable } from '../support/docs.js';
import { onTerminal, run } from './support.js';

const all: readonly CommandFacts[] = Object.values(commands);
const named = all.map(({ name }) => name).filter((name) => name !== '');

const fits = (text: string) => {
  const lines = text.trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(30);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
};

describe('help', () => {
  it('fits a screen and names every command', async () => {
    const { code, stdout, stderr } = await run(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    fits(stdout);
    for (const name of named) expect(stdout).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
    expect((await run(['help'])).stdout).toBe(stdout);
    expect((await run(['-h'])).stdout).toBe(stdout);
  });

  it.each(named)('of %s fits a screen and names its options, without doing anything', async (name) => {
    const { code, stdout, stderr } = await run([name, '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    fits(stdout);
    const facts = all.find((command) => command.name === name);
    for (const option of facts?.options ?? [])
      expect(stdout).toMatch(new RegExp(`^  --${option.name}\\b`, 'm'));
    expect((await run(['help', name])).stdout).toBe(stdout);
  });

  it('prints the version', async () => {
    for (const word of ['--version', '-v']) {
      expect(await run([word])).toEqual({ code: 0, stdout: `${packageJson.version}\n`, stderr: '' });
    }
  });
});

describe('the server started by a person', () => {
  const endOfInput = '\u0004';

  it('says on a terminal what it waits for', async () => {
    const hint = 'waiting for an MCP client on stdin and stdout';
    const { code, shown } = await onTerminal('--demo', {}, (text) =>
      text.includes(hint) ? endOfInput : undefined,
    );
    expect(code).toBe(0);
    expect(shown).toMatch(/autotask-mcp tour, config CLIENT or --help/);
  });

  it('says nothing to a client', async () => {
    expect(await run(['--demo'])).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});

describe('a wrong command line', () => {
  it.each(all.flatMap(({ name, options }) => options.map((option) => [name, option.name] as const)))(
    '"%s --%s" misspelt is refused with the right spelling and code 2',
    async (name, option) => {
      const misspelt = `--${option}x`;
      const { code, stdout, stderr } = await run([...(name === '' ? [] : [name]), misspelt]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(new RegExp(`${misspelt} is not an option\\. Did you mean .*--${option}\\b`));
      expect(stderr).toContain(`autotask-mcp ${name === '' ? '' : `${name} `}--help`);
    },
  );

  it.each([
    [['doctr'], /doctr is not a command\. Did you mean doctor/],
    [['demo'], /is not a command\. Commands: doctor, config, policy, audit, tour, sandbox, help\./],
    [['help', 'confg'], /confg is not a command\. Did you mean config/],
    [['doctor', 'now'], /doctor takes no now/],
    [['tour', '--demo'], /--demo is not an option/],
    [['--demo=yes'], /--demo takes no value/],
    [['sandbox', '--port'], /--port needs a value: --port N/],
    [['sandbox', '--port', '--seed', '1'], /--port needs a value/],
    [['sandbox', '--port', 'many'], /whole number from 0 to 65535/],
    [['audit', 'verfy', 'x'], /audit verify FILE.*Did you mean verify/],
    [['audit'], /audit verify FILE/],
  ])('%j is refused with code 2', async (args, text) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(text);
  });
});

describe('docs/commands.md', () => {
  it('has every command with its options', () => {
    const expected = all
      .map((facts) => {
        const rows = facts.options.map(({ name, value, meaning }) => [
          `\`--${name}${value === undefined ? '' : ` ${value}`}\``,
          meaning,
        ]);
        const table = rows.length === 0 ? [] : [markdownTable(['option', 'meaning'], rows)];
        return [`## \`${usageOf(facts)}\``, `${facts.summary}.`, ...table].join('\n\n');
      })
      .join('\n\n');
    expect(documented('docs/commands.md', 'commands', expected)).toBe(expected);
  });

  it('has the exit codes', () => {
    const rows = exitCodes.map(([code, meaning]) => [String(code), meaning]);
    const expected = markdownTable(['code', 'meaning'], rows);
    expect(documented('docs/commands.md', 'exit codes', expected)).toBe(expected);
  });
});

describe('a terminal', () => {
  it.each([
    [true, {}, '\u001b[31mx\u001b[0m'],
    [true, { NO_COLOR: '' }, '\u001b[31mx\u001b[0m'],
    [true, { NO_COLOR: '1' }, 'x'],
    [true, { TERM: 'dumb' }, 'x'],
    [false, {}, 'x'],
  ])('(%s) with %j gets colour or not', (isTTY, env, expected) => {
    expect(paintFor({ isTTY }, env)('red', 'x')).toBe(expected);
  });

  it('gets a bar that is redrawn in place; anything else gets nothing', () => {
    const drawn: string[] = [];
    const bar = createProgress((text) => drawn.push(text), true, 4);
    bar.step(1, 'one of four');
    bar.step(4, 'all');
    bar.end('clear');
    expect(drawn).toEqual([
      '\r\u001b[K[######..................] one of four',
      '\r\u001b[K[########################] all',
      '\r\u001b[K',
    ]);
    drawn.length = 0;
    const silent = createProgress((text) => drawn.push(text), false, 4);
    silent.step(1, 'one');
    silent.end();
    expect(drawn).toEqual([]);
  });
});
