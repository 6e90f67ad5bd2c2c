import { readFileSync } from 'node:fs';
import { createFetch, createFetchJson } from '../../client/index.js';
import type { AutotaskReader } from '../../client/types.js';
import type { Config } from '../../config/index.js';
import type { OAuthConfig } from '../../config/oauth.js';
import { hasScope, personIn, readScope, writeScope } from '../../identity/claims.js';
import { ruleFor } from '../../policy/claim-rules.js';
import { createPersonFinder } from '../../server/index.js';
import { createTokenVerifier, type VerifiedToken } from '../../transports/http/access/oauth/access-token.js';
import { createIssuerKeys } from '../../transports/http/access/oauth/issuer-keys.js';
import { UsageError } from '../args.js';
import type { Finding } from './finding.js';

/** The token in a file, or on stdin for `-`. It is never shown. */
export function readToken(file: string): string {
  try {
    const text = readFileSync(file === '-' ? 0 : file, 'utf8');
    return text.trim().replace(/^bearer\s+/i, '');
  } catch {
    throw new UsageError('--token names no file that can be read; - reads it from stdin.');
  }
}

const times = { keysFreshMs: 600_000, keysStaleMs: 600_000, keysPauseMs: 0 };

async function verifierOf(oauth: OAuthConfig): Promise<(token: string) => Promise<VerifiedToken>> {
  const { createIntrospection } = await import('../../transports/http/access/oauth/introspection.js');
  const send = createFetch();
  const fetchJson = createFetchJson(send);
  const settings = { ...oauth, introspection: null, fetchJson, admit: () => null };
  const keys = oauth.issuers.map(
    (issuer) => [issuer, createIssuerKeys(issuer, fetchJson, times, () => {})] as const,
  );
  const { introspection, audiences } = oauth;
  const ask =
    introspection === null ? null : createIntrospection({ ...introspection, send }, audiences, fetchJson);
  return createTokenVerifier(settings, new Map(keys), ask);
}

function rightsFinding(config: Config, oauth: OAuthConfig, { claims }: VerifiedToken): Finding {
  const check = 'Scope';
  const full = (name: string) => `${oauth.scopePrefix}${name}`;
  const writes = hasScope(claims, writeScope, oauth.scopePrefix);
  if (!writes && !hasScope(claims, readScope, oauth.scopePrefix)) {
    const next = `Let clients ask for ${full(readScope)} ${full(writeScope)}, and the issuer give them; see AUTOTASK_OAUTH_SCOPE_PREFIX.`;
    return { check, status: 'problem', detail: 'the token has neither scope of this server', next };
  }
  const { claimRules } = config;
  const rule = claimRules === null ? null : ruleFor(claimRules, claims);
  if (claimRules !== null && rule === null) {
    const next = 'Add a rule that fits these claims (autotask-mcp policy --http --as claims.json).';
    return { check, status: 'problem', detail: 'no rule of AUTOTASK_OAUTH_POLICY_FILE fits', next };
  }
  const by = rule === null ? '' : `, by the rule ${rule.rule.name}`;
  const reads = writes && rule?.rule.readOnly !== true ? 'reads and writes' : 'reads';
  return { check, status: 'ok', detail: `its holder ${reads}${by}` };
}

/** What the server would do with a token, and why. */
export async function examineToken(
  config: Config,
  oauth: OAuthConfig,
  token: string,
  reader: AutotaskReader | null,
): Promise<readonly Finding[]> {
  const check = 'Token';
  let verified: VerifiedToken;
  try {
    verified = await (await verifierOf(oauth))(token);
  } catch (error) {
    const detail = `it lets nobody in: ${error instanceof Error ? error.message : String(error)}`;
    const next =
      'Compare what the issuer puts into its tokens with AUTOTASK_OAUTH_AUDIENCES and its neighbours in docs/oauth.md.';
    return [{ check, status: 'problem', detail, next }];
  }
  const { issuer, claims } = verified;
  const found: Finding[] = [
    { check, status: 'ok', detail: `of ${issuer}, for this server (aud ${JSON.stringify(claims.aud)})` },
    rightsFinding(config, oauth, verified),
  ];
  const person = personIn(verified, oauth.personClaims);
  const resource = await createPersonFinder(reader)(person);
  found.push(
    'problem' in resource
      ? {
          check: 'Person',
          status: 'warning',
          detail: `${resource.problem} Its holder may read and not write`,
          next: 'See AUTOTASK_ME_CLAIMS, and the e-mail addresses of the resource in Autotask.',
        }
      : { check: 'Person', status: 'ok', detail: `${person.knownAs} is resource ${resource.id}` },
  );
  return found;
}
