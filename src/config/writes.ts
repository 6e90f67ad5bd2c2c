import * as z from 'zod';
import type { Problem } from '../errors.js';
import { didYouMean, repeatable } from '../names/nearest.js';
import { entityNames, fieldProblem } from '../policy/index.js';
import type { VariableName } from './variables.js';

/** How writes are confirmed, recorded and attributed. */
export interface WriteConfig {
  readonly confirm: {
    readonly mode: 'token' | 'preview' | 'elicit' | 'person';
    /** Key of confirm tokens; null lets each process make one of its own. */
    readonly key: string | null;
    /** Seconds that a preview may be confirmed. */
    readonly seconds: number;
  };
  /** Null: no audit log. */
  readonly audit: {
    readonly path: string;
    readonly maxBytes: number;
    /** Where each line also goes. */
    readonly copy: 'stdout' | { readonly host: string; readonly port: number } | null;
  } | null;
  /** Name of this process among its replicas; null: none was given. */
  readonly replica: string | null;
  /** Key of the audit log's hash chain; null for a plain chain. */
  readonly auditKey: string | null;
  /** The resource in whose name is written; null: the API user itself. */
  readonly actAs: number | null;
  /** Who uses a server over stdio, as an e-mail address or a user name; null: nobody says so. */
  readonly me: string | null;
  /** Whether the API user may write for a person where Autotask does not record in whose name. */
  readonly unattributed: 'refuse' | 'api-user';
  /** Field that receives a mark on create, by entity. */
  readonly marks: ReadonlyMap<string, string>;
}

const shortestKey = 32;
const key = z
  .string()
  .min(shortestKey, {
    error: `must have at least ${shortestKey} characters, e.g. from "openssl rand -hex 32"`,
  })
  .optional();

const integer = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, { error })
    .transform(Number)
    .pipe(z.number().min(min, { error }).max(max, { error }));
};

const markField = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

const copyForms = 'must be stdout or syslog://HOST[:PORT]';
const copy = z.string().transform((text, context) => {
  if (text === 'stdout') return text;
  const [, host, port = '601'] =
    /^syslog:\/\/(\[[0-9a-f:.]+\]|[^:/\s@?#[\]]+)(?::(\d{1,5}))?\/?$/i.exec(text) ?? [];
  if (host !== undefined && Number(port) >= 1 && Number(port) <= 65_535)
    return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
  context.addIssue({ code: 'custom', message: copyForms });
  return z.NEVER;
});

/** Variables about writes, with what they must look like. */
export const writeVariables = {
  AUTOTASK_CONFIRM_MODE: z.enum(['token', 'preview', 'elicit', 'person'], {
    error: 'must be token, preview, elicit or person',
  }),
  AUTOTASK_CONFIRM_KEY: key,
  AUTOTASK_CONFIRM_SECONDS: integer(10, 86_400),
  AUTOTASK_AUDIT_LOG: z.string().optional(),
  AUTOTASK_AUDIT_KEY: key,
  AUTOTASK_AUDIT_MAX_BYTES: integer(1_000, 1_000_000_000_000),
  AUTOTASK_AUDIT_COPY: copy.optional(),
  AUTOTASK_REPLICA_NAME: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, {
      error: 'must be letters, digits, ".", "_" and "-", at most 63, the first a letter or digit',
    })
    .optional(),
  AUTOTASK_IMPERSONATION_RESOURCE_ID: integer(1, Number.MAX_SAFE_INTEGER).optional(),
  AUTOTASK_ME: z
    .string()
    .regex(/^\S{1,200}$/, { error: 'must be an e-mail address or a user name' })
    .optional(),
  AUTOTASK_ME_UNSUPPORTED: z.enum(['refuse', 'api-user'], { error: 'must be refuse or api-user' }),
  AUTOTASK_MARK_FIELDS: markField,
} as const satisfies Partial<Record<VariableName, z.ZodType>>;

/** `Tickets.externalID` or `Tickets.udf:Origin`: a mark that cannot be stored must not look as if it could. */
async function readMarks(
  given: readonly string[],
  problems: Problem[],
): Promise<ReadonlyMap<string, string>> {
  const field = 'AUTOTASK_MARK_FIELDS';
  const marks = new Map<string, string>();
  for (const [index, item] of given.entries()) {
    const entry = `entry ${index + 1}`;
    const [, entity = '', name = ''] = /^([A-Za-z]+)\.(.+)$/.exec(item) ?? [];
    if (entity === '')
      problems.push({ field, problem: `${entry} (${item.length} characters) must read Entity.field` });
    else if (!entityNames.includes(entity)) {
      const shown = repeatable(entity, entityNames, `the entity of ${entry}`);
      problems.push({ field, problem: `${shown} is not an entity.${didYouMean(entity, entityNames)}` });
    } else {
      const problem = await fieldProblem(item, index + 1);
      if (problem === null) marks.set(entity, name.replace(/^udf:/i, ''));
      else problems.push({ field, problem });
    }
  }
  return marks;
}

/** Replicas need a key, to read each other's tokens, and shared state, so that none is used at two of them. */
function checkReplicas(
  { AUTOTASK_CONFIRM_MODE: mode, AUTOTASK_CONFIRM_KEY: key }: z.infer<z.ZodObject<typeof writeVariables>>,
  sharesState: boolean,
  problems: Problem[],
): void {
  if (mode === 'token' || (key !== undefined) === sharesState) return;
  const [set, unset] = sharesState
    ? ['AUTOTASK_STATE_URL', 'AUTOTASK_CONFIRM_KEY']
    : ['AUTOTASK_CONFIRM_KEY', 'AUTOTASK_STATE_URL'];
  const problem = `is set without ${unset}: replicas confirm each other's previews, each once, with both, and a single process needs neither`;
  problems.push({ field: set, problem });
}

function checkCopy(copyTo: 'stdout' | object, overHttp: boolean, hasLog: boolean, problems: Problem[]): void {
  const field = 'AUTOTASK_AUDIT_COPY';
  if (!hasLog) problems.push({ field, problem: 'is set without AUTOTASK_AUDIT_LOG, whose lines it copies' });
  if (copyTo === 'stdout' && !overHttp)
    problems.push({
      field,
      problem: 'may be stdout over HTTP only, since stdio needs it for MCP: use syslog://HOST[:PORT]',
    });
}

export async function readWrites(
  given: z.infer<z.ZodObject<typeof writeVariables>>,
  { overHttp, sharesState }: { readonly overHttp: boolean; readonly sharesState: boolean },
  problems: Problem[],
): Promise<WriteConfig> {
  const { AUTOTASK_AUDIT_LOG: path, AUTOTASK_AUDIT_COPY: copyTo } = given;
  if (copyTo !== undefined) checkCopy(copyTo, overHttp, path !== undefined, problems);
  if (given.AUTOTASK_ME !== undefined && given.AUTOTASK_IMPERSONATION_RESOURCE_ID !== undefined) {
    problems.push({
      field: 'AUTOTASK_ME',
      problem: 'is set beside AUTOTASK_IMPERSONATION_RESOURCE_ID: keep one',
    });
  }
  if (overHttp) checkReplicas(given, sharesState, problems);
  return {
    confirm: {
      mode: given.AUTOTASK_CONFIRM_MODE,
      key: given.AUTOTASK_CONFIRM_KEY ?? null,
      seconds: given.AUTOTASK_CONFIRM_SECONDS,
    },
    audit:
      path === undefined ? null : { path, maxBytes: given.AUTOTASK_AUDIT_MAX_BYTES, copy: copyTo ?? null },
    replica: given.AUTOTASK_REPLICA_NAME ?? null,
    auditKey: given.AUTOTASK_AUDIT_KEY ?? null,
    actAs: given.AUTOTASK_IMPERSONATION_RESOURCE_ID ?? null,
    me: given.AUTOTASK_ME ?? null,
    unattributed: given.AUTOTASK_ME_UNSUPPORTED,
    marks: await readMarks(given.AUTOTASK_MARK_FIELDS, problems),
  };
}
