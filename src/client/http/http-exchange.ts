import { currentCallUsage } from '../../limits/call-usage.js';
import { limits } from '../../limits/fixed-limits.js';
import { noteMemoryOf } from '../../limits/memory-pool.js';
import type { Log } from '../../log.js';
import { isObject, parseJson } from '../json.js';
import type { Deadline } from '../pipeline/deadline.js';
import { type ApiRequest, type HttpResponse, requestName } from '../pipeline/request.js';
import { interruptedOutcome } from '../pipeline/retry.js';
import type { ClientObserver } from '../types.js';
import { createAgents } from './agents.js';
import { cutDepth, measureJson } from './json-size.js';
import { classifyNetworkError } from './network-error.js';
import { classifyResponse, type Outcome } from './response.js';
import { createTransport } from './transport.js';

export interface HttpExchange {
  /** Sends one request and classifies what comes back. */
  send(
    request: ApiRequest,
    url: string,
    headers: Readonly<Record<string, string>>,
    deadline: Deadline,
  ): Promise<Outcome>;
  requestsSent(): number;
  /** How far Autotask's clock is ahead of this one's, by its last answer that told; 0 before. Milliseconds. */
  clockAheadMs(): number;
}

/** From the `Date` of an answer, which tells whole seconds; it was written about half way through. */
function clockAhead(date: unknown, tookMs: number): number | null {
  const theirs = typeof date === 'string' ? Date.parse(date) : Number.NaN;
  return Number.isNaN(theirs) ? null : Math.round(theirs + 500 - (Date.now() - tookMs / 2));
}

/** The outcome of a response; one that exceeds the bounds is a failure of its own. */
function classifyWithinBounds(
  request: ApiRequest,
  response: HttpResponse,
  bytes: number,
  timeoutMs: number,
): Outcome {
  const { depth, values } = measureJson(response.text);
  if (values > limits.answerValues) {
    return classifyNetworkError(
      request,
      { code: 'TOO_MANY_VALUES', message: `${values} values`, sent: true },
      timeoutMs,
    );
  }
  const deep = depth > limits.depth;
  const text = deep ? JSON.stringify(cutDepth(parseJson(response.text))) : response.text;
  const outcome = classifyResponse(
    request,
    text === response.text ? response : { ...response, text: text ?? '' },
  );
  if (outcome.ok && isObject(outcome.body)) noteMemoryOf(outcome.body, bytes, values);
  return outcome;
}

export function createHttpExchange(timeoutMs: number, log: Log, observer?: ClientObserver): HttpExchange {
  const transport = createTransport(createAgents());
  let sent = 0;
  let lastAheadMs = 0;
  const send = async (
    [request, url, headers, deadline]: Parameters<HttpExchange['send']>,
    onClock: (aheadMs: number) => void,
  ): Promise<Outcome> => {
    const { method, body, write } = request;
    const { signal } = deadline;
    currentCallUsage()?.request();
    sent += 1;
    const started = performance.now();
    const result = await transport({ method, url, headers, body, write, timeoutMs, signal });
    if ('response' in result) {
      const ahead = clockAhead(result.response.headers.date, performance.now() - started);
      if (ahead !== null) onClock(ahead);
    }
    const logged = 'response' in result ? result.response.status : result.failure.code;
    log('debug', `${requestName(request)}: ${logged} after ${Math.round(performance.now() - started)} ms`);
    if ('response' in result) {
      const { response, bytes, release } = result;
      try {
        // The outcome of a write is reported, however much was read before.
        if (!write) currentCallUsage()?.received(bytes);
        return classifyWithinBounds(request, response, bytes, timeoutMs);
      } finally {
        release();
      }
    }
    const { failure } = result;
    return signal.aborted
      ? interruptedOutcome(request, deadline, failure.sent)
      : classifyNetworkError(request, failure, timeoutMs);
  };
  return {
    requestsSent: () => sent,
    clockAheadMs: () => lastAheadMs,
    async send(...args) {
      const [{ method, write }] = args;
      const started = performance.now();
      let observed = 'cancelled';
      let clockAheadMs: number | null = null;
      try {
        const outcome = await send(args, (ahead) => {
          clockAheadMs = ahead;
          lastAheadMs = ahead;
        });
        observed = outcome.ok ? 'ok' : outcome.error.kind;
        return outcome;
      } finally {
        observer?.requestEnded({
          method,
          write,
          outcome: observed,
          ms: performance.now() - started,
          clockAheadMs,
        });
      }
    },
  };
}
