import { createServer } from 'node:net';
import type { HttpConfig } from '../../config/http.js';
import type { Config } from '../../config/index.js';
import { isLoopback } from '../../config/loopback.js';
import type { Finding } from './finding.js';

/** Node of at least the major version that package.json asks for. */
export function examineNode(wanted: string, version: string = process.versions.node): Finding {
  const least = Number(/\d+/.exec(wanted)?.[0] ?? 0);
  if (Number.parseInt(version, 10) >= least) return { check: 'Node', status: 'ok', detail: version };
  return {
    check: 'Node',
    status: 'problem',
    detail: `${version} is too old`,
    next: `Install Node ${least} or newer from https://nodejs.org.`,
  };
}

/** What the configuration lets a model do. */
export function examineRules({ readOnly, policy, claimRules, writes }: Config): readonly Finding[] {
  const { mode, key, seconds } = writes.confirm;
  const set = Object.keys(policy.settings);
  const confirmed =
    mode === 'token'
      ? "confirmed by the tool's name"
      : `confirmed by ${mode}, within ${seconds} s, with a key ${key === null ? 'of this process' : 'that replicas share'}`;
  return [
    { check: 'Writes', status: 'ok', detail: readOnly ? 'none: read-only' : confirmed },
    {
      check: 'Policy',
      status: 'ok',
      detail: set.length === 0 ? 'none' : `${set.join(', ')} (autotask-mcp policy shows it)`,
    },
    ...(claimRules === null
      ? []
      : [
          {
            check: 'Rules',
            status: 'ok' as const,
            detail: `${claimRules.map(({ name }) => name).join(', ')} (autotask-mcp policy --as shows what somebody may do)`,
          },
        ]),
  ];
}

function portIsFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}

/** How the server would be reached over HTTP; nothing when it would not. */
export async function examineHttp(http: HttpConfig | null): Promise<readonly Finding[]> {
  if (http === null) return [];
  const { host, port, auth, tokens, allowedHosts } = http;
  const check = 'HTTP';
  const found: Finding[] = [
    {
      check,
      status: 'ok',
      detail: `${host}:${port}, ${auth === 'gateway' ? 'for a gateway' : 'one tenant'}, ${tokens.length} token${tokens.length === 1 ? '' : 's'}`,
    },
  ];
  if (port !== 0 && !(await portIsFree(host, port))) {
    found.push({
      check,
      status: 'warning',
      detail: `${host}:${port} cannot be listened on: the server may be running already`,
      next: 'Stop whatever listens there, or set PORT or AUTOTASK_HTTP_HOST.',
    });
  }
  if (isLoopback(host)) return found;
  found.push({
    check,
    status: 'warning',
    detail: 'other machines can reach it, and it speaks plain HTTP',
    next: 'Put a proxy with TLS in front, as docs/http.md shows.',
  });
  if (allowedHosts.length === 0) {
    found.push({
      check,
      status: 'warning',
      detail: 'requests that address it by another name than localhost are refused',
      next: 'List the names that clients use in AUTOTASK_HTTP_ALLOWED_HOSTS.',
    });
  }
  return found;
}
