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
  readonly audit: { readonly path: string; readonly maxBytes: number } | null;
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

/** Variables about writes, with what they must look like. */
export const writeVariables = {
  AUTOTASK_CONFIRM_MODE: z.enum(['token', 'preview', 'elicit', 'person'], {
    error: 'must be token, preview or elicit',
  }),
  AUTOTASK_CONFIRM_KEY: key,
  AUTOTASK_CONFIRM_SECONDS: integer(10, 86_400),
  AUTOTASK_AUDIT_LOG: z.string().optional(),
  AUTOTASK_AUDIT_KEY: key,
  AUTOTASK_AUDIT_MAX_BYTES: integer(1_000, 1_000_000_000_000),
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

export async function readWrites(
  given: z.infer<z.ZodObject<typeof writeVariables>>,
  { overHttp, sharesState }: { readonly overHttp: boolean; readonly sharesState: boolean },
  problems: Problem[],
): Promise<WriteConfig> {
  const { AUTOTASK_AUDIT_LOG: path } = given;
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
    audit: path === undefined ? null : { path, maxBytes: given.AUTOTASK_AUDIT_MAX_BYTES },
    auditKey: given.AUTOTASK_AUDIT_KEY ?? null,
    actAs: given.AUTOTASK_IMPERSONATION_RESOURCE_ID ?? null,
    me: given.AUTOTASK_ME ?? null,
    unattributed: given.AUTOTASK_ME_UNSUPPORTED,
    marks: await readMarks(given.AUTOTASK_MARK_FIELDS, problems),
  };
}
