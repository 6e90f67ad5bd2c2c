/** An option as help and documentation show it. */
export interface OptionFacts {
  /** Without dashes. */
  readonly name: string;
  /** What stands for its value; a switch when absent. */
  readonly value?: string;
  readonly meaning: string;
}

export interface CommandFacts {
  /** Words after the program's name; empty for the command that runs when none is named. */
  readonly name: string;
  /** What else stands on the line, options apart. */
  readonly words?: string;
  readonly summary: string;
  readonly options: readonly OptionFacts[];
  /** Further lines of its help. */
  readonly more?: readonly string[];
}

const demo = { name: 'demo', meaning: 'use the embedded sandbox tenant: no credentials needed' };
const readOnly = { name: 'read-only', meaning: 'offer no tool that writes' };
const http = { name: 'http', meaning: 'serve over HTTP instead (docs/http.md says what it needs)' };

/** Clients for which `config` knows file and format. */
export const clientNames = [
  'claude-desktop',
  'claude-code',
  'cursor',
  'vscode',
  'windsurf',
  'zed',
  'gemini',
  'codex',
  'docker',
] as const;
export type ClientName = (typeof clientNames)[number];

/** Every command and option there is: parser, help and docs/commands.md are made from this. */
export const commands = {
  serve: {
    name: '',
    summary: 'serve one MCP client over stdin and stdout',
    options: [demo, readOnly, http],
  },
  doctor: {
    name: 'doctor',
    summary: 'check configuration, connection and rights',
    options: [
      { name: 'demo', meaning: 'check against the embedded sandbox tenant' },
      { name: 'read-only', meaning: 'check a server started with --read-only' },
      { name: 'http', meaning: 'check a server started with --http' },
      { name: 'token', value: 'FILE', meaning: 'check an access token as well; - reads it from stdin' },
      { name: 'json', meaning: 'print one JSON object instead of text' },
    ],
    more: [
      'Reads only. A refused secret is tried once and not again, because Autotask',
      'locks users after several failures. Values of variables are never printed.',
      'Exit code 0: nothing stands in the way (warnings may); 1: a problem was found.',
    ],
  },
  config: {
    name: 'config',
    words: 'CLIENT',
    summary: 'print or write what an MCP client needs',
    options: [
      { name: 'demo', meaning: 'for the embedded sandbox tenant' },
      { name: 'read-only', meaning: 'for a server that offers no tool that writes' },
      { name: 'http', meaning: 'for a server that is reached over HTTP' },
      { name: 'url', value: 'URL', meaning: 'its address (http://127.0.0.1:3000/mcp)' },
      { name: 'write', meaning: "merge it into the client's file, after showing the difference" },
      { name: 'yes', meaning: 'write without asking' },
      { name: 'file', value: 'PATH', meaning: "a file other than the client's usual one" },
    ],
    more: [
      `CLIENT is one of: ${clientNames.slice(0, 5).join(', ')},`,
      `${clientNames.slice(5).join(', ')}.`,
      'Secrets are written as references or prompts, never as values. --write keeps',
      'other servers, comments and the file mode, and leaves a backup beside the file.',
    ],
  },
  policy: {
    name: 'policy',
    summary: 'print what this server may do, as configured',
    options: [
      demo,
      readOnly,
      http,
      {
        name: 'as',
        value: 'FILE',
        meaning: 'what somebody with these claims may do, and why; - is stdin',
      },
    ],
  },
  audit: {
    name: 'audit',
    words: 'verify|show FILES',
    summary: 'check audit logs, or show what they say',
    options: [
      { name: 'from', value: 'TIME', meaning: 'show: from then on, 2026-11-28 or 2026-11-28T10:00Z' },
      { name: 'to', value: 'TIME', meaning: 'show: before it, or until the end of the day' },
      { name: 'person', value: 'NAME', meaning: 'show: of this caller, subject or resource id' },
      { name: 'entity', value: 'NAME', meaning: 'show: of this entity' },
      { name: 'record', value: 'ID', meaning: 'show: of this record' },
      { name: 'outcome', value: 'WORD', meaning: 'show: done, refused, unknown or open' },
      { name: 'json', meaning: 'one JSON object per line, of a write or of a chain' },
    ],
    more: [
      'FILE stands for the files set aside before it, and for the chains of replicas',
      'beside it (audit@a.jsonl of audit.jsonl). Times are UTC. A log with a key needs',
      'AUTOTASK_AUDIT_KEY. Exit code 1: a chain is not as it was written; show shows',
      'nothing of it from there on.',
    ],
  },
  tour: {
    name: 'tour',
    summary: 'watch a client do the main job on the sandbox tenant',
    options: [{ name: 'web', meaning: 'look at previews, tickets, lists and groups in a browser instead' }],
  },
  sandbox: {
    name: 'sandbox',
    summary: 'run the sandbox tenant on its own',
    options: [
      { name: 'port', value: 'N', meaning: 'port to listen on; a free one when absent' },
      { name: 'scale', value: 'N', meaning: 'size of the tenant, from 0.01 to 200 (1)' },
      { name: 'seed', value: 'N', meaning: 'the same seed gives the same records (1)' },
      { name: 'latency', value: 'MS', meaning: 'milliseconds added to every answer (0)' },
    ],
  },
} as const satisfies Readonly<Record<string, CommandFacts>>;

export type CommandName = keyof typeof commands;

/** What the exit code of every command says. */
export const exitCodes = [
  [0, 'done'],
  [1, 'failed: the work could not be done, or a check found a problem'],
  [2, 'called or configured wrongly; nothing was done'],
] as const;
