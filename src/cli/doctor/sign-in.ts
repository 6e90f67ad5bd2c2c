import * as z from 'zod';
import { CertificateNotTrusted, createFetch, createFetchJson, type Fetch } from '../../client/index.js';
import type { OAuthConfig } from '../../config/oauth.js';
import { discover, fetchKeys } from '../../transports/http/access/oauth/issuer-keys.js';
import type { Finding } from './finding.js';

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

const described = z.object({ resource: z.string(), authorization_servers: z.array(z.string()) });
const keySet = z.object({ keys: z.array(z.object({ kty: z.string() })) });

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const startIt =
  'Start the server and run this again from where clients are; a proxy must pass on /mcp and /.well-known/oauth-protected-resource.';

/** A client of a person meets the same, unless its machine knows the authority. */
const nextFor = (error: unknown, otherwise: string): string =>
  error instanceof CertificateNotTrusted ||
  (error instanceof Error && error.cause instanceof CertificateNotTrusted)
    ? 'Let NODE_EXTRA_CA_CERTS name the file of the authority that signed the certificate, or use one that everybody trusts.'
    : otherwise;

/** What a client meets that knows the public address and nothing else. */
async function examinePublicUrl({ publicUrl, issuers }: OAuthConfig, send: Fetch): Promise<Finding[]> {
  const { origin, pathname } = new URL(publicUrl);
  // As RFC 9728 forms it.
  const address = `${origin}/.well-known/oauth-protected-resource${pathname === '/' ? '' : pathname}`;
  const found: Finding[] = [];
  try {
    const body = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const { status, headers: answered } = await send({ method: 'POST', url: publicUrl, headers, body });
    const challenge = String(answered['www-authenticate'] ?? '');
    const named = challenge.includes(`resource_metadata="${address}"`);
    const check = 'Public URL';
    if (status === 401 && named)
      found.push({ check, status: 'ok', detail: `${publicUrl} asks for a token and says where` });
    else {
      found.push({
        check,
        status: 'problem',
        detail: `${publicUrl} answers a call without a token with ${status}${status === 401 ? ', and its challenge does not name its metadata' : ' instead of 401'}`,
        next: 'Let AUTOTASK_HTTP_PUBLIC_URL be the address of /mcp, and the proxy pass on status and WWW-Authenticate.',
      });
    }
  } catch (error) {
    const detail = `${publicUrl}: ${messageOf(error)}`;
    return [{ check: 'Public URL', status: 'warning', detail, next: nextFor(error, startIt) }];
  }
  const check = 'Metadata';
  try {
    const { status, text } = await send({
      method: 'GET',
      url: address,
      headers: { accept: 'application/json' },
    });
    const { data } = described.safeParse(parsed(text));
    const wrong =
      data === undefined
        ? `answers with ${status} and no metadata`
        : data.resource !== publicUrl
          ? 'names another resource than AUTOTASK_HTTP_PUBLIC_URL'
          : data.authorization_servers.join(' ') !== issuers.join(' ')
            ? 'names other issuers than AUTOTASK_OAUTH_ISSUERS'
            : null;
    found.push(
      wrong === null
        ? { check, status: 'ok', detail: `${address} names this resource and its issuers` }
        : { check, status: 'problem', detail: `${address} ${wrong}`, next: startIt },
    );
  } catch (error) {
    found.push({ check, status: 'problem', detail: `${address}: ${messageOf(error)}`, next: startIt });
  }
  return found;
}

/** Tokens are taken that are so much too early or too late. */
const leewaySeconds = 30;

function clockFinding(issuer: string, date: string | null): Finding {
  const check = 'Clock';
  const at = Date.parse(date ?? '');
  if (Number.isNaN(at)) return { check, status: 'skipped', detail: `${issuer} does not tell the time` };
  const apart = Math.round((at - Date.now()) / 1_000);
  const detail = `${Math.abs(apart)} s ${apart > 0 ? 'behind' : 'ahead of'} ${issuer}`;
  if (Math.abs(apart) < leewaySeconds) return { check, status: 'ok', detail };
  const next = 'Let the machine set its clock by itself (NTP): tokens seem expired, or not yet valid.';
  return { check, status: 'problem', detail, next };
}

async function examineIssuer(issuer: string, asksAbout: boolean, send: Fetch): Promise<Finding[]> {
  let date: string | null = null;
  const fetchJson = createFetchJson(async (request) => {
    const answer = await send(request);
    date = typeof answer.headers.date === 'string' ? answer.headers.date : date;
    return answer;
  });
  let metadata: Readonly<Record<string, unknown>>;
  try {
    metadata = await discover(issuer, fetchJson);
  } catch (error) {
    const next =
      'Compare AUTOTASK_OAUTH_ISSUERS with the iss of a token, the slash at the end included; docs/oauth.md has the form for each product.';
    return [
      {
        check: 'Issuer',
        status: 'problem',
        detail: `${issuer}: ${messageOf(error)}`,
        next: nextFor(error, next),
      },
    ];
  }
  const registers = typeof metadata.registration_endpoint === 'string';
  const found: Finding[] = [
    {
      check: 'Issuer',
      status: 'ok',
      detail: `${issuer} describes itself; clients ${registers ? 'may register themselves' : 'have to be registered there'}`,
    },
  ];
  try {
    const { keys } = keySet.parse(await fetchKeys(issuer, fetchJson));
    const usable = keys.filter(({ kty }) => kty !== 'oct').length;
    found.push(
      usable > 0
        ? { check: 'Keys', status: 'ok', detail: `${usable} of ${issuer}` }
        : {
            check: 'Keys',
            status: 'problem',
            detail: `${issuer} publishes none that sign`,
            next: 'Let it sign access tokens with RS256 or ES256.',
          },
    );
  } catch (error) {
    const next = 'See to it that this machine reaches the keys of the issuer (jwks_uri).';
    found.push({ check: 'Keys', status: 'problem', detail: `${issuer}: ${messageOf(error)}`, next });
  }
  if (asksAbout && typeof metadata.introspection_endpoint !== 'string') {
    found.push({
      check: 'Introspection',
      status: 'problem',
      detail: `${issuer} has no introspection_endpoint`,
      next: 'Leave AUTOTASK_OAUTH_INTROSPECTION_CLIENT out, or name another issuer.',
    });
  }
  return [...found, clockFinding(issuer, date)];
}

/** Whether people can sign in, as far as it can be seen from here. Nothing where they do not. */
export async function examineSignIn(oauth: OAuthConfig | null): Promise<readonly Finding[]> {
  if (oauth === null) return [];
  const send = createFetch();
  const found = await Promise.all([
    examinePublicUrl(oauth, send),
    ...oauth.issuers.map((issuer) => examineIssuer(issuer, oauth.introspection?.issuer === issuer, send)),
  ]);
  return found.flat();
}
