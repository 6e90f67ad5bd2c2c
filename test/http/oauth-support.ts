import { createServer } from 'node:net';
import {
  Client,
  type OAuthClientProvider,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client';
import { browse } from '../support/authorization-server.js';
import { startProgram } from './support.js';

/** A port that nobody listens on: the public address has to be known before the program starts. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** The program on the sandbox tenant, where people sign in. */
export async function startSignedIn(
  { port, issuer }: { readonly port: number; readonly issuer: string },
  env: Record<string, string> = {},
  args: readonly string[] = ['--demo'],
) {
  const url = `http://127.0.0.1:${port}/mcp`;
  const server = await startProgram(args, {
    PORT: String(port),
    AUTOTASK_HTTP_AUTH: 'oauth',
    AUTOTASK_HTTP_PUBLIC_URL: url,
    AUTOTASK_OAUTH_ISSUERS: issuer,
    ...env,
  });
  return { ...server, mcpUrl: url };
}

const callback = 'http://127.0.0.1:1/callback';

type Kept = NonNullable<Awaited<ReturnType<OAuthClientProvider['tokens']>>>;
type Registered = NonNullable<Awaited<ReturnType<OAuthClientProvider['clientInformation']>>>;

/** What a desktop client keeps for a person who signs in with a browser. */
export function createSignIn({
  scope,
  known,
  document,
}: {
  readonly scope?: string;
  readonly known?: Registered;
  /** Address of the document that describes this client. */
  readonly document?: string;
} = {}) {
  let client: Registered | undefined = known;
  let tokens: Kept | undefined;
  let verifier = '';
  let landed: URL | undefined;
  const asked: URL[] = [];
  const provider: OAuthClientProvider = {
    redirectUrl: callback,
    clientMetadata: {
      client_name: 'test client',
      redirect_uris: [callback],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      ...(scope === undefined ? {} : { scope }),
    },
    ...(document === undefined ? {} : { clientMetadataUrl: document }),
    clientInformation: () => client,
    saveClientInformation: (information) => {
      client = information;
    },
    tokens: () => tokens,
    saveTokens: (given) => {
      tokens = given;
    },
    redirectToAuthorization: async (url) => {
      asked.push(url);
      landed = await browse(url, callback);
    },
    saveCodeVerifier: (given) => {
      verifier = given;
    },
    codeVerifier: () => verifier,
  };
  return {
    provider,
    /** Addresses of the authorization server that a browser was sent to. */
    asked,
    tokens: () => tokens,
    client: () => client,
    /** Where the browser came back to. */
    landed: () => landed?.searchParams ?? new URLSearchParams(),
  };
}

export type SignIn = ReturnType<typeof createSignIn>;

/** Does what a client does that is told to sign in, then the same again. */
export async function signingIn<T>(
  { landed }: SignIn,
  transport: StreamableHTTPClientTransport,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
    await transport.finishAuth(landed());
    return work();
  }
}

/** The SDK's own client, of the newest revision unless told otherwise, connected as whoever signs in. */
export async function connectSignedIn(
  url: string,
  signIn: SignIn,
  mode: 'auto' | 'legacy' = 'auto',
): Promise<{ client: Client; transport: StreamableHTTPClientTransport }> {
  const open = () => ({
    client: new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } }),
    transport: new StreamableHTTPClientTransport(new URL(url), { authProvider: signIn.provider }),
  });
  const first = open();
  try {
    await first.client.connect(first.transport);
    return first;
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
    await first.transport.finishAuth(signIn.landed());
  }
  const second = open();
  await second.client.connect(second.transport);
  return second;
}
