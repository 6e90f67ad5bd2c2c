import type { Agents, Got } from 'got';
import { limits } from '../../limits/fixed-limits.js';
import { answerMemory } from '../../limits/memory-pool.js';
import type { ApiRequest, HttpResponse } from '../pipeline/request.js';
import type { AgentsFor } from './agents.js';
import { type NetworkError, networkErrorOf } from './network-error.js';

export interface Outgoing {
  readonly method: ApiRequest['method'];
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly write: boolean;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** A response of any status, or the reason why none came. */
export type TransportResult =
  | {
      readonly response: HttpResponse;
      /** Bytes it takes, until `done` is called: once nobody needs its text any more. */
      readonly bytes: number;
      readonly release: () => void;
    }
  | { readonly failure: NetworkError };

/** One HTTP exchange and nothing else: no retries, no redirects, no classification of statuses. */
export type Transport = (outgoing: Outgoing) => Promise<TransportResult>;

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
    const size = limitSize(time.stop);
    try {
      const options = { method, headers, signal: time.signal };
      // As bytes: before a text Node sends the headers as UTF-8 as well, and credentials are no longer the same.
      const pending = got(url, body === undefined ? options : { ...options, body: Buffer.from(body) });
      const response = await pending.on('downloadProgress', ({ transferred }) => size.received(transferred));
      const httpResponse = { status: response.statusCode, headers: response.headers, text: response.body };
      return { response: httpResponse, bytes: size.bytes(), release: size.release };
    } catch (error) {
      size.release();
      const failure = networkErrorOf(error);
      const exceeded = size.exceeded();
      if (exceeded !== null) return { failure: { ...failure, code: exceeded, sent: true } };
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
    stop: abort,
    isUp: () => up,
    end() {
      clearTimeout(timer);
      outer.removeEventListener('abort', abort);
    },
  };
}

/** Counts what arrives, decompressed, and stops at the bound of one answer or when the process has no room. */
function limitSize(stop: () => void) {
  let reserved = 0;
  let exceeded: 'ANSWER_TOO_LARGE' | 'NO_ROOM' | null = null;
  return {
    bytes: () => reserved,
    /** Why it was stopped; null when it was not. */
    exceeded: () => exceeded,
    received(bytes: number) {
      if (exceeded !== null || bytes <= reserved) return;
      if (bytes > limits.answerBytes) exceeded = 'ANSWER_TOO_LARGE';
      else if (!answerMemory.take(bytes - reserved)) exceeded = 'NO_ROOM';
      if (exceeded === null) reserved = bytes;
      else stop();
    },
    release() {
      answerMemory.give(reserved);
      reserved = 0;
    },
  };
}
