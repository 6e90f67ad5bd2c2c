import type { IncomingMessage } from 'node:http';
import { Refusal } from '../refusal.js';

/** Who may be addressed, and which web pages may call. */
export interface AllowedCallers {
  readonly host: string;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
}

/**
 * The name in a Host header, in lower case, without port and brackets; null when it is not written in the one
 * usual way. What could be read as another name by somebody else is no name.
 */
function nameOf(host: string): string | null {
  const name = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i.exec(host)?.[1]?.toLowerCase();
  if (name === undefined || !URL.canParse(`http://${host}`)) return null;
  return new URL(`http://${host}`).hostname === name ? bare(name) : null;
}

const bare = (host: string): string => host.replace(/^\[|\]$/g, '').toLowerCase();

const isLoopback = (name: string): boolean =>
  name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name);

/** The host of an origin as browsers write it; null for anything else, e.g. `null`. */
function hostOfOrigin(origin: string): string | null {
  if (!/^https?:/.test(origin) || !URL.canParse(origin)) return null;
  const url = new URL(origin);
  return url.origin === origin ? bare(url.hostname) : null;
}

const allInterfaces = new Set(['0.0.0.0', '::']);

/**
 * Refuses what a web page in somebody's browser could send: a request for another host that was made to
 * resolve to this one, or one from a foreign origin. Programs that are no browsers send no Origin.
 */
export function checkHostAndOrigin(
  request: IncomingMessage,
  { host, allowedHosts, allowedOrigins }: AllowedCallers,
): void {
  const bound = bare(host);
  const local = isLoopback(bound);
  const name = nameOf(request.headers.host ?? '');
  const addressed =
    name !== null &&
    (isLoopback(name) ||
      name === bound ||
      allowedHosts.includes(name) ||
      // Reachable under names only its operator knows; then the token is what protects it.
      (allowedHosts.length === 0 && allInterfaces.has(bound)));
  if (!addressed) {
    throw new Refusal(
      403,
      'This Host is not served. The operator can list it in AUTOTASK_HTTP_ALLOWED_HOSTS.',
    );
  }
  const { origin } = request.headers;
  if (origin === undefined || allowedOrigins.includes(origin)) return;
  const from = hostOfOrigin(origin);
  if (local && from !== null && isLoopback(from)) return;
  throw new Refusal(
    403,
    'This Origin may not call. The operator can list it in AUTOTASK_HTTP_ALLOWED_ORIGINS.',
  );
}

/** What lets the pages of a listed origin read the answers; nothing for everybody else. */
export function corsHeaders(
  origin: string | undefined,
  allowedOrigins: readonly string[],
): Record<string, string> {
  if (origin === undefined || !allowedOrigins.includes(origin)) return {};
  return {
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Expose-Headers': 'Mcp-Session-Id, WWW-Authenticate',
    Vary: 'Origin',
  };
}

export const preflightHeaders = {
  'Access-Control-Allow-Methods': 'POST, GET, DELETE',
  'Access-Control-Allow-Headers':
    'Authorization, Content-Type, Accept, Mcp-Session-Id, Mcp-Protocol-Version, Mcp-Method, Mcp-Name, Last-Event-ID, X-Autotask-Read-Only',
  'Access-Control-Max-Age': '600',
} as const;

/** For metadata that every page may read. Clients of 2025 send their version with it. */
export const metadataPreflightHeaders = {
  'Access-Control-Allow-Methods': 'GET, HEAD',
  'Access-Control-Allow-Headers': 'Accept, Mcp-Protocol-Version',
  'Access-Control-Max-Age': '600',
} as const;
