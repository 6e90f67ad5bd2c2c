import { InvalidInput, type Problem } from '../errors.js';
import { didYouMean, repeatable } from '../names/nearest.js';
import { companyEntryProblem } from './companies/company-list.js';
import { entityNames } from './entity-names.js';
import { fieldProblem } from './masking/check-field.js';
import { unmatched } from './masking/patterns.js';
import type { PolicySettings } from './settings.js';
import { policyVariables } from './variables.js';

const entityLists = [
  'readEntities',
  'writeEntities',
  'createEntities',
  'updateEntities',
  'deleteEntities',
] as const;

/** The JSON of the file that `name` names. Throws InvalidInput when it is none. */
export function parsePolicyJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // Where, and nothing of the file: another one, with secrets in it, may have been named by mistake.
    const position = /at position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    const line = position === undefined ? null : text.slice(0, Number(position)).split('\n').length;
    throw new InvalidInput('The policy is not right.', [
      { field: name, problem: `is not valid JSON${line === null ? '' : ` (line ${line})`}` },
    ]);
  }
}

async function parse(
  given: unknown,
  nameOf: (key: string) => string,
  problems: Problem[],
): Promise<PolicySettings> {
  const { policyKeys, policySettings } = await import('./settings.js');
  const parsed = policySettings.safeParse(given);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) {
        const shown = repeatable(key, policyKeys, 'a key');
        const field = shown.startsWith('"') ? nameOf(key) : nameOf(shown);
        problems.push({ field, problem: `is not a setting.${didYouMean(key, policyKeys)}` });
      }
    } else problems.push({ field: nameOf(String(issue.path[0] ?? '')), problem: issue.message });
  }
  return {};
}

async function checkNames(
  settings: PolicySettings,
  nameOf: (key: string) => string,
  problems: Problem[],
): Promise<void> {
  for (const key of entityLists) {
    for (const problem of unmatched(settings[key] ?? [], entityNames, 'entity'))
      problems.push({ field: nameOf(key), problem });
  }
  for (const key of ['readCompanies', 'writeCompanies'] as const) {
    for (const [index, entry] of (settings[key] ?? []).entries()) {
      const problem = companyEntryProblem(entry, index + 1);
      if (problem !== null) problems.push({ field: nameOf(key), problem });
    }
  }
  for (const [index, tool] of (settings.disabledTools ?? []).entries()) {
    if (!tool.startsWith('!')) continue;
    problems.push({
      field: nameOf('disabledTools'),
      problem: `entry ${index + 1} must not begin with !: it names a tool to disable`,
    });
  }
  for (const [index, mask] of (settings.maskFields ?? []).entries()) {
    const problem = await fieldProblem(mask, index + 1);
    if (problem !== null) problems.push({ field: nameOf('maskFields'), problem });
  }
}

/**
 * The settings of a policy from the environment and the policy file (its text, or null). A key stands in one
 * of them. `name` is what messages call the file. Whatever is wrong is added to `problems`; nothing that is wrong is ignored.
 */
export async function readPolicySettings(
  env: Readonly<Record<string, string>>,
  file: string | null,
  problems: Problem[],
  name = 'AUTOTASK_POLICY_FILE',
): Promise<PolicySettings> {
  const variable = (key: string) =>
    Object.entries(policyVariables).find(([name]) => name === key)?.[1] ?? key;
  const inFile = (key: string) => `${key} in ${name}`;
  const fromEnv = Object.fromEntries(
    Object.entries(policyVariables).flatMap(([key, name]) =>
      env[name] === undefined ? [] : [[key, env[name]]],
    ),
  );
  const parsedEnv = Object.keys(fromEnv).length === 0 ? {} : await parse(fromEnv, variable, problems);
  const parsedFile = file === null ? {} : await parse(parsePolicyJson(file, name), inFile, problems);
  for (const key of Object.keys(parsedEnv)) {
    if (key in parsedFile)
      problems.push({ field: variable(key), problem: `is also set as ${key} in the policy file: keep one` });
  }
  await checkNames(parsedEnv, variable, problems);
  await checkNames(parsedFile, inFile, problems);
  return { ...parsedFile, ...parsedEnv };
}
