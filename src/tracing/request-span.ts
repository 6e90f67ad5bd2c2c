import { type Attributes, SpanKind } from '@opentelemetry/api';
import { AutotaskError, type ErrorKind } from '../errors.js';
import { failed, tracer } from './tracer.js';

/** Why a request is sent again, after how many others and how many milliseconds. */
export interface Repeat {
  readonly count: number;
  readonly reason: ErrorKind | 'moved';
  readonly waitedMs: number;
}

export interface TracedRequest {
  readonly method: string;
  /** The address of the API, and the path below it without a query, which both come from this program. */
  readonly base: string;
  readonly path: string;
  readonly repeat: Repeat | null;
}

/** How a request ended. */
type Ended =
  | { readonly ok: true; readonly status: number }
  | { readonly ok: false; readonly error: AutotaskError };

/** What happens to a request before it is sent. Milliseconds. */
export interface RequestSpan {
  /** It is held back by a cooldown or because a share is used up. */
  waits(reason: string, ms: number): void;
  /** It has its turn, after so long in the queue and in pauses. */
  turn(waitedMs: number): void;
  /** It goes slowly, because much of the hour's requests is used. */
  paces(ms: number): void;
}

/** Ids and whatever else is no word of the API are left out: `Tickets/{id}/Notes`. */
const templateOf = (path: string): string =>
  path
    .split('/')
    .map((part) => (/^[A-Za-z]+$/.test(part) ? part : '{id}'))
    .join('/');

function attributesOf({ method, base, path, repeat }: TracedRequest): Attributes {
  const { protocol, hostname, port, pathname } = new URL(base);
  const template = `${pathname}${templateOf(path)}`;
  return {
    'http.request.method': method,
    'server.address': hostname,
    'server.port': port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
    'url.full': `${protocol}//${hostname}${port === '' ? '' : `:${port}`}${template.replaceAll('{id}', 'REDACTED')}`,
    'url.template': template,
    ...(repeat === null ? {} : { 'http.request.resend_count': repeat.count }),
  };
}

/** Runs one attempt to send a request, waiting included, within a span of its own. */
export function inRequestSpan<T extends Ended>(
  request: TracedRequest,
  work: (span: RequestSpan) => Promise<T>,
): Promise<T> {
  const { method, repeat } = request;
  const attributes = attributesOf(request);
  const name = `${method} ${attributes['url.template']}`;
  return tracer().startActiveSpan(name, { kind: SpanKind.CLIENT, attributes }, async (span) => {
    if (repeat !== null) {
      const { reason, waitedMs } = repeat;
      span.addEvent('retry', { 'autotask.retry.reason': reason, 'autotask.waited_ms': Math.round(waitedMs) });
    }
    try {
      const ended = await work({
        waits: (reason, ms) =>
          span.addEvent('wait', { 'autotask.wait.reason': reason, 'autotask.wait_ms': Math.round(ms) }),
        turn: (waitedMs) => span.addEvent('slot', { 'autotask.waited_ms': Math.round(waitedMs) }),
        paces: (ms) => span.addEvent('pace', { 'autotask.wait_ms': Math.round(ms) }),
      });
      const status = ended.ok ? ended.status : ended.error.status;
      if (status !== undefined) span.setAttribute('http.response.status_code', status);
      if (!ended.ok) failed(span, ended.error.kind);
      return ended;
    } catch (error) {
      failed(span, error instanceof AutotaskError ? error.kind : 'defect');
      throw error;
    } finally {
      span.end();
    }
  });
}
