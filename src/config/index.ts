import { z } from 'zod';
import type { Credentials } from '../credentials.js';
import { InvalidInput, type Problem } from '../errors.js';
import { didYouMean } from '../nearest.js';
import { createPolicy, type Policy, policyVariables, readPolicySettings } from '../policy/index.js';
import { isTimeZone, timeZoneProblem } from '../time-zone.js';
import { defaultCacheDir } from './cache-dir.js';
import { type HttpConfig, httpSecrets, httpVariables, readHttp } from './http.js';
import { readWrites, type WriteConfig, writeSecrets, writeVariables } from './writes.js';

/** What flags on the command line say; they win over the environment. */
export interface Flags {
  readonly demo?: boolean;
  readonly http?: boolean;
  readonly readOnly?: boolean;
}

export interface Sources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly flags: Flags;
  /** Reads the file that a `*_FILE` variable names. */
  readonly readFile: (path: string) => string;
  /** `process.platform` and the user's home folder, for the default of the cache folder. */
  readonly platform: string;
  readonly home: string;
}

const flag = z.stringbool({
  truthy: ['true', '1', 'yes', 'on'],
  falsy: ['false', '0', 'no', 'off'],
  error: 'must be true or false',
});
const whole = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d+$/, { error })
    .transform(Number)
    .pipe(z.number().min(min, { error }).max(max, { error }));
};
const url = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });

const timeZone = z.string().refine(isTimeZone, { error: timeZoneProblem });

/** Every variable this server reads, with what it must look like. */
const variables = {
  AUTOTASK_USERNAME: z.string().optional(),
  AUTOTASK_SECRET: z.string().optional(),
  AUTOTASK_INTEGRATION_CODE: z.string().optional(),
  AUTOTASK_API_URL: url.optional(),
  AUTOTASK_ZONE_URL: url.default('https://webservices.autotask.net/'),
  AUTOTASK_READ_ONLY: flag.default(false),
  AUTOTASK_TIMEZONE: timeZone.default('UTC'),
  AUTOTASK_CLOSED_STATUS_IDS: z
    .string()
    .regex(/^\s*\d+(\s*,\s*\d+)*\s*$/, { error: 'must be status codes separated by commas, e.g. 5,16' })
    .transform((text) => text.split(',').map(Number))
    .default([5, 16]),
  AUTOTASK_TIMEOUT_MS: whole(100, 600_000).default(60_000),
  AUTOTASK_MAX_CONCURRENCY: whole(1, 100).default(10),
  AUTOTASK_CACHE_DIR: z.string().optional(),
  AUTOTASK_POLICY_FILE: z.string().optional(),
  AUTOTASK_FILES_DIR: z.string().optional(),
  ...writeVariables,
  AUTOTASK_TRANSPORT: z.enum(['stdio', 'http'], { error: 'must be stdio or http' }).default('stdio'),
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warning', 'error'], {
      error: 'must be debug, info, warning or error',
    })
    .default('info'),
  LOG_FORMAT: z.enum(['simple', 'json'], { error: 'must be simple or json' }).default('simple'),
} as const;

const schema = z.object(variables);
const names = [...Object.keys(variables), ...Object.keys(httpVariables), ...Object.values(policyVariables)];

const credential = ['AUTOTASK_USERNAME', 'AUTOTASK_SECRET', 'AUTOTASK_INTEGRATION_CODE'] as const;

/** Variables that may also be given as a file, as Docker and Kubernetes hand out secrets. */
const secret = [...credential, ...httpSecrets, ...writeSecrets] as const;

export interface Config {
  readonly mode: 'live' | 'demo';
  /** Null when some are missing; `missing` says which. */
  readonly credentials: Credentials | null;
  readonly missing: readonly string[];
  readonly apiUrl: string | undefined;
  readonly zoneUrl: string;
  readonly readOnly: boolean;
  readonly policy: Policy;
  readonly writes: WriteConfig;
  readonly timeZone: string;
  /** Ticket status codes that count as closed. */
  readonly closedStatusIds: readonly number[];
  readonly timeoutMs: number;
  readonly maxConcurrency: number;
  /** Null when the server talks over stdin and stdout. */
  readonly http: HttpConfig | null;
  /** Null: metadata is cached in memory only. */
  readonly cacheDir: string | null;
  /** Folder of files that may be attached by their path; null over HTTP, whose callers are elsewhere. */
  readonly filesDir: string | null;
  readonly logLevel: 'debug' | 'info' | 'warning' | 'error';
  readonly logFormat: 'simple' | 'json';
  /** Variables that look like ours and are not. */
  readonly warnings: readonly string[];
}

/** Empty values and placeholders that a client did not fill in count as not set. */
const isSet = (value: string | undefined): value is string =>
  value !== undefined && value.trim() !== '' && !/^\$\{.*\}$/.test(value.trim());

function fold({ env, readFile }: Sources, problems: Problem[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const name of names) {
    const value = env[name];
    if (isSet(value)) values[name] = value.trim();
  }
  for (const name of secret) {
    const file = env[`${name}_FILE`];
    if (!isSet(file)) continue;
    if (values[name] !== undefined) {
      problems.push({ field: `${name}_FILE`, problem: `is set beside ${name}: set one of them` });
      continue;
    }
    try {
      values[name] = readFile(file.trim()).replace(/\r?\n$/, '');
    } catch {
      problems.push({ field: `${name}_FILE`, problem: 'names a file that cannot be read' });
    }
  }
  return values;
}

/** The text of the policy file; null when none is named. */
function policyFile({ readFile }: Sources, path: string | undefined, problems: Problem[]): string | null {
  if (path === undefined) return null;
  try {
    return readFile(path);
  } catch {
    problems.push({ field: 'AUTOTASK_POLICY_FILE', problem: 'names a file that cannot be read' });
    return null;
  }
}

function unknownVariables(env: Sources['env']): string[] {
  // Shares its .env with whatever starts the container, which reads this one.
  const known = [...names, ...secret.map((name) => `${name}_FILE`), 'AUTOTASK_MCP_IMAGE'];
  return Object.keys(env)
    .filter((name) => name.startsWith('AUTOTASK_') && !known.includes(name))
    .map((name) => `${name} is not a variable of this server.${didYouMean(name, known)}`);
}

/** Folds the sources into one checked configuration. Throws InvalidInput with every problem at once. */
export function loadConfig(sources: Sources): Config {
  const problems: Problem[] = [];
  const values = fold(sources, problems);
  const parsed = schema.safeParse(values);
  if (!parsed.success) {
    // The message never holds the value: it may be a secret in the wrong variable.
    for (const issue of parsed.error.issues) {
      problems.push({ field: String(issue.path[0]), problem: issue.message });
    }
  }
  const overHttp = sources.flags.http === true || values.AUTOTASK_TRANSPORT === 'http';
  const http = overHttp ? readHttp(values, problems) : null;
  const file = policyFile(sources, values.AUTOTASK_POLICY_FILE, problems);
  const policySettings = readPolicySettings(values, file, problems);
  const writes = parsed.success ? readWrites(parsed.data, problems) : undefined;
  if (problems.length > 0 || !parsed.success || writes === undefined)
    throw new InvalidInput('The configuration is not right.', problems);
  const given = parsed.data;
  const missing = credential.filter((name) => given[name] === undefined);
  const { AUTOTASK_USERNAME: userName, AUTOTASK_SECRET: password, AUTOTASK_INTEGRATION_CODE: code } = given;
  return {
    mode: sources.flags.demo === true ? 'demo' : 'live',
    credentials:
      userName === undefined || password === undefined || code === undefined
        ? null
        : { userName, secret: password, integrationCode: code },
    missing,
    apiUrl: given.AUTOTASK_API_URL,
    zoneUrl: given.AUTOTASK_ZONE_URL,
    readOnly: sources.flags.readOnly === true || given.AUTOTASK_READ_ONLY,
    policy: createPolicy(policySettings),
    writes,
    timeZone: given.AUTOTASK_TIMEZONE,
    closedStatusIds: given.AUTOTASK_CLOSED_STATUS_IDS,
    timeoutMs: given.AUTOTASK_TIMEOUT_MS,
    maxConcurrency: given.AUTOTASK_MAX_CONCURRENCY,
    http,
    cacheDir:
      given.AUTOTASK_CACHE_DIR === 'none'
        ? null
        : (given.AUTOTASK_CACHE_DIR ?? defaultCacheDir(sources.platform, sources.home, sources.env)),
    filesDir: http === null ? (given.AUTOTASK_FILES_DIR ?? null) : null,
    logLevel: given.LOG_LEVEL,
    logFormat: given.LOG_FORMAT,
    warnings: [
      ...unknownVariables(sources.env),
      ...(http !== null && given.AUTOTASK_FILES_DIR !== undefined
        ? ['AUTOTASK_FILES_DIR has no effect over HTTP: files of this machine are not offered there.']
        : []),
    ],
  };
}
