import type { Log } from '../../log.js';
import { currentUse, most, weigh } from '../../resource-budget.js';
import { isObject, parseJson } from '../json.js';
import type { Deadline } from '../pipeline/deadline.js';
import { type ApiRequest, type HttpResponse, requestName } from '../pipeline/request.js';
import { interrupted } from '../pipeline/retry.js';
import type { ClientObserver } from '../types.js';
import { createAgents } from './agents.js';
import { cutDepth, measure } from './json-size.js';
import { classifyNetworkError } from './network-error.js';
import { classifyResponse, type Outcome } from './response.js';
import { createTransport } from './transport.js';

export interface HttpExchange {
  /** Sends one request and judges what comes back. */
  send(
    call: ApiRequest,
    url: string,
    headers: Readonly<Record<string, string>>,
    deadline: Deadline,
  ): Promise<Outcome>;
  requestsSent(): number;
}

/** From the `Date` of an answer, which tells whole seconds; it was written about half way through. */
function clockAhead(date: unknown, tookMs: number): number | null {
  const theirs = typeof date === 'string' ? Date.parse(date) : Number.NaN;
  return Number.isNaN(theirs) ? null : Math.round(theirs + 500 - (Date.now() - tookMs / 2));
}

/** Judges an answer that is not more than one may be. */
function read(call: ApiRequest, answer: HttpResponse, bytes: number, timeoutMs: number): Outcome {
  const { depth, values } = measure(answer.text);
  if (values > most.answerValues) {
    return classifyNetworkError(
      call,
      { code: 'TOO_MANY_VALUES', message: `${values} values`, sent: true },
      timeoutMs,
    );
  }
  const deep = depth > most.depth;
  const text = deep ? JSON.stringify(cutDepth(parseJson(answer.text))) : answer.text;
  const verdict = classifyResponse(call, text === answer.text ? answer : { ...answer, text: text ?? '' });
  if (verdict.ok && isObject(verdict.body)) weigh(verdict.body, bytes, values);
  return verdict;
}

export function createHttpExchange(timeoutMs: number, log: Log, observer?: ClientObserver): HttpExchange {
  const transport = createTransport(createAgents());
  let sent = 0;
  const send = async (
    [call, url, headers, deadline]: Parameters<HttpExchange['send']>,
    onClock: (aheadMs: number) => void,
  ): Promise<Outcome> => {
    const { method, body, write } = call;
    const { signal } = deadline;
    currentUse()?.request();
    sent += 1;
    const started = performance.now();
    const outcome = await transport({ method, url, headers, body, write, timeoutMs, signal });
    if ('answer' in outcome) {
      const ahead = clockAhead(outcome.answer.headers.date, performance.now() - started);
      if (ahead !== null) onClock(ahead);
    }
    const result = 'answer' in outcome ? outcome.answer.status : outcome.failure.code;
    log('debug', `${requestName(call)}: ${result} after ${Math.round(performance.now() - started)} ms`);
    if ('answer' in outcome) {
      const { answer, bytes, done } = outcome;
      try {
        // What a write has done is told, however much was read before.
        if (!write) currentUse()?.received(bytes);
        return read(call, answer, bytes, timeoutMs);
      } finally {
        done();
      }
    }
    const { failure } = outcome;
    return signal.aborted
      ? interrupted(call, deadline, failure.sent)
      : classifyNetworkError(call, failure, timeoutMs);
  };
  return {
    requestsSent: () => sent,
    async send(...request) {
      const [{ method, write }] = request;
      const started = performance.now();
      let outcome = 'cancelled';
      let clockAheadMs: number | null = null;
      try {
        const verdict = await send(request, (ahead) => {
          clockAheadMs = ahead;
        });
        outcome = verdict.ok ? 'ok' : verdict.error.kind;
        return verdict;
      } finally {
        observer?.sent({ method, write, outcome, ms: performance.now() - started, clockAheadMs });
      }
    },
  };
}
