import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Refusal } from '../refusal.js';
import type { AccessToken, Principal } from '../settings.js';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

const unauthorized = (message: string, challenge: string) =>
  new Refusal(401, message, { 'WWW-Authenticate': `Bearer realm="autotask-mcp"${challenge}` }, -32001);

/**
 * Answers a function that finds the holder of a request's bearer token or refuses with 401. Digests are
 * compared, all of them and in constant time, so that the time taken tells nothing about any token.
 */
export function createAuthenticator(tokens: readonly AccessToken[]): (request: IncomingMessage) => Principal {
  const known = tokens.map(({ name, readOnly, token }) => ({ name, readOnly, digest: digest(token) }));
  return ({ headers: { authorization } }) => {
    // Without tokens a gateway on the same machine is the only one who can call.
    if (known.length === 0) return { name: 'gateway', readOnly: false };
    const given = /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    if (given === undefined) throw unauthorized('Authorization: Bearer <token> is required.', '');
    const wanted = digest(given);
    let found: Principal | undefined;
    for (const { digest: candidate, name, readOnly } of known) {
      if (timingSafeEqual(candidate, wanted)) found = { name, readOnly };
    }
    if (found === undefined) throw unauthorized('The bearer token is not valid.', ', error="invalid_token"');
    return found;
  };
}

/** Whether the caller asks for no writing tools. A header can only take rights away. */
export function asksReadOnly({ headers }: IncomingMessage): boolean {
  const value = String(headers['x-autotask-read-only'] ?? 'false')
    .trim()
    .toLowerCase();
  if (/^(true|1|yes|on)$/.test(value)) return true;
  if (/^(false|0|no|off)$/.test(value)) return false;
  throw new Refusal(400, 'X-Autotask-Read-Only must be true or false.');
}
