import type { Log } from '../log.js';
import { createAgents } from './agents.js';
import { interrupted } from './attempt.js';
import { type Call, nameOf } from './call.js';
import type { Deadline } from './deadline.js';
import { judgeFailure } from './failure.js';
import { judge, type Verdict } from './judge.js';
import { createTransport } from './transport.js';
import type { ClientObserver } from './types.js';

export interface Exchange {
  /** Sends one request and judges what comes back. */
  send(
    call: Call,
    url: string,
    headers: Readonly<Record<string, string>>,
    deadline: Deadline,
  ): Promise<Verdict>;
  requestsSent(): number;
}

/** From the `Date` of an answer, which tells whole seconds; it was written about half way through. */
function clockAhead(date: unknown, tookMs: number): number | null {
  const theirs = typeof date === 'string' ? Date.parse(date) : Number.NaN;
  return Number.isNaN(theirs) ? null : Math.round(theirs + 500 - (Date.now() - tookMs / 2));
}

export function createExchange(timeoutMs: number, log: Log, observer?: ClientObserver): Exchange {
  const transport = createTransport(createAgents());
  let sent = 0;
  const send = async (
    [call, url, headers, deadline]: Parameters<Exchange['send']>,
    onClock: (aheadMs: number) => void,
  ): Promise<Verdict> => {
    const { method, body, write } = call;
    const { signal } = deadline;
    sent += 1;
    const started = performance.now();
    const outcome = await transport({ method, url, headers, body, write, timeoutMs, signal });
    if ('answer' in outcome) {
      const ahead = clockAhead(outcome.answer.headers.date, performance.now() - started);
      if (ahead !== null) onClock(ahead);
    }
    const result = 'answer' in outcome ? outcome.answer.status : outcome.failure.code;
    log('debug', `${nameOf(call)}: ${result} after ${Math.round(performance.now() - started)} ms`);
    if ('answer' in outcome) return judge(call, outcome.answer);
    const { failure } = outcome;
    return signal.aborted
      ? interrupted(call, deadline, failure.sent)
      : judgeFailure(call, failure, timeoutMs);
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
