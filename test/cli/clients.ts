import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parse as parseJsonc } from 'jsonc-parser';
import { parse as parseToml } from 'smol-toml';
import * as z from 'zod';

/** How each client reads its entry and fills in what is not there; written from their documentation. */

const entry = z.looseObject({
  type: z.string().optional(),
  command: z.string().optional(),
  args: z.array(z.string()).optional(),
  env: z.record(z.string(), z.string()).optional(),
  env_vars: z.array(z.string()).optional(),
  url: z.string().optional(),
  httpUrl: z.string().optional(),
  serverUrl: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  bearer_token_env_var: z.string().optional(),
  http_headers: z.record(z.string(), z.string()).optional(),
});
export type Entry = z.infer<typeof entry>;

const servers = z.looseObject({ autotask: entry });
const input = z.strictObject({
  type: z.literal('promptString'),
  id: z.string(),
  description: z.string(),
  password: z.boolean(),
});

const expand = (pattern: RegExp) => (text: string, values: Readonly<Record<string, string>>) =>
  text.replace(pattern, (whole, name: string) => values[name] ?? whole);

const literal = (text: string) => text;

/** Expands what a reference gave once more, and knows two ways to write one. */
const expandTwice = (text: string, values: Readonly<Record<string, string>>) => {
  const once = (given: string) =>
    given.replace(/\$\{(\w+)\}|\$(\w+)/g, (_, braced: string, bare: string) => values[braced ?? bare] ?? '');
  return once(once(text));
};

interface Reader {
  readonly member: string;
  readonly expand: (text: string, values: Readonly<Record<string, string>>) => string;
  readonly url: 'url' | 'httpUrl' | 'serverUrl';
}

export const readers = {
  'claude-desktop': { member: 'mcpServers', expand: literal, url: 'url' },
  'claude-code': { member: 'mcpServers', expand: expand(/\$\{(\w+)\}/g), url: 'url' },
  cursor: { member: 'mcpServers', expand: expand(/\$\{env:(\w+)\}/g), url: 'url' },
  vscode: { member: 'servers', expand: expand(/\$\{input:([\w-]+)\}/g), url: 'url' },
  windsurf: { member: 'mcpServers', expand: expand(/\$\{env:(\w+)\}/g), url: 'serverUrl' },
  zed: { member: 'context_servers', expand: literal, url: 'url' },
  gemini: { member: 'mcpServers', expand: expandTwice, url: 'httpUrl' },
  codex: { member: 'mcp_servers', expand: literal, url: 'url' },
} as const satisfies Readonly<Record<string, Reader>>;

export type Client = keyof typeof readers;
export const names = Object.keys(readers).filter((name): name is Client => name in readers);

/** The whole file as the client parses it. */
export function parsed(client: Client, text: string): Record<string, unknown> {
  const value: unknown =
    client === 'codex' ? parseToml(text) : parseJsonc(text, [], { allowTrailingComma: true });
  return z.record(z.string(), z.unknown()).parse(value);
}

export interface Connection {
  readonly entry: Entry;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly url: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/** What the client would start or call, with the person's environment, answers and files. */
export function connectionOf(
  client: Client,
  text: string,
  environment: Readonly<Record<string, string>>,
): Connection {
  const reader: Reader = readers[client];
  const file = parsed(client, text);
  const { autotask } = servers.parse(file[reader.member]);
  const asked = client === 'vscode' ? z.array(input).parse(file.inputs ?? []) : [];
  const answers = Object.fromEntries(
    asked.map(({ id }) => [
      id,
      environment[
        `AUTOTASK_${id
          .replace(/^autotask-/, '')
          .replaceAll('-', '_')
          .toUpperCase()}`
      ] ?? '',
    ]),
  );
  const values = client === 'vscode' ? answers : environment;
  const filled = (record: Readonly<Record<string, string>> = {}) =>
    Object.fromEntries(Object.entries(record).map(([name, value]) => [name, reader.expand(value, values)]));
  for (const [name, path] of Object.entries(autotask.env ?? {})) {
    if (!name.endsWith('_FILE')) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${environment[name.slice(0, -'_FILE'.length)]}\n`, { mode: 0o600 });
  }
  const passed = (autotask.env_vars ?? []).map((name) => [name, environment[name] ?? '']);
  const bearer = autotask.bearer_token_env_var;
  return {
    entry: autotask,
    command: autotask.command ?? '',
    args: autotask.args ?? [],
    env: { ...filled(autotask.env), ...Object.fromEntries(passed) },
    url: autotask[reader.url],
    headers: {
      ...filled(autotask.headers),
      ...autotask.http_headers,
      ...(bearer === undefined ? {} : { Authorization: `Bearer ${environment[bearer]}` }),
    },
  };
}

export const read = (path: string): string => readFileSync(path, 'utf8');
