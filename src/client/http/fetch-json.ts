import { limits } from '../../limits/fixed-limits.js';
import { createAgents } from './agents.js';
import { measureJson } from './json-size.js';
import { isCertificateProblem } from './network-error.js';
import { createTransport } from './transport.js';

/** A small exchange with a server that is not Autotask. */
export interface FetchRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface FetchAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

/** Rejects when no answer comes, or one that is too long. */
export type Fetch = (request: FetchRequest) => Promise<FetchAnswer>;

/** Reads a JSON document that is nobody's secret. Rejects, and says why, unless it comes with status 200. */
export type FetchJson = (url: string) => Promise<unknown>;

/** The other side was reached and not believed. */
export class CertificateNotTrusted extends Error {}

function notReached(code: string): Error {
  return isCertificateProblem(code)
    ? new CertificateNotTrusted(`its TLS certificate is not trusted (${code})`)
    : new Error(`not reached (${code})`);
}

const timeoutMs = 5_000;
const mostBytes = 512 * 1024;

/** Without redirects and repeats, through the same proxies as everything else. */
export function createFetch(): Fetch {
  const send = createTransport(createAgents());
  return async (request) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const outcome = await send({ ...request, write: false, timeoutMs, signal });
    if ('failure' in outcome) throw notReached(outcome.failure.code);
    const { response, bytes, release } = outcome;
    release();
    if (bytes > mostBytes) throw new Error('answered too much');
    return response;
  };
}

export function createFetchJson(send: Fetch = createFetch()): FetchJson {
  return async (url) => {
    const { status, text } = await send({ method: 'GET', url, headers: { accept: 'application/json' } });
    if (status !== 200) throw new Error(`answered with status ${status}`);
    if (measureJson(text).depth > limits.depth) throw new Error('answered too much');
    try {
      return JSON.parse(text);
    } catch {
      throw new Error('answered no JSON');
    }
  };
}
