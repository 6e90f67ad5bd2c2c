import type { Agents, Got } from 'got';
import type { AgentsFor } from './agents.js';
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

export function createTransport(agentsFor: AgentsFor): Transport {
  // Options that are the same for all requests are merged once: got takes its time for that.
  const prepared = new WeakMap<Agents, Got>();
  const gotWith = async (agent: Agents) => {
    const ready =
      prepared.get(agent) ??
      (await loadGot()).extend({
        agent,
        retry: { limit: 0 },
        followRedirect: false,
        throwHttpErrors: false,
      });
    prepared.set(agent, ready);
    return ready;
  };

  return async ({ method, url, headers, body, write, timeoutMs, signal }) => {
    const got = await gotWith(await agentsFor(url, write));
    const time = limitTime(timeoutMs, signal);
    try {
      const options = { method, headers, signal: time.signal };
      // As bytes: before a text Node sends the headers as UTF-8 as well, and credentials are no longer the same.
      const response = await got(url, body === undefined ? options : { ...options, body: Buffer.from(body) });
      return { answer: { status: response.statusCode, headers: response.headers, text: response.body } };
    } catch (error) {
      const failure = failureOf(error);
      return { failure: time.isUp() && !signal.aborted ? { ...failure, code: 'ETIMEDOUT' } : failure };
    } finally {
      time.end();
    }
  };
}

/** A signal that follows another one and aborts by itself after `ms`; cheaper than got's own timers. */
function limitTime(ms: number, outer: AbortSignal) {
  const controller = new AbortController();
  let up = false;
  const abort = () => controller.abort();
  const timer = setTimeout(() => {
    up = true;
    abort();
  }, ms);
  if (outer.aborted) abort();
  else outer.addEventListener('abort', abort, { once: true });
  return {
    signal: controller.signal,
    isUp: () => up,
    end() {
      clearTimeout(timer);
      outer.removeEventListener('abort', abort);
    },
  };
}
