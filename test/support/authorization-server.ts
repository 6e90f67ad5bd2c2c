import { createPrivateKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import Provider, { type Configuration } from 'oidc-provider';

/** An RSA key as an authorization server keeps it, the private half included. */
export function makeKey(kid: string = randomUUID()) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const {
    n = '',
    e = '',
    d = '',
    p = '',
    q = '',
    dp = '',
    dq = '',
    qi = '',
  } = privateKey.export({ format: 'jwk' });
  return { kty: 'RSA', n, e, d, p, q, dp, dq, qi, kid, alg: 'RS256', use: 'sig' } as const;
}

export type Key = ReturnType<typeof makeKey>;

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token with whatever header and claims, truly signed: with RS256 unless another hash is given. */
export function signed(key: Key, header: unknown, claims: unknown, hash = 'RSA-SHA256'): string {
  const text = `${encoded(header)}.${encoded(claims)}`;
  const signature = sign(hash, Buffer.from(text), createPrivateKey({ key, format: 'jwk' }));
  return `${text}.${signature.toString('base64url')}`;
}

export interface AuthorizationServerSettings {
  /** What tokens may be made for, e.g. the address of `/mcp`. */
  readonly resource: string;
  /** Who signs in; asked for at each sign-in. */
  readonly user?: () => string;
  readonly claims?: (user: string) => Record<string, unknown>;
  readonly key?: Key;
  readonly format?: 'jwt' | 'opaque';
  /** Seconds that an access token lives. */
  readonly lifetime?: () => number;
  /** What a person who is asked lets a client have. */
  readonly grants?: (scopes: readonly string[]) => readonly string[];
  /** A client that is known by a document at its id, and that document. */
  readonly clientDocument?: { readonly url: string; readonly document: unknown };
  readonly more?: Configuration;
}

/**
 * A real authorization server on the loopback, where everybody signs in and consents without being asked. Clients
 * register themselves, or are `machine` with the secret `machine-secret`.
 */
export async function startAuthorizationServer(settings: AuthorizationServerSettings) {
  const {
    resource,
    user = () => 'jane',
    claims = () => ({}),
    grants = (scopes) => scopes,
    clientDocument,
  } = settings;
  const requests: string[] = [];
  let handle: (request: IncomingMessage, response: ServerResponse) => unknown = () => {};
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const issuer = `http://127.0.0.1:${port}`;
  const key = settings.key ?? makeKey();
  const provider = new Provider(issuer, {
    jwks: { keys: [key] },
    clients: [
      {
        client_id: 'machine',
        client_secret: 'machine-secret',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    cookies: { keys: [randomUUID()] },
    scopes: ['openid', 'offline_access', 'autotask.read', 'autotask.write'],
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: async () => true,
    findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
    extraTokenClaims: (_, token) => claims('accountId' in token ? String(token.accountId) : 'machine'),
    features: {
      devInteractions: { enabled: false },
      registration: { enabled: true },
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      ...(clientDocument === undefined
        ? {}
        : { clientIdMetadataDocument: { enabled: true, ack: 'draft-02' } }),
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        useGrantedResource: () => true,
        getResourceServerInfo: (_, wanted) => ({
          scope: 'autotask.read autotask.write',
          audience: wanted,
          accessTokenTTL: settings.lifetime?.() ?? 600,
          accessTokenFormat: settings.format ?? 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    ...(clientDocument === undefined
      ? {}
      : {
          // The document stands at an https address that nobody on the loopback has.
          fetch: async (url) =>
            String(url) === clientDocument.url
              ? Response.json(clientDocument.document)
              : new Response('', { status: 404 }),
        }),
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    ...settings.more,
  });

  async function interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
    if (prompt.name === 'login') {
      const login = { accountId: user() };
      await provider.interactionFinished(request, response, { login });
      return;
    }
    const clientId = String(params.client_id);
    const known = grantId === undefined ? undefined : await provider.Grant.find(grantId);
    const grant = known ?? new provider.Grant({ accountId: session?.accountId ?? user(), clientId });
    const scopes = String(params.scope ?? '').split(' ');
    grant.addOIDCScope(scopes.join(' '));
    const rights = scopes.filter((scope) => scope.startsWith('autotask.'));
    const granted = grants(rights);
    const kept = rights.filter((scope) => !granted.includes(scope));
    if (granted.length > 0) grant.addResourceScope(resource, granted.join(' '));
    // What was once withheld may be given the next time.
    grant.rejected = undefined;
    if (kept.length > 0) grant.rejectResourceScope(resource, kept.join(' '));
    const consent = { grantId: await grant.save() };
    await provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true });
  }
  const callback = provider.callback();
  handle = (request, response) =>
    request.url?.startsWith('/interaction/') === true
      ? interact(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)))
      : callback(request, response);

  return {
    issuer,
    key,
    provider,
    requests,
    /** A token for a program that acts on its own. */
    async machineToken(scope = 'autotask.read'): Promise<string> {
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { Authorization: `Basic ${Buffer.from('machine:machine-secret').toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', scope, resource }),
      });
      const body: unknown = await response.json();
      if (typeof body === 'object' && body !== null && 'access_token' in body)
        return String(body.access_token);
      throw new Error(JSON.stringify(body));
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** What a browser does between two redirects; answers where it was sent in the end. */
export async function browse(start: URL, end: string): Promise<URL> {
  const jar = new Map<string, string>();
  let at = start;
  for (let steps = 0; steps < 20; steps += 1) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(at, { redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const split = pair.indexOf('=');
      jar.set(pair.slice(0, split), pair.slice(split + 1));
    }
    const location = response.headers.get('location');
    if (location === null) throw new Error(`${at}: ${response.status} ${await response.text()}`);
    at = new URL(location, at);
    if (at.href.startsWith(end)) return at;
  }
  throw new Error('redirected in a circle');
}
