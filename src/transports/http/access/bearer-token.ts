import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Refusal } from '../refusal.js';
import type { AccessToken, Principal } from '../settings.js';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

const unauthorized = (error?: 'invalid_token') =>
  new Refusal(
    401,
    error === undefined ? 'Authorization: Bearer <token> is required.' : 'The bearer token is not valid.',
    { 'WWW-Authenticate': `Bearer realm="autotask-mcp"${error === undefined ? '' : `, error="${error}"`}` },
    -32001,
  );

/** Who is asked when a token is none of the fixed ones, and what whoever has none is told. */
export interface TokenIssue {
  authenticate(token: string): Promise<Principal>;
  unauthorized(error?: 'invalid_token'): Refusal;
}

const noIssue: TokenIssue = {
  authenticate: async () => {
    throw unauthorized('invalid_token');
  },
  unauthorized,
};

export type Authenticator = (request: IncomingMessage) => Promise<Principal>;

/**
 * Answers a function that finds the holder of a request's bearer token or refuses with 401. Digests are
 * compared, all of them and in constant time, so that the time taken tells nothing about any token.
 */
export function createAuthenticator(tokens: readonly AccessToken[], issue = noIssue): Authenticator {
  const known = tokens.map(({ name, readOnly, token }) => ({ name, readOnly, digest: digest(token) }));
  return async ({ headers: { authorization } }) => {
    const given = /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    if (given === undefined) throw issue.unauthorized();
    const wanted = digest(given);
    let found: Principal | undefined;
    for (const { digest: candidate, name, readOnly } of known) {
      if (timingSafeEqual(candidate, wanted)) found = { name, readOnly };
    }
    return found ?? issue.authenticate(given);
  };
}

/** Without tokens a gateway on the same machine is the only one who can call. */
export const trustedGateway: Authenticator = async () => ({ name: 'gateway', readOnly: false });

/** Whether the caller asks for no writing tools. A header can only take rights away. */
export function asksReadOnly({ headers }: IncomingMessage): boolean {
  const value = String(headers['x-autotask-read-only'] ?? 'false')
    .trim()
    .toLowerCase();
  if (/^(true|1|yes|on)$/.test(value)) return true;
  if (/^(false|0|no|off)$/.test(value)) return false;
  throw new Refusal(400, 'X-Autotask-Read-Only must be true or false.');
}
