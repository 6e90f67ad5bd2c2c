import * as z from 'zod';
import type { Problem } from '../errors.js';
import { type Claims, claimValues } from '../identity/claims.js';
import { didYouMean, repeatable } from '../names/nearest.js';
import { glob } from './masking/patterns.js';
import { readPolicySettings } from './read-settings.js';
import type { PolicySettings } from './settings.js';

/** What whoever has certain claims may do of what the server may. */
export interface ClaimRule {
  readonly name: string;
  /** Patterns by claim; each claim must have a value that fits one of its patterns. */
  readonly when: Readonly<Record<string, readonly string[]>>;
  readonly readOnly: boolean;
  readonly policy: PolicySettings;
}

const patterns = z.union(
  [
    z
      .string()
      .min(1)
      .transform((text) => [text]),
    z.array(z.string().min(1)).min(1),
  ],
  {
    error: 'must be a pattern or a list of patterns',
  },
);

const rulesFile = z.strictObject({
  rules: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        when: z.record(z.string(), patterns),
        readOnly: z.boolean().optional(),
        policy: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .min(1),
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const keys = ['rules', 'name', 'when', 'readOnly', 'policy'];

/** Where something is wrong, by place and by key; names that somebody chose are left out. */
function placeOf(path: readonly PropertyKey[]): string {
  const parts = path.map((part) =>
    typeof part === 'number' || keys.includes(String(part))
      ? String(part)
      : `a key of ${String(part).length} characters`,
  );
  return parts.join('.') || 'the file';
}

const unknownKeys = (given: readonly string[]) =>
  given
    .map((key) => `${repeatable(key, keys, 'a key')} is no setting of a rule.${didYouMean(key, keys)}`)
    .join(' ');

/** Reads the file that maps claims to policies. Whatever is wrong is added to `problems`. */
export async function readClaimRules(text: string, problems: Problem[]): Promise<readonly ClaimRule[]> {
  const field = 'AUTOTASK_OAUTH_POLICY_FILE';
  const given = rulesFile.safeParse(parsed(text));
  if (!given.success) {
    for (const issue of given.error.issues) {
      const at = placeOf(issue.path);
      const unknown = issue.code === 'unrecognized_keys';
      problems.push({ field, problem: `${at}: ${unknown ? unknownKeys(issue.keys) : issue.message}` });
    }
    return [];
  }
  const rules: ClaimRule[] = [];
  for (const [index, { name, when, readOnly = false, policy = {} }] of given.data.rules.entries()) {
    const same = rules.findIndex((rule) => rule.name === name);
    if (same >= 0) problems.push({ field, problem: `rules ${same + 1} and ${index + 1} have the same name` });
    const settings = await readPolicySettings(
      {},
      JSON.stringify(policy),
      problems,
      `rule ${index + 1} of ${field}`,
    );
    rules.push({ name, when, readOnly, policy: settings });
  }
  return rules;
}

/** The value of a claim that a condition of a rule lets through; undefined where none is. */
const fitting = (claims: Claims, claim: string, wanted: readonly string[]): string | undefined =>
  claimValues(claims, claim).find((own) => wanted.some((pattern) => glob(pattern).test(own)));

/** Why each rule does not fit the claims: a line for each. */
export const misfits = (rules: readonly ClaimRule[], claims: Claims): readonly string[] =>
  rules.flatMap(({ name, when }) => {
    const [claim] =
      Object.entries(when).find(([one, wanted]) => fitting(claims, one, wanted) === undefined) ?? [];
    if (claim === undefined) return [];
    const values = claimValues(claims, claim);
    const verified = claim === 'email' ? ', and is verified' : '';
    return values.length === 0
      ? `${name}: ${claim} has no value that is a text${verified}`
      : `${name}: ${claim} is ${values.join(', ')}`;
  });

/** The first rule that fits the claims, and why; null when none does, which lets nobody in. */
export function ruleFor(
  rules: readonly ClaimRule[],
  claims: Claims,
): { readonly rule: ClaimRule; readonly why: readonly string[] } | null {
  for (const rule of rules) {
    const why: string[] = [];
    const fits = Object.entries(rule.when).every(([claim, wanted]) => {
      const value = fitting(claims, claim, wanted);
      if (value !== undefined) why.push(`${claim} is ${value}`);
      return value !== undefined;
    });
    if (fits) return { rule, why };
  }
  return null;
}
