import { readFileSync } from 'node:fs';
import * as z from 'zod';
import type { Config } from '../config/index.js';
import type { OAuthConfig } from '../config/oauth.js';
import { textOf } from '../config/text-file.js';
import { type Claims, hasScope, personIn, readScope, writeScope } from '../identity/claims.js';
import { misfits, ruleFor } from '../policy/claim-rules.js';
import { type CompanyList, companyEntryText } from '../policy/companies/company-list.js';
import { createHourlyWriteLimits, writeActions } from '../policy/index.js';
import { entityTable, maskLines } from '../policy/rights-table.js';
import { visibleTools } from '../server/index.js';
import { UsageError } from './args.js';
import { policyOfRule } from './serve/token-policies.js';

const orAll = (list: readonly string[] | undefined) => list?.join(' ') ?? 'all';

/** All lists must name a company: those of the server, and those that take away from them. */
const companiesOf = (lists: readonly CompanyList[]) =>
  lists.map(({ entries }) => entries.map(companyEntryText).join(', ')).join('; and of these: ') || 'all';

/** What somebody with the claims may do, or a text that says why nobody with them gets in. */
function rightsOf(config: Config, claims: Claims): Rights | string {
  const { http, claimRules, policy } = config;
  const prefix = http?.oauth?.scopePrefix ?? '';
  const mayWrite = hasScope(claims, writeScope, prefix);
  if (!mayWrite && !hasScope(claims, readScope, prefix)) {
    return `refused: the claims have neither the scope ${prefix}${readScope} nor ${prefix}${writeScope}`;
  }
  const scope = `scope                   ${mayWrite ? writeScope : `${readScope}: no tool that writes`}`;
  const readOnly = config.readOnly || !mayWrite;
  if (claimRules === null)
    return { policy, readOnly, lines: [scope, 'rule                    none: all that the server may'] };
  const found = ruleFor(claimRules, claims);
  if (found === null) {
    const why = misfits(claimRules, claims).map((line) => `  ${line}`);
    return ['refused: no rule of AUTOTASK_OAUTH_POLICY_FILE fits the claims', ...why].join('\n');
  }
  const { rule, why } = found;
  const because = why.length === 0 ? 'it fits everybody' : `because ${why.join(', ')}`;
  const narrowed = policyOfRule(config, createHourlyWriteLimits(), '', rule);
  return {
    policy: narrowed,
    readOnly: readOnly || rule.readOnly,
    lines: [scope, `rule                    ${rule.name}${rule.readOnly ? ', read-only' : ''}: ${because}`],
  };
}

const parsed = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(textOf(bytes));
  } catch {
    return undefined;
  }
};

/** The claims in a file, or on stdin for `-`. What is there instead may be a token, and is not repeated. */
function claimsIn(file: string): Claims {
  const claims = z.record(z.string(), z.unknown()).safeParse(parsed(readFileSync(file === '-' ? 0 : file)));
  if (claims.success) return claims.data;
  throw new UsageError(
    `${file === '-' ? 'stdin' : file} must hold the claims of a token as a JSON object: its middle part, decoded. A token itself is for doctor --http --token.`,
  );
}

/** Whom Autotask would know by the claims. */
function nameIn(claims: Claims, { personClaims }: OAuthConfig): string {
  const { knownAs } = personIn({ issuer: '', subject: '', claims }, personClaims);
  return knownAs === null
    ? `nobody, so writes are refused: no claim of ${personClaims.join(', ')} has a value that is verified`
    : `the resource known as ${knownAs}`;
}

const nameOf = ({ me, actAs }: Config['writes']): string =>
  me ?? (actAs === null ? 'the API user' : `resource ${actAs}`);

interface Rights extends Pick<Config, 'policy' | 'readOnly'> {
  readonly lines: readonly string[];
}

export const onlyOAuth = '--as is about people who sign in: set AUTOTASK_HTTP_AUTH=oauth.';

/** Prints what a server with this configuration may do, or somebody with the claims in a file, and does nothing. */
export async function printPolicy(config: Config, file?: string): Promise<number> {
  const { writes } = config;
  const oauth = config.http?.oauth ?? null;
  const claims = file === undefined ? null : claimsIn(file);
  if (claims !== null && oauth === null) throw new UsageError(onlyOAuth);
  const rights = claims === null ? { ...config, lines: [] } : rightsOf(config, claims);
  if (typeof rights === 'string') {
    process.stdout.write(`${rights}\n`);
    return 1;
  }
  const { policy, readOnly } = rights;
  const { settings, writeLimit } = policy;
  const { tools, withheld } = visibleTools(policy, readOnly);
  const masks = await maskLines(policy);
  const lines = [
    ...rights.lines,
    `writes                  ${readOnly ? 'none: read-only' : `confirmed by ${writes.confirm.mode}`}`,
    `customer-visible notes  ${policy.customerVisibleNotes ? 'allowed' : 'refused'}`,
    `writes per hour         ${writeLimit.limit ?? 'without limit'}`,
    `records per call        ${writeActions.map((action) => `${action} ${policy.maxRecordsPerCall(action)}`).join(', ')}`,
    `audit log               ${writes.audit?.path ?? 'none'}`,
    `written in the name of  ${claims === null || oauth === null ? nameOf(writes) : nameIn(claims, oauth)}`,
    `tools                   ${tools.length} offered; withheld: ${withheld.join(' ') || 'none'}`,
    `entities to read        ${orAll(settings.readEntities)}`,
    `entities to write       ${orAll(settings.writeEntities)}`,
    `  to create             ${orAll(settings.createEntities)}`,
    `  to update             ${orAll(settings.updateEntities)}`,
    `  to delete             ${orAll(settings.deleteEntities)}`,
    `companies to read       ${companiesOf(policy.companies.read)}`,
    `companies to write      ${companiesOf(policy.companies.write)}`,
    `hidden fields           ${settings.maskFields?.join(' ') ?? 'none'}`,
    ...masks.map((field) => `  ${field}`),
    '',
    ...entityTable(policy, readOnly),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return 0;
}
