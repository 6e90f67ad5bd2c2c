import { type Variable, variableTable } from '../../config/index.js';
import { homeFile, type UserEnvironment } from './client-files.js';
import type { Launch } from './launch.js';
export type Entry = Readonly<Record<string, unknown>>;

/** A question that the client asks the person, whose answer it keeps. */
export interface Input {
  readonly type: 'promptString';
  readonly id: string;
  readonly description: string;
  readonly password: boolean;
}

export interface ClientEntry {
  readonly entry: Entry;
  readonly inputs?: readonly Input[];
  /** What the person has to do besides. */
  readonly notes: readonly string[];
  /** Why it can be printed and not written: the person must fill something in. */
  readonly unfinished?: string;
}

const table: readonly Variable[] = variableTable;
export const credentialVariables = table.filter(({ group }) => group === 'credentials');
const token = 'AUTOTASK_HTTP_TOKEN';

/** Headers with which a client speaks to the server, besides that of the token. */
const rights = ({ readOnly }: HttpTarget): Readonly<Record<string, string>> =>
  readOnly ? { 'X-Autotask-Read-Only': 'true' } : {};

const names = (variables: readonly Variable[]) => variables.map(({ name }) => name).join(', ');

/** The entry of a client that puts variables of its own environment in place of `reference(name)`. */
export const byReference =
  (reference: (name: string) => string, http: (url: string) => Entry, stdio: Entry = {}) =>
  (target: Target): ClientEntry => {
    if (target.kind === 'http') {
      return {
        entry: {
          ...http(target.url),
          headers: { Authorization: `Bearer ${reference(token)}`, ...rights(target) },
        },
        notes: [`Set ${token} in the environment in which the client starts.`],
      };
    }
    const { launch, credentials } = target;
    const env = Object.fromEntries(credentials.map(({ name }) => [name, reference(name)]));
    if (credentials.length === 0) return { entry: { ...stdio, ...launch }, notes: [] };
    return {
      entry: { ...stdio, ...launch, env },
      notes: [`Set ${names(credentials)} in the environment in which the client starts.`],
    };
  };

/** `AUTOTASK_INTEGRATION_CODE` -> `integration-code` */
const slug = (name: string) =>
  name
    .replace(/^AUTOTASK_/, '')
    .toLowerCase()
    .replaceAll('_', '-');

/** The entry of a client that hands on no variable as it is: each credential comes from a file of the person's. */
const byFile = (
  { launch, credentials }: Target & { kind: 'stdio' },
  user: UserEnvironment,
  why = 'The client knows no references to secrets.',
): ClientEntry => {
  const files = credentials.map(
    ({ name }) => [`${name}_FILE`, homeFile(user, '.autotask-mcp', slug(name))] as const,
  );
  if (files.length === 0) return { entry: { ...launch }, notes: [] };
  const list = files.map(([, file]) => `  ${file}`);
  return {
    entry: { ...launch, env: Object.fromEntries(files) },
    notes: [`${why} Put each into its file, readable by you alone:`, ...list],
  };
};

export const vscode = (target: Target): ClientEntry => {
  const input = ({ name, meaning, secret }: Variable): Input => ({
    type: 'promptString',
    id: `autotask-${slug(name)}`,
    description: `Autotask: ${meaning}`,
    password: secret === true,
  });
  const prompted = target.kind === 'http' ? table.filter(({ name }) => name === token) : target.credentials;
  const inputs = prompted.map(input);
  const reference = (name: string) => `\${input:autotask-${slug(name)}}`;
  const clientEntry = byReference(reference, (url) => ({ type: 'http', url }), { type: 'stdio' })(target);
  const notes = inputs.length === 0 ? [] : ['VS Code asks for the values once and keeps them encrypted.'];
  return { entry: clientEntry.entry, inputs, notes };
};

export const codex = (target: Target): ClientEntry => {
  if (target.kind === 'http') {
    return {
      entry: {
        url: target.url,
        bearer_token_env_var: token,
        ...(target.readOnly ? { http_headers: rights(target) } : {}),
      },
      notes: [`Set ${token} in the environment in which Codex starts.`],
    };
  }
  const { launch, credentials } = target;
  if (credentials.length === 0) return { entry: { ...launch }, notes: [] };
  return {
    entry: { ...launch, env_vars: credentials.map(({ name }) => name) },
    notes: [`Set ${names(credentials)} in the environment in which Codex starts.`],
  };
};

export const zed = (target: Target, user: UserEnvironment): ClientEntry => {
  if (target.kind === 'stdio') return byFile(target, user);
  const unfinished =
    'Zed takes headers literally, so the token has to stand in its settings. Put it there yourself';
  return {
    entry: { url: target.url, headers: { Authorization: 'Bearer <the token>', ...rights(target) } },
    notes: [`${unfinished}, in the place of <the token>.`],
    unfinished,
  };
};

export const claudeDesktop = (target: Target, user: UserEnvironment): ClientEntry | string =>
  target.kind === 'stdio'
    ? byFile(target, user)
    : 'Claude Desktop reaches remote servers only as connectors of its own, which take no bearer token. Leave --http and --url out: it can start this server itself.';

/** Gemini CLI 0.61 replaces `$word` once more in what a reference gave, and secrets of Autotask may hold a $. */
export const gemini = (target: Target, user: UserEnvironment): ClientEntry =>
  target.kind === 'stdio'
    ? byFile(target, user, 'Gemini CLI changes values of variables in which a $ stands.')
    : byReference(
        (name) => `\${${name}}`,
        (httpUrl) => ({ httpUrl }),
      )(target);

/** What the client is to connect to. */
export type Target =
  | { readonly kind: 'stdio'; readonly launch: Launch; readonly credentials: readonly Variable[] }
  | HttpTarget;

interface HttpTarget {
  readonly kind: 'http';
  readonly url: string;
  /** Asks the server for no tool that writes. */
  readonly readOnly: boolean;
}
