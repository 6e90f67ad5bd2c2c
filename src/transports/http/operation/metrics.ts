import { createHmac, randomBytes } from 'node:crypto';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { ClientObserver } from '../../../client/types.js';

/**
 * What this process counts. No label and no value names a tenant, a person or a record; people are told apart by a
 * keyed hash where that is wanted.
 */
export interface Metrics {
  /** An MCP request was answered with this HTTP status. */
  request(method: string, status: number, seconds: number): void;
  /** A request came from somebody who signed in. */
  signedIn(issuer: string, subject: string): void;
  /** Watches the client of a tenant. */
  readonly upstream: Omit<ClientObserver, 'thresholdReported'>;
  readonly contentType: string;
  text(): Promise<string>;
}

/** Read when the metrics are. */
export interface Gauges {
  readonly running: () => number;
  readonly sessions: () => number;
  readonly tenants: () => number;
  /** Of the tenant that has used most; undefined as long as none is known. */
  readonly thresholdUse: () => number | undefined;
  /** Absent where replicas share nothing. */
  readonly sharedState?: () => { readonly mode: string; readonly failures: number };
}

/** People that are told apart; further ones are counted together. */
const mostPeople = 200;

/** Answers what stands for a person. Another process has other names for the same people, unless it has the same key. */
function createPseudonyms(key: string | null): (issuer: string, subject: string) => string {
  const secret = key ?? randomBytes(32);
  const known = new Set<string>();
  return (issuer, subject) => {
    const name = createHmac('sha256', secret)
      .update(JSON.stringify(['metrics', issuer, subject]))
      .digest('hex')
      .slice(0, 16);
    if (known.size < mostPeople) known.add(name);
    return known.has(name) ? name : 'others';
  };
}

const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const writes: Readonly<Record<string, string>> = { POST: 'create', PATCH: 'update', DELETE: 'delete' };

/** `people`: the key of their pseudonyms, null for one of this process; undefined: they are not told apart. */
export function createMetrics(gauges: Gauges, people?: string | null): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, read: () => number | undefined) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        const value = read();
        if (value === undefined) this.remove();
        else this.set(value);
      },
    });
  const counter = <Label extends string>(name: string, help: string, ...labelNames: readonly Label[]) =>
    new Counter({ name, help, labelNames: [...labelNames], registers });
  const histogram = <Label extends string>(name: string, help: string, ...labelNames: readonly Label[]) =>
    new Histogram({ name, help, labelNames: [...labelNames], buckets: seconds, registers });

  gauge('autotask_mcp_running_requests', 'MCP requests being answered', gauges.running);
  gauge('autotask_mcp_sessions', 'Open sessions', gauges.sessions);
  gauge('autotask_mcp_tenants', 'Tenants kept in memory', gauges.tenants);
  const mcp = counter('autotask_mcp_requests_total', 'MCP requests', 'method', 'status');
  const mcpTime = histogram(
    'autotask_mcp_request_duration_seconds',
    'Time from an MCP request to the end of its answer',
    'method',
  );
  const signedIn = counter(
    'autotask_mcp_signed_in_requests_total',
    'MCP requests of people who signed in; subject is a keyed hash, empty unless people are told apart',
    'issuer',
    'subject',
  );
  const pseudonym = people === undefined ? () => '' : createPseudonyms(people);
  const sent = counter(
    'autotask_upstream_requests_total',
    'HTTP requests to Autotask, pages and repeats included; outcome is ok or the kind of error',
    'method',
    'outcome',
  );
  const sentTime = histogram(
    'autotask_upstream_request_duration_seconds',
    'Time of an HTTP request to Autotask',
  );
  const repeated = counter('autotask_upstream_retries_total', 'Reads that were sent again');
  const written = counter(
    'autotask_writes_total',
    'Writes that were sent; after outcomeUnknown nobody knows whether it happened',
    'operation',
    'outcome',
  );
  let waiting = 0;
  gauge('autotask_upstream_queue_length', 'Requests to Autotask that wait for their turn', () => waiting);
  gauge(
    'autotask_threshold_use_ratio',
    "Last known use of the tenant's hourly request threshold, 1 when used up; the highest of all tenants",
    gauges.thresholdUse,
  );
  const { sharedState } = gauges;
  if (sharedState !== undefined) {
    gauge(
      'autotask_shared_state_up',
      'Whether what replicas share can be asked; 0: this replica keeps to its own share of the limits',
      () => (sharedState().mode === 'up' ? 1 : 0),
    );
    gauge(
      'autotask_shared_state_failures',
      'How often it could not be asked since the start',
      () => sharedState().failures,
    );
  }
  return {
    request(method, status, duration) {
      mcp.inc({ method, status: String(status) });
      mcpTime.observe({ method }, duration);
    },
    signedIn: (issuer, subject) => signedIn.inc({ issuer, subject: pseudonym(issuer, subject) }),
    upstream: {
      requestEnded({ method, write, outcome, ms }) {
        sent.inc({ method, outcome });
        sentTime.observe(ms / 1_000);
        if (write) written.inc({ operation: writes[method] ?? method, outcome });
      },
      requestRetried: () => repeated.inc(),
      queueChanged: (change) => {
        waiting += change;
      },
    },
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}
