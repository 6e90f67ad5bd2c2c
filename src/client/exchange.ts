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

export function createExchange(timeoutMs: number, log: Log, observer?: ClientObserver): Exchange {
  const transport = createTransport(createAgents());
  let sent = 0;
  const send: Exchange['send'] = async (call, url, headers, deadline) => {
    const { method, body, write } = call;
    const { signal } = deadline;
    sent += 1;
    const started = performance.now();
    const outcome = await transport({ method, url, headers, body, write, timeoutMs, signal });
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
    async send(call, ...rest) {
      const started = performance.now();
      let outcome = 'cancelled';
      try {
        const verdict = await send(call, ...rest);
        outcome = verdict.ok ? 'ok' : verdict.error.kind;
        return verdict;
      } finally {
        const { method, write } = call;
        observer?.sent({ method, write, outcome, ms: performance.now() - started });
      }
    },
  };
}
