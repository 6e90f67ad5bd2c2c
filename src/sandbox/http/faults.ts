import { errors, html, json, type Reply, unauthorized } from './reply.js';

/** Something that goes wrong on the way to, in, or back from the service. */
export type Fault =
  | { readonly kind: 'latency'; readonly ms: number }
  | { readonly kind: 'unauthorized' }
  | { readonly kind: 'forbidden' }
  /** 429. Nothing proves that the service sends `Retry-After`, so it is only sent when given. */
  | { readonly kind: 'limited'; readonly retryAfter?: number | string }
  /** 500 with the given texts, or without an `errors` list. */
  | { readonly kind: 'serverError'; readonly errors?: readonly string[] }
  | { readonly kind: 'unavailable'; readonly retryAfter?: number | string }
  /** A web page instead of an answer: 200 during maintenance, 404 during an outage. */
  | { readonly kind: 'html'; readonly status: 200 | 404 | 503 }
  /** No answer ever. */
  | { readonly kind: 'hang' }
  /** The connection breaks `before` the service saw the request, or `after` it did what was asked. */
  | { readonly kind: 'reset'; readonly when: 'before' | 'after' }
  /** The service did what was asked and answers this instead: with the texts, or without a body. */
  | { readonly kind: 'stored'; readonly status: number; readonly errors?: readonly string[] }
  /** The clock of the service is ahead, or behind when `ms` is negative. */
  | { readonly kind: 'clock'; readonly ms: number }
  /** The body ends in the middle. */
  | { readonly kind: 'truncated' }
  /** The next page lies on a host that must not see the credentials. */
  | { readonly kind: 'foreignPaging'; readonly base: string }
  /** The answer is not what it should be: names in Pascal case, records without id, no page after this one. */
  | { readonly kind: 'shape'; readonly how: 'pascal' | 'withoutId' | 'lastPage' };

export interface FaultRule {
  readonly fault: Fault;
  /** Part of the path below the API's base (`V1.0/Tickets/query`), without case; every path when absent. */
  readonly path?: string | RegExp;
  readonly method?: string;
  /** How often it strikes; always when absent. */
  readonly times?: number;
  /** Matching requests that pass before it strikes. */
  readonly after?: number;
}

interface Active {
  readonly rule: FaultRule;
  seen: number;
  struck: number;
}

export class Faults {
  private active: Active[] = [];

  /** Adds a rule; the returned function takes it away again. */
  add(rule: FaultRule): () => void {
    const entry: Active = { rule, seen: 0, struck: 0 };
    this.active.push(entry);
    return () => {
      this.active = this.active.filter((other) => other !== entry);
    };
  }

  clear(): void {
    this.active = [];
  }

  /** The faults that strike this request. */
  strike(method: string, path: string): readonly Fault[] {
    const found: Fault[] = [];
    for (const entry of this.active) {
      const { rule } = entry;
      if (rule.method !== undefined && rule.method.toUpperCase() !== method) continue;
      if (!matches(rule.path, path)) continue;
      entry.seen++;
      if (entry.seen <= (rule.after ?? 0) || entry.struck >= (rule.times ?? Number.POSITIVE_INFINITY))
        continue;
      entry.struck++;
      found.push(rule.fault);
    }
    return found;
  }
}

function matches(wanted: FaultRule['path'], path: string): boolean {
  if (wanted === undefined) return true;
  return typeof wanted === 'string' ? path.toLowerCase().includes(wanted.toLowerCase()) : wanted.test(path);
}

/** The answer that a fault gives instead of the service's; undefined when it works in another way. */
export function replyTo(fault: Fault, host: string): Reply | undefined {
  switch (fault.kind) {
    case 'unauthorized':
      return unauthorized(host);
    case 'forbidden':
      return errors(['The logged in Resource does not have the adequate permissions.'], 403);
    case 'limited':
      return withRetry(
        errors(['The Autotask API request threshold has been exceeded. (Itgenatr005)'], 429),
        fault,
      );
    case 'serverError':
      return fault.errors === undefined
        ? json({ message: 'An error has occurred.' }, 500)
        : errors(fault.errors, 500);
    case 'unavailable':
      return withRetry(html(503, 'Service Unavailable', 'The service is unavailable.'), fault);
    case 'html':
      return html(
        fault.status,
        'Autotask',
        fault.status === 200 ? 'Planned maintenance is in progress.' : 'Not available.',
      );
    default:
      return undefined;
  }
}

/** The answer that hides what was done; undefined when the fault does not. */
export const replyAfter = (fault: Fault): Reply | undefined => {
  if (fault.kind !== 'stored') return undefined;
  return fault.errors === undefined
    ? { status: fault.status, headers: {}, body: '' }
    : errors(fault.errors, fault.status);
};

function withRetry(reply: Reply, fault: { readonly retryAfter?: number | string }): Reply {
  if (fault.retryAfter === undefined) return reply;
  return { ...reply, headers: { ...reply.headers, 'retry-after': String(fault.retryAfter) } };
}
