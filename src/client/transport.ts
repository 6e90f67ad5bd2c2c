import type { Agents, Got } from 'got';
import type { Answer, Call } from './call.js';
import { type Failure, failureOf } from './failure.js';

export interface Outgoing {
  readonly method: Call['method'];
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly write: boolean;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** An answer of any status, or the reason why none came. */
export type Transported = { readonly answer: Answer } | { readonly failure: Failure };

/** One HTTP exchange and nothing else: no retries, no redirects, no judgement of statuses. */
export type Transport = (outgoing: Outgoing) => Promise<Transported>;

let loading: Promise<Got> | undefined;

/** got is read from disk at the first request: a server that only lists its tools never needs it. */
function loadGot(): Promise<Got> {
  loading ??= import('got').then(({ got }) => got);
  return loading;
}

export function createTransport(agentsFor: (url: string, write: boolean) => Promise<Agents>): Transport {
  return async ({ method, url, headers, body, write, timeoutMs, signal }) => {
    const [got, agent] = await Promise.all([loadGot(), agentsFor(url, write)]);
    try {
      const response = await got(url, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
        agent,
        signal,
        timeout: { request: timeoutMs },
        retry: { limit: 0 },
        followRedirect: false,
        throwHttpErrors: false,
      });
      return { answer: { status: response.statusCode, headers: response.headers, text: response.body } };
    } catch (error) {
      return { failure: failureOf(error) };
    }
  };
}
