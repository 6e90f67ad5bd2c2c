import * as z from 'zod';
import { InvalidInput, type Problem } from '../errors.js';
import type { Credentials } from '../identity/credentials.js';
import { didYouMean } from '../names/nearest.js';
import {
  type ClaimRule,
  createPolicy,
  type Policy,
  type PolicySettings,
  readPolicySettings,
} from '../policy/index.js';
import { createRedactor } from '../redact.js';
import { isTimeZone, timeZoneProblem } from '../time-zone.js';
import type { HttpConfig } from './http.js';
import { defaultCacheDir } from './machine-variables.js';
import { readSources, type Sources } from './sources.js';
import { removedVariables, type StateConfig, stateVariables } from './state.js';
import { whyUnread } from './text-file.js';
import { otherProtocols, traceVariables } from './traces.js';
import { ownVariables, type VariableName } from './variables.js';
import { readWrites, type WriteConfig, writeVariables } from './writes.js';

export { type Flags, type Origin, readSources, type SourcedValue, type Sources } from './sources.js';
export { type Variable, type VariableGroup, variableGroups, variableTable } from './variables.js';

const flag = z.stringbool({
  truthy: ['true', '1', 'yes', 'on'],
  falsy: ['false', '0', 'no', 'off'],
  error: 'must be true or false',
});
const integer = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d+$/, { error })
    .transform(Number)
    .pipe(z.number().min(min, { error }).max(max, { error }));
};
const url = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });

const timeZone = z.string().refine(isTimeZone, { error: timeZoneProblem });

/** What the variables must look like; those about policy and HTTP are read elsewhere. */
export const variables = {
  AUTOTASK_USERNAME: z.string().optional(),
  AUTOTASK_SECRET: z.string().optional(),
  AUTOTASK_INTEGRATION_CODE: z.string().optional(),
  AUTOTASK_API_URL: url.optional(),
  AUTOTASK_ZONE_URL: url,
  AUTOTASK_READ_ONLY: flag,
  AUTOTASK_TIMEZONE: timeZone,
  AUTOTASK_CLOSED_STATUS_IDS: z
    .string()
    .regex(/^\s*\d+(\s*,\s*\d+)*\s*$/, { error: 'must be status codes separated by commas, e.g. 5,16' })
    .transform((text) => text.split(',').map(Number)),
  AUTOTASK_TIMEOUT_MS: integer(100, 600_000),
  AUTOTASK_MAX_CONCURRENCY: integer(1, 100),
  AUTOTASK_CACHE_DIR: z.string().optional(),
  AUTOTASK_POLICY_FILE: z.string().optional(),
  AUTOTASK_FILES_DIR: z.string().optional(),
  ...writeVariables,
  ...stateVariables,
  AUTOTASK_TRANSPORT: z.enum(['stdio', 'http'], { error: 'must be stdio or http' }),
  LOG_LEVEL: z.enum(['debug', 'info', 'warning', 'error'], {
    error: 'must be debug, info, warning or error',
  }),
  LOG_FORMAT: z.enum(['simple', 'json'], { error: 'must be simple or json' }),
  ...traceVariables,
} as const satisfies Partial<Record<VariableName, z.ZodType>>;

const schema = z.object(variables);

const credential = ['AUTOTASK_USERNAME', 'AUTOTASK_SECRET', 'AUTOTASK_INTEGRATION_CODE'] as const;

export interface Config {
  readonly mode: 'live' | 'demo';
  /** Null when some are missing; `missing` says which. */
  readonly credentials: Credentials | null;
  readonly missing: readonly string[];
  readonly apiUrl: string | undefined;
  readonly zoneUrl: string;
  readonly readOnly: boolean;
  readonly policy: Policy;
  /** Of the tokens that may do less than the policy allows, by the name of their holder. */
  readonly tokenPolicies: ReadonlyMap<string, PolicySettings>;
  /** What people may do, by their claims; null: all of it. */
  readonly claimRules: readonly ClaimRule[] | null;
  readonly writes: WriteConfig;
  readonly timeZone: string;
  /** Ticket status codes that count as closed. */
  readonly closedStatusIds: readonly number[];
  readonly timeoutMs: number;
  readonly maxConcurrency: number;
  /** Of the hourly requests of a tenant, what may be used before this server stops; null: all. */
  readonly hourlyShare: number | null;
  /** Where replicas share their state; null: each has its own. */
  readonly state: StateConfig | null;
  /** Null when the server talks over stdin and stdout. */
  readonly http: HttpConfig | null;
  /** Null: metadata is cached in memory only. */
  readonly cacheDir: string | null;
  /** Folder of files that may be attached by their path; null over HTTP, whose callers are elsewhere. */
  readonly filesDir: string | null;
  readonly logLevel: 'debug' | 'info' | 'warning' | 'error';
  readonly logFormat: 'simple' | 'json';
  /** Headers that go with traces; null: there are none. */
  readonly traces: { readonly headers: Readonly<Record<string, string>> } | null;
  /** Variables that look like ours and are not. */
  readonly warnings: readonly string[];
}

/** The text of a policy file; null when none is named or it cannot be read, which is a problem of `field`. */
function policyFile(
  { readFile }: Sources,
  path: string | undefined,
  field: string,
  problems: Problem[],
): string | null {
  if (path === undefined) return null;
  try {
    return readFile(path);
  } catch (error) {
    problems.push({ field, problem: whyUnread(error) });
    return null;
  }
}

/** What single tokens are narrowed to, by the name of their holder. */
async function tokenPolicies(
  sources: Sources,
  tokens: HttpConfig['tokens'],
  problems: Problem[],
): Promise<ReadonlyMap<string, PolicySettings>> {
  const policies = new Map<string, PolicySettings>();
  for (const { name, policyFile: path } of tokens) {
    if (path === null) continue;
    const field = `policy of ${name} in AUTOTASK_HTTP_TOKENS`;
    const text = policyFile(sources, path, field, problems);
    policies.set(name, await readPolicySettings({}, text, problems, field));
  }
  return policies;
}

function unknownVariables(env: Sources['env']): string[] {
  // Shares its .env with whatever starts the container, which reads this one.
  const names = ownVariables.flatMap(({ name, file }) => (file === true ? [name, `${name}_FILE`] : [name]));
  const known = [...names, 'AUTOTASK_MCP_IMAGE'];
  return Object.keys(env)
    .filter((name) => name.startsWith('AUTOTASK_') && !known.includes(name) && !(name in removedVariables))
    .map((name) => `${name} is not a variable of this server.${didYouMean(name, known)}`);
}

/** Settings that are secret, wherever else their values stand by mistake. */
const secretSettings = [
  ...credential,
  'AUTOTASK_CONFIRM_KEY',
  'AUTOTASK_AUDIT_KEY',
  'AUTOTASK_STATE_URL',
  'OTEL_EXPORTER_OTLP_HEADERS',
];

/** Names in lists are repeated in messages, so that a mistyped one is found; nothing that is secret is. */
function withoutSecrets(values: Readonly<Record<string, string>>, http: HttpConfig | null) {
  const redact = createRedactor([
    ...secretSettings.flatMap((name) => values[name] ?? []),
    ...(http?.tokens ?? []).map(({ token }) => token),
  ]);
  return ({ field, problem, allowed }: Problem): Problem => ({
    field: redact(field),
    problem: redact(problem),
    ...(allowed === undefined ? {} : { allowed }),
  });
}

/** Folds the sources into one checked configuration. Throws InvalidInput with every problem at once. */
export async function loadConfig(sources: Sources): Promise<Config> {
  const problems: Problem[] = [];
  const found = readSources(sources, problems);
  const values = Object.fromEntries([...found].map(([name, { value }]) => [name, value]));
  for (const field of Object.keys(sources.env)) {
    const problem = removedVariables[field];
    if (problem !== undefined && (sources.env[field] ?? '').trim() !== '') problems.push({ field, problem });
  }
  // Read once: compiling the reader would take longer than reading.
  const parsed = schema.safeParse(values, { jitless: true });
  if (!parsed.success) {
    // The message never holds the value: it may be a secret in the wrong variable.
    for (const issue of parsed.error.issues) {
      problems.push({ field: String(issue.path[0]), problem: issue.message });
    }
  }
  const http =
    values.AUTOTASK_TRANSPORT === 'http' ? (await import('./http.js')).readHttp(values, problems) : null;
  const file = policyFile(sources, values.AUTOTASK_POLICY_FILE, 'AUTOTASK_POLICY_FILE', problems);
  const policySettings = await readPolicySettings(values, file, problems);
  const byToken = await tokenPolicies(sources, http?.tokens ?? [], problems);
  const ruleText = policyFile(sources, http?.oauth?.policyFile, 'AUTOTASK_OAUTH_POLICY_FILE', problems);
  const claimRules =
    ruleText === null
      ? null
      : await (await import('../policy/claim-rules.js')).readClaimRules(ruleText, problems);
  const shares = { overHttp: http !== null, sharesState: values.AUTOTASK_STATE_URL !== undefined };
  const writes = parsed.success ? await readWrites(parsed.data, shares, problems) : undefined;
  if (problems.length > 0 || !parsed.success || writes === undefined) {
    // A value that fits none of several forms is wrong once for each.
    const once = new Map(problems.map((one) => [`${one.field}: ${one.problem}`, one]));
    throw new InvalidInput(
      'The configuration is not right.',
      [...once.values()].map(withoutSecrets(values, http)),
    );
  }
  const given = parsed.data;
  const missing = credential.filter((name) => given[name] === undefined);
  const { AUTOTASK_USERNAME: userName, AUTOTASK_SECRET: password, AUTOTASK_INTEGRATION_CODE: code } = given;
  const traces =
    given.OTEL_EXPORTER_OTLP_ENDPOINT === undefined ||
    given.OTEL_SDK_DISABLED ||
    given.OTEL_TRACES_EXPORTER === 'none'
      ? null
      : { headers: given.OTEL_EXPORTER_OTLP_HEADERS ?? {} };
  return {
    mode: sources.flags.demo === true ? 'demo' : 'live',
    credentials:
      userName === undefined || password === undefined || code === undefined
        ? null
        : { userName, secret: password, integrationCode: code },
    missing,
    apiUrl: given.AUTOTASK_API_URL,
    zoneUrl: given.AUTOTASK_ZONE_URL,
    readOnly: given.AUTOTASK_READ_ONLY,
    policy: createPolicy(policySettings),
    tokenPolicies: byToken,
    claimRules,
    writes,
    timeZone: given.AUTOTASK_TIMEZONE,
    closedStatusIds: given.AUTOTASK_CLOSED_STATUS_IDS,
    timeoutMs: given.AUTOTASK_TIMEOUT_MS,
    maxConcurrency: given.AUTOTASK_MAX_CONCURRENCY,
    hourlyShare: given.AUTOTASK_HOURLY_SHARE ?? null,
    state:
      given.AUTOTASK_STATE_URL === undefined
        ? null
        : { address: given.AUTOTASK_STATE_URL, share: given.AUTOTASK_STATE_SHARE },
    http,
    cacheDir:
      given.AUTOTASK_CACHE_DIR === 'none'
        ? null
        : (given.AUTOTASK_CACHE_DIR ?? defaultCacheDir(sources.platform, sources.home, sources.env)),
    filesDir: http === null ? (given.AUTOTASK_FILES_DIR ?? null) : null,
    logLevel: given.LOG_LEVEL,
    logFormat: given.LOG_FORMAT,
    traces,
    warnings: [
      ...unknownVariables(sources.env),
      ...(traces === null ? [] : otherProtocols(sources.env)),
      ...(http !== null && given.AUTOTASK_FILES_DIR !== undefined
        ? ['AUTOTASK_FILES_DIR has no effect over HTTP: files of this machine are not offered there.']
        : []),
    ],
  };
}
