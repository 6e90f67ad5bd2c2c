import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { httpVariables } from '../../src/config/http.js';
import { type Variable, variableGroups, variables, variableTable } from '../../src/config/index.js';
import { policyVariables } from '../../src/policy/index.js';
import { documented, markdownTable } from '../support/docs.js';
import { program } from '../support/tenant.js';

const root = join(import.meta.dirname, '../..');
const table: readonly Variable[] = variableTable;
const named = table.flatMap(({ name, file }) => (file === true ? [name, `${name}_FILE`] : [name]));
const own = table.filter(({ group }) => group !== 'machine').map(({ name }) => name);

describe('the table of variables', () => {
  it('has exactly those that are checked somewhere', () => {
    const checked = [
      ...Object.keys(variables),
      ...Object.keys(httpVariables),
      ...Object.values(policyVariables),
    ];
    expect([...own].sort()).toEqual([...new Set(checked)].sort());
    expect(checked.length).toBe(new Set(checked).size);
  });

  it('has no default that its own check refuses', () => {
    const checks: Readonly<Record<string, { safeParse(text: unknown): { success: boolean } }>> = {
      ...variables,
      ...httpVariables,
    };
    const wrong = table.filter(
      ({ name, default: value }) => !(checks[name]?.safeParse(value).success ?? true),
    );
    expect(wrong).toEqual([]);
  });
});

describe('the environment', () => {
  /** Runs the program with an environment that notes which variables anybody asks for. */
  function readsOf(args: readonly string[], env: Record<string, string>): string[] {
    const folder = mkdtempSync(join(tmpdir(), 'autotask-reads-'));
    const watch = join(folder, 'watch.mjs');
    const list = join(folder, 'reads');
    writeFileSync(
      watch,
      `import { appendFileSync } from 'node:fs';
       const real = process.env;
       const note = (name) => typeof name === 'string' && appendFileSync(${JSON.stringify(list)}, name + '\\n');
       process.env = new Proxy(real, {
         get: (_, name) => (note(name), real[name]),
         has: (_, name) => (note(name), name in real),
       });`,
    );
    const input = `${JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'get-version', arguments: {} },
    })}\n`;
    const { status, stderr } = spawnSync(process.execPath, ['--import', watch, program, ...args], {
      input,
      env: { PATH: process.env.PATH, ...env },
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const reads = [...new Set(readFileSync(list, 'utf8').trim().split('\n'))].sort();
    rmSync(folder, { recursive: true });
    return reads;
  }

  /** What libraries and Node itself look for; nobody who runs this program needs to know of it. */
  const foreign =
    /^(NODE_|WATCH_REPORT_DEPENDENCIES$|npm_config_|DEBUG$|PATH$|HOME$|COLORTERM$|FORCE_COLOR$|CI$|https?_proxy$|all_proxy$|no_proxy$)/;

  it.each([[['--demo']], [['policy']], [['doctor', '--demo']]])(
    'is read by %j only for what the table names',
    (args) => {
      const reads = readsOf(args, { HTTPS_PROXY: 'http://127.0.0.1:9', NO_PROXY: '127.0.0.1' });
      expect(reads).toEqual(expect.arrayContaining(own));
      expect(reads.filter((name) => !named.includes(name) && !foreign.test(name))).toEqual([]);
    },
  );
});

describe('the documents', () => {
  const pages = [
    'README.md',
    ...readdirSync(join(root, 'docs'))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  ];

  it.each(Object.entries(variableGroups))('docs/configuration.md has the table of %s', (group, title) => {
    const rows = table
      .filter((variable) => variable.group === group)
      .map(({ name, meaning, default: value, unset, file }) => [
        `\`${name}\`${file === true ? ' (or `…_FILE`)' : ''}`,
        meaning,
        unset ?? (value === undefined ? '' : `\`${value}\``),
      ]);
    const expected = `## ${title}\n\n${markdownTable(['variable', 'meaning', 'when not set'], rows)}`;
    expect(documented('docs/configuration.md', `variables: ${group}`, expected)).toBe(expected);
  });

  it('name no variable that does not exist', () => {
    // Compose and the skill's scripts read these; the server does not.
    const elsewhere = /^AUTOTASK_MCP_/;
    const wrong = pages.flatMap((page) =>
      [...readFileSync(join(root, page), 'utf8').matchAll(/\b(?:AUTOTASK|LOG)_[A-Z][A-Z_]*[A-Z]\b/g)]
        .map(([name]) => name)
        .filter((name) => !named.includes(name) && !elsewhere.test(name))
        .map((name) => `${page}: ${name}`),
    );
    expect(wrong).toEqual([]);
  });
});
