import type { IncomingHttpHeaders } from 'node:http';
import { Refusal } from '../refusal.js';
import type { TenantCredentials } from '../settings.js';

/** Our names first, then those that existing gateways send. */
const headerNames = {
  userName: ['X-Autotask-Username', 'X-API-Key'],
  secret: ['X-Autotask-Secret', 'X-API-Secret'],
  integrationCode: ['X-Autotask-Integration-Code', 'X-Integration-Code'],
} as const;

const impersonateHeader = 'X-Autotask-Impersonate';
const apiUrlHeader = 'X-Autotask-Api-Url';

/** All of them, in lower case. */
export const tenantHeaders: readonly string[] = [
  ...Object.values(headerNames).flat(),
  apiUrlHeader,
  impersonateHeader,
].map((name) => name.toLowerCase());

function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const text = String(headers[name.toLowerCase()] ?? '').trim();
  return text === '' ? undefined : text;
}

/** The one value that the header has under its names; two different ones could be two tenants. */
function oneOf(headers: IncomingHttpHeaders, names: readonly string[]): string | undefined {
  const values = new Set(names.map((name) => headerOf(headers, name)).filter((value) => value !== undefined));
  if (values.size > 1) throw new Refusal(400, `${names.join(' and ')} differ: send one of them.`);
  return [...values][0];
}

/** Credentials are sent wherever this points, so only Autotask and what the operator lists will do. */
function checkApiUrl(address: string, apiOrigins: readonly string[]): string {
  const url = URL.canParse(address) ? new URL(address) : null;
  const allowed =
    url !== null &&
    url.username === '' &&
    url.password === '' &&
    (apiOrigins.includes(url.origin) ||
      (url.protocol === 'https:' && url.port === '' && /^webservices\d*\.autotask\.net$/.test(url.hostname)));
  if (!allowed) {
    throw new Refusal(
      400,
      `${apiUrlHeader} must be an https address of Autotask (webservices*.autotask.net) or one whose origin the operator lists in AUTOTASK_HTTP_API_ORIGINS.`,
    );
  }
  return url.href;
}

/**
 * The person for whom the gateway asks: an e-mail address, a user name or the id of a resource. Undefined without the
 * header; one that names nobody, or stands where it is not allowed, is refused, because the caller relies on it.
 */
export function readActsFor(headers: IncomingHttpHeaders, allowed: boolean): string | number | undefined {
  const header = headers[impersonateHeader.toLowerCase()];
  if (header === undefined) return undefined;
  const given = String(header).trim();
  if (!allowed) {
    throw new Refusal(
      400,
      `${impersonateHeader} is not allowed here. The operator can allow it to a gateway (AUTOTASK_HTTP_IMPERSONATE).`,
    );
  }
  if (!/^[\x21-\x7e]{1,200}$/.test(given)) {
    throw new Refusal(
      400,
      `${impersonateHeader} must be an e-mail address, a user name or the id of a resource.`,
    );
  }
  return /^\d{1,15}$/.test(given) ? Number(given) : given;
}

/** The tenant that the gateway names in the request's headers. Refuses with 401 when one is missing. */
export function readTenant(headers: IncomingHttpHeaders, apiOrigins: readonly string[]): TenantCredentials {
  const userName = oneOf(headers, headerNames.userName);
  const secret = oneOf(headers, headerNames.secret);
  const integrationCode = oneOf(headers, headerNames.integrationCode);
  if (userName === undefined || secret === undefined || integrationCode === undefined) {
    const given = { userName, secret, integrationCode };
    const missing = Object.entries(headerNames)
      .filter(([key]) => !Object.entries(given).some(([name, value]) => name === key && value !== undefined))
      .map(([, [name]]) => name);
    throw new Refusal(
      401,
      `The gateway did not name the tenant: ${missing.join(', ')} missing.`,
      { 'WWW-Authenticate': 'Bearer realm="autotask-mcp"' },
      -32001,
    );
  }
  const address = headerOf(headers, apiUrlHeader);
  const apiUrl = address === undefined ? undefined : checkApiUrl(address, apiOrigins);
  return { userName, secret, integrationCode, apiUrl };
}
