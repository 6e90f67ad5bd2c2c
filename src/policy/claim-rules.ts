import * as z from 'zod';
import type { Problem } from '../errors.js';
import { type Claims, claimValues } from '../identity/claims.js';
import { didYouMean, repeatable } from '../names/nearest.js';
import { glob } from './masking/patterns.js';
import { parsePolicyJson, readPolicySettings } from './read-settings.js';
import type { PolicySettings } from './settings.js';

/** What whoever has certain claims may do of what the server may. */
export interface ClaimRule {
  readonly name: string;
  /** Patterns by claim; each claim must have a value that fits one of its patterns. */
  readonly when: Readonly<Record<string, readonly string[]>>;
  readonly readOnly: boolean;
  readonly policy: PolicySettings;
}

const patternError = 'must be a pattern or a list of patterns, e.g. ["Dispatch*"]';
const pattern = z.string({ error: patternError }).min(1, { error: patternError });
const patterns = z.union(
  [
    pattern.transform((text) => [text]),
    z.array(pattern, { error: patternError }).min(1, { error: patternError }),
  ],
  { error: patternError },
);

const nameError = 'is required: a text';
const whenError = 'is required: patterns by claim, e.g. {"groups": ["Dispatch*"]}; {} fits everybody';
const rulesError = 'is required: a list of at least one rule';
const ruleError = 'must be an object with name, when, and readOnly or policy where wanted';
const policyError = 'must be an object with keys of AUTOTASK_POLICY_FILE';

const rulesFile = z.strictObject(
  {
    rules: z
      .array(
        z.strictObject(
          {
            name: z.string({ error: nameError }).min(1, { error: nameError }),
            when: z.record(z.string(), patterns, { error: whenError }),
            readOnly: z.boolean({ error: 'must be true or false' }).optional(),
            policy: z.record(z.string(), z.unknown(), { error: policyError }).optional(),
          },
          { error: ruleError },
        ),
        { error: rulesError },
      )
      .min(1, { error: rulesError }),
  },
  { error: 'must be a JSON object: {"rules": […]}' },
);

const ruleKeys = ['name', 'when', 'readOnly', 'policy'];

/** Where something is wrong, by place and by key; names that somebody chose are left out. */
function placeOf([, index, ...path]: readonly PropertyKey[]): string {
  const parts = path.map((part) =>
    ruleKeys.includes(String(part)) ? String(part) : `a claim of ${String(part).length} characters`,
  );
  return [typeof index === 'number' ? `rule ${index + 1}` : 'rules', ...parts].join(', ');
}

const unknownKeys = (given: readonly string[], known: readonly string[]) =>
  given
    .map((key) => `${repeatable(key, known, 'a key')} is no key here.${didYouMean(key, known)}`)
    .concat(`Keys: ${known.join(', ')}`)
    .join(' ');

/** Reads the file that maps claims to policies. Whatever is wrong is added to `problems`. */
export async function readClaimRules(text: string, problems: Problem[]): Promise<readonly ClaimRule[]> {
  const field = 'AUTOTASK_OAUTH_POLICY_FILE';
  const given = rulesFile.safeParse(parsePolicyJson(text, field));
  if (!given.success) {
    for (const issue of given.error.issues) {
      const { path, message } = issue;
      const at = path.length === 0 ? '' : `${placeOf(path)}: `;
      const problem =
        issue.code === 'unrecognized_keys'
          ? unknownKeys(issue.keys, path.length === 0 ? ['rules'] : ruleKeys)
          : message;
      problems.push({ field, problem: at + problem });
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
