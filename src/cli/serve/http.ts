import type { ClientObserver, ClientSettings } from '../../client/types.js';
import type { HttpConfig } from '../../config/http.js';
import type { Config } from '../../config/index.js';
import type { OAuthConfig } from '../../config/oauth.js';
import { AutotaskError } from '../../errors.js';
import type { Person } from '../../identity/acting-person.js';
import { type Claims, personIn } from '../../identity/claims.js';
import { tagOf, writeLimitKey } from '../../identity/tenant-identity.js';
import { createLog, type Log } from '../../log.js';
import { ruleFor } from '../../policy/claim-rules.js';
import type { Policy } from '../../policy/index.js';
import { createRedactor } from '../../redact.js';
import { prepareServer } from '../../server/index.js';
import type { TraceExport } from '../../trace-export/index.js';
import {
  type Metrics,
  type OAuthSettings,
  type Principal,
  startHttp,
  type Tenant,
} from '../../transports/http/index.js';
import {
  accessOf,
  auditOf,
  clientsOf,
  type ProgramName,
  serverSettings,
  upstreamOf,
} from './tenant-access.js';
import { checkTools, policyOf, policyOfRule } from './token-policies.js';

const stopped = () =>
  new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });

const servedFor = {
  token: 'one tenant',
  gateway: 'for a gateway',
  oauth: 'one tenant, people sign in',
} as const;

/** Whom a call is made for: whoever signed in, or whom a gateway names. */
function personOf({ person, actsFor }: Principal, { oauth }: HttpConfig): Person | null {
  if (actsFor !== undefined) return { knownAs: actsFor };
  if (person === undefined || oauth === null) return null;
  return personIn(person, oauth.personClaims);
}

/** Without rules everybody is let in whom the scopes let in. */
const admitBy =
  ({ claimRules }: Config) =>
  (claims: Claims): { readonly readOnly: boolean; readonly name?: string } | null =>
    claimRules === null ? { readOnly: false } : (ruleFor(claimRules, claims)?.rule ?? null);

/** Loaded for those alone who sign in. */
async function signInOf(config: Config, oauth: OAuthConfig): Promise<OAuthSettings> {
  const { createFetch, createFetchJson } = await import('../../client/index.js');
  const send = createFetch();
  const { introspection, ...rest } = oauth;
  return {
    ...rest,
    fetchJson: createFetchJson(send),
    introspection: introspection === null ? null : { ...introspection, send },
    admit: admitBy(config),
  };
}

/** Loaded where somebody collects traces, and nowhere else. */
async function tracesOf({ traces }: Config, name: ProgramName, log: Log): Promise<TraceExport | null> {
  if (traces === null) return null;
  const { startTraceExport } = await import('../../trace-export/index.js');
  return startTraceExport({ ...name, ...traces, log });
}

/** Serves many clients over HTTP until the process is told to stop. */
export async function serveHttp(config: Config, http: HttpConfig, name: ProgramName): Promise<void> {
  checkTools(config);
  // Also loaded over stdio, and there only where it is needed: one file for both.
  const [{ auditCopyOf, warnOfAuditPath }, { sharingOf, stateSecrets }] = await Promise.all([
    import('./audit-copy.js'),
    import('./sharing.js'),
  ]);
  const upstream = await upstreamOf(config);
  const ownSecrets = [
    ...http.tokens.map(({ token }) => token),
    ...stateSecrets(config),
    ...Object.values(config.traces?.headers ?? {}),
  ];
  const logFor = (credentials: object | null): Log =>
    createLog({
      level: config.logLevel,
      format: config.logFormat,
      secrets: [...ownSecrets, ...Object.values(credentials ?? {})],
    });
  const log = logFor(upstream.credentials);
  for (const warning of config.warnings) log('warning', warning);
  await warnOfAuditPath(config, log);

  const traces = await tracesOf(config, name, log);
  const forGateway = http.auth === 'gateway';
  const copy = await auditCopyOf(config, log);
  const audit = forGateway ? null : await auditOf(config, undefined, copy.send);
  const sharing = sharingOf(config, log);
  const { writeLimits } = sharing;
  const shared = await sharing.open();
  const share = shared === null ? {} : { share: shared.share };

  /** Everything that belongs to one tenant and to nobody else hangs on what this makes. */
  const open = (settings: ClientSettings | null, metrics: Metrics): Tenant => {
    let use: number | undefined;
    const observer: ClientObserver = {
      ...metrics.upstream,
      thresholdReported: ({ currentTimeframeRequestCount: used, externalRequestThreshold: most }) => {
        use = most > 0 ? used / most : undefined;
      },
    };
    const credentials = settings?.credentials;
    const secrets = [...ownSecrets, ...Object.values(credentials ?? {})];
    const tag = credentials === undefined ? undefined : tagOf(credentials);
    const clients = clientsOf(config, settings === null ? null : { ...settings, ...share, observer });
    const ownAudit = forGateway ? auditOf(config, tag, copy.send) : audit;
    const access = Promise.all([clients, ownAudit]).then(([both, log]) =>
      accessOf(config, both, log, secrets, tag),
    );
    const common = {
      ...serverSettings(config, name, settings?.log ?? log, secrets),
      confirm: sharing.confirm,
      open: () => access,
    };
    const counted = credentials === undefined ? '' : writeLimitKey(credentials);
    // Holders without a policy of their own share what is made for the first of them, as do people of one rule.
    const prepared = new Map<string, ReturnType<typeof prepareServer>>();
    const serverWith = (key: string, policy: () => Policy) => {
      const known = prepared.get(key);
      if (known !== undefined) return known;
      const made = prepareServer({ ...common, policy: policy() });
      prepared.set(key, made);
      return made;
    };
    const serverFor = ({ name: holder, person }: Principal) => {
      if (person !== undefined && config.claimRules !== null) {
        const rule = ruleFor(config.claimRules, person.claims)?.rule;
        if (rule === undefined) throw new Error('somebody was let in whom no rule fits');
        return serverWith(`rule ${rule.name}`, () => policyOfRule(config, writeLimits, counted, rule));
      }
      const key = person === undefined && config.tokenPolicies.has(holder) ? holder : '';
      return serverWith(key, () => policyOf(config, writeLimits, counted, key));
    };
    return {
      server: (principal) => serverFor(principal)(principal.readOnly, personOf(principal, http)),
      check: async (signal) => {
        const { reader, whyNoReader } = await access;
        if (reader === null) throw new AutotaskError('configuration', whyNoReader ?? '');
        await reader.version({ signal });
      },
      redact: createRedactor(secrets),
      thresholdUse: () => use,
    };
  };

  // Listened for from here on: a signal that comes while the server starts must not just end the process.
  const stopSignal = stopped();
  const server = await startHttp({
    ...http,
    oauth: http.oauth === null ? null : await signInOf(config, http.oauth),
    metricsOfPeople: http.metricsOfPeople ? config.writes.confirm.key : undefined,
    readOnly: config.readOnly,
    log,
    ...(shared === null ? {} : { sharedState: () => shared.status() }),
    checkReachability: async (signal, metrics) => {
      const { checkReachability } = await import('../../client/index.js');
      const observer = { ...metrics.upstream, thresholdReported: () => {} };
      await checkReachability({ ...upstream.settings, log, observer }, signal);
    },
    openTenant: (named, metrics) => {
      if (named === null) {
        const { credentials, settings } = upstream;
        return open(credentials === null ? null : { ...settings, credentials, log }, metrics);
      }
      const { apiUrl, ...credentials } = named;
      const { apiUrl: _, ...settings } = upstream.settings;
      const pinned = apiUrl === undefined ? {} : { apiUrl };
      const own = logFor(credentials);
      const tag = tagOf(credentials);
      return open(
        { ...settings, ...pinned, credentials, log: (level, line) => own(level, `tenant ${tag}: ${line}`) },
        metrics,
      );
    },
  });
  log('info', `serving MCP at ${server.url}/mcp (${servedFor[http.auth]})`);
  try {
    await stopSignal;
    log('info', 'stopping; running calls may finish');
    await server.close();
  } finally {
    await upstream.close();
    await sharing.close();
    await copy.close();
    await traces?.close();
  }
}
