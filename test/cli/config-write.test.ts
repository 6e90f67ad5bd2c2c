import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clients } from '../../src/cli/config/clients.js';
import { Unmergeable } from '../../src/cli/config/merge.js';
import { mergeJson } from '../../src/cli/config/merge-json.js';
import { mergeToml } from '../../src/cli/config/merge-toml.js';
import { type Client, connectionOf, names, parsed, read } from './clients.js';
import { emptyFolder, onTerminal, run } from './support.js';

const reference = (name: string) => `\${env:${name}}`;

/** A home folder with the client's file in its usual place; null: without the file. */
function homeWith(client: Client, text: string | null) {
  const home = emptyFolder();
  const usual = clients[client].file({ platform: 'linux', home, env: {} });
  const file = join(home, usual.startsWith('/') ? usual.slice(home.length) : usual);
  mkdirSync(dirname(file), { recursive: true });
  if (text !== null) writeFileSync(file, text);
  const write = (...args: string[]) =>
    run(['config', client, '--write', ...args], { env: { HOME: home }, cwd: home });
  const backups = () =>
    readdirSync(dirname(file)).filter((name) => name.startsWith(`${basename(file)}.backup-`));
  return { home, file, write, backups };
}

const member = { vscode: 'servers', zed: 'context_servers' } as const;
const memberOf = (client: Client) =>
  client === 'vscode' || client === 'zed' ? member[client] : 'mcpServers';

/** A file as people have it: comments where the client allows them, other servers, other settings. */
function lived(client: Client): string {
  if (client === 'codex') {
    return [
      'model = "some-model" # the good one',
      '',
      '# servers',
      '[mcp_servers.other]',
      'command = "other"',
      'args = [ "--flag", # why',
      '  "[mcp_servers.autotask]" ]',
      '',
      '[tui]',
      'notifications = true',
      '',
    ].join('\n');
  }
  const comment = client === 'vscode' || client === 'zed' ? '\t\t// not mine' : '';
  const lines = [
    '{',
    '\t"theme": "dark",',
    `\t"${memberOf(client)}": {`,
    ...(comment === '' ? [] : [comment]),
    '\t\t"other": { "command": "other", "env": { "API_TOKEN": "hush-hush" } }',
    '\t},',
    '\t"last": [1,  2]',
    '}',
    '',
  ];
  return lines.join('\n');
}

describe('config --write', () => {
  it.each(names)('adds the server for %s and leaves every other line as it is', async (client) => {
    const before = lived(client);
    const { file, write, backups } = homeWith(client, before);
    chmodSync(file, 0o640);
    const { code, stdout, stderr } = await write('--demo', '--yes');
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('Restart') });
    expect(stdout).toMatch(/^\+.*autotask/m);
    expect(stdout).not.toContain('hush-hush');
    const after = read(file);
    expect(connectionOf(client, after, {}).args.at(-1)).toBe('--demo');
    const left = after.split('\n');
    for (const line of before.split('\n'))
      expect(
        left.some((one) => one === line || one === `${line},`),
        line,
      ).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    const [backup = ''] = backups();
    expect(read(join(dirname(file), backup))).toBe(before);
    expect(statSync(join(dirname(file), backup)).mode & 0o777).toBe(0o640);

    const again = await write('--demo', '--yes');
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('already') });
    expect(read(file)).toBe(after);
    expect(backups()).toHaveLength(1);
  });

  it.each(names)('makes the file for %s when there is none, for its owner alone', async (client) => {
    const { file, write, backups } = homeWith(client, null);
    expect(await write('--yes')).toMatchObject({ code: 0 });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(backups()).toEqual([]);
    expect(read(file)).toMatch(/\n$/);
    expect(connectionOf(client, read(file), {}).command).toBe(process.execPath);
  });

  it('keeps what a person added to an earlier entry, and drops what no longer holds', async () => {
    const old = {
      mcpServers: {
        autotask: {
          command: 'old',
          args: ['old'],
          disabled: true,
          env: { AUTOTASK_SECRET: 'a-pasted-secret', AUTOTASK_TIMEZONE: 'Europe/Berlin' },
        },
      },
    };
    const { file, write } = homeWith('cursor', JSON.stringify(old, null, 2));
    const { stdout } = await write('--yes');
    expect(stdout).not.toContain('a-pasted-secret');
    const { entry } = connectionOf('cursor', read(file), {});
    expect(entry.disabled).toBe(true);
    expect(entry.env).toEqual({
      AUTOTASK_TIMEZONE: 'Europe/Berlin',
      AUTOTASK_USERNAME: reference('AUTOTASK_USERNAME'),
      AUTOTASK_SECRET: reference('AUTOTASK_SECRET'),
      AUTOTASK_INTEGRATION_CODE: reference('AUTOTASK_INTEGRATION_CODE'),
    });
    await write('--http', '--yes');
    const http = connectionOf('cursor', read(file), {}).entry;
    expect(Object.keys(http).sort()).toEqual(['disabled', 'headers', 'url']);
  });

  it('keeps comments, tabs, line ends, byte order mark and trailing commas', async () => {
    const before = '\ufeff// mine\r\n{\r\n\t"servers": {\r\n\t\t"other": {}, // last\r\n\t},\r\n}\r\n';
    const { file, write } = homeWith('vscode', before);
    expect(await write('--demo', '--yes')).toMatchObject({ code: 0 });
    const after = read(file);
    expect(
      after.startsWith(
        '\ufeff// mine\r\n{\r\n\t"servers": {\r\n\t\t"other": {}, // last\r\n\t\t"autotask": {\r\n\t\t\t"type"',
      ),
    ).toBe(true);
    expect(after.replaceAll('\r\n', '')).not.toContain('\n');
  });

  it('adds the questions of VS Code once', async () => {
    const { file, write } = homeWith('vscode', '{ "inputs": [{ "id": "mine", "type": "promptString" }] }');
    await write('--yes');
    const ids = () => JSON.stringify(parsed('vscode', read(file)).inputs).match(/"id":"[\w-]+"/g);
    expect(ids()).toHaveLength(4);
    await write('--demo', '--yes');
    await write('--yes');
    expect(ids()).toHaveLength(4);
  });

  it('follows a link to the file and leaves the link', async () => {
    const { home, file, write } = homeWith('gemini', null);
    const real = join(home, 'dotfiles.json');
    writeFileSync(real, '{}');
    symlinkSync(real, file);
    expect(await write('--demo', '--yes')).toMatchObject({ code: 0 });
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
    expect(read(real)).toContain('autotask');
  });

  it('writes into the file that it is told', async () => {
    const { home, file, write } = homeWith('cursor', null);
    const chosen = join(home, 'project', '.cursor', 'mcp.json');
    expect(await write('--demo', '--yes', '--file', chosen)).toMatchObject({ code: 0 });
    expect(read(chosen)).toContain('autotask');
    expect(existsSync(file)).toBe(false);
  });
});

describe('config --write leaves a file alone', () => {
  const broken: readonly (readonly [string, Client, string | Buffer, RegExp])[] = [
    ['that ends early', 'cursor', '{ "mcpServers": {', /not valid JSON \(line 1: \w+\)/],
    ['that is no object', 'cursor', '[]', /does not hold an object/],
    ['with a list of servers', 'cursor', '{"mcpServers": []}', /mcpServers is not an object/],
    [
      'with two lists of servers',
      'cursor',
      '{"mcpServers": {},\n"mcpServers": {}}',
      /line 2: mcpServers stands there twice/,
    ],
    ['with inputs that are none', 'vscode', '{"inputs": {}}', /inputs is not a list/],
    ['that is no text', 'cursor', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), /not valid/],
    ['that is not TOML', 'codex', 'model = ', /TOML/],
    [
      'with servers in one line',
      'codex',
      'mcp_servers = { other = { command = "x" } }\n',
      /cannot be changed safely|TOML/,
    ],
    [
      'with a server in dotted keys',
      'codex',
      'mcp_servers.autotask.command = "x"\n',
      /cannot be changed safely|TOML/,
    ],
  ];

  it.each(broken)('%s (%s)', async (_what, client, content, reason) => {
    const { file, write, backups } = homeWith(client, '');
    writeFileSync(file, content);
    const { code, stderr } = await write('--yes');
    expect(code).toBe(1);
    expect(stderr).toMatch(/was left as it is/);
    expect(stderr).toMatch(reason);
    expect(Buffer.compare(Buffer.from(read(file)), Buffer.from(String(content)))).toBe(0);
    expect(backups()).toEqual([]);
    expect(readdirSync(dirname(file))).toEqual([basename(file)]);
  });

  it('that is a folder', async () => {
    const { file, write } = homeWith('cursor', null);
    mkdirSync(file);
    expect(await write('--yes')).toMatchObject({ code: 1, stderr: expect.stringContaining('EISDIR') });
  });

  it('without a terminal to ask on and without --yes, after showing the difference', async () => {
    const { file, write } = homeWith('cursor', '{}');
    const { code, stdout, stderr } = await write('--demo');
    expect(code).toBe(2);
    expect(stdout).toMatch(/^\+.*"autotask"/m);
    expect(stderr).toContain('--yes');
    expect(read(file)).toBe('{}');
  });

  it.each([
    ['n', 1],
    ['', 1],
    ['y', 0],
  ])('when the answer on a terminal is "%s": code %i', async (answer, expected) => {
    const { home, file } = homeWith('cursor', '{}');
    const { code, shown } = await onTerminal('config cursor --demo --write', { HOME: home }, (text) =>
      text.includes('[y/N]') ? answer : undefined,
    );
    expect(code).toBe(expected);
    expect(shown).toContain('\u001b[32m+');
    expect(read(file).includes('autotask')).toBe(expected === 0);
  });
});

describe('merging', () => {
  const entry = { command: 'node', args: ['cli.js'], env: { A: 'b' } };
  const addition = (servers: string) => ({ servers, name: 'autotask', entry, inputs: [] });

  it('into any JSON says afterwards what it said before and the server', () => {
    const spaces = fc.constantFrom(undefined, 1, 2, 4, '\t');
    const value = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 });
    const document = fc.tuple(value, fc.dictionary(fc.string(), value, { maxKeys: 3 }), spaces, fc.boolean());
    fc.assert(
      fc.property(document, ([settings, servers, space, windows]) => {
        const before = { ...settings, mcpServers: servers };
        const text = JSON.stringify(before, null, space);
        const written = windows ? text.replaceAll('\n', '\r\n') : text;
        const after: unknown = JSON.parse(mergeJson(written, addition('mcpServers')));
        const expected = { ...before, mcpServers: { ...servers, autotask: entry } };
        expect(after).toEqual(JSON.parse(JSON.stringify(expected)));
        const again = mergeJson(written, addition('mcpServers'));
        expect(mergeJson(again, addition('mcpServers'))).toBe(again);
      }),
      { numRuns: 300 },
    );
  });

  it('into any TOML does so or refuses', () => {
    const key = fc.stringMatching(/^[a-z]{1,6}$/);
    const line = fc.oneof(
      fc.tuple(key, fc.integer()).map(([name, number]) => `${name} = ${number} # ${name}`),
      key.map((name) => `[${name}]`),
      key.map((name) => `[mcp_servers.${name}]`),
      key.map((name) => `[[${name}s]]`),
      fc.constant('[mcp_servers.autotask]'),
      fc.constant('[mcp_servers.autotask.env]'),
      fc.constant('text = """\n[mcp_servers.autotask]\n"""'),
      fc.constant(''),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const text = lines.join('\n');
        try {
          const after = mergeToml(text, addition('mcp_servers'));
          expect(parsed('codex', after).mcp_servers).toMatchObject({ autotask: entry });
          expect(mergeToml(after, addition('mcp_servers'))).toBe(after);
          for (const kept of lines.filter((one) => one.includes('#') && !text.includes('autotask')))
            expect(after).toContain(kept);
        } catch (error) {
          expect(error).toBeInstanceOf(Unmergeable);
        }
      }),
      { numRuns: 300 },
    );
  });
});
