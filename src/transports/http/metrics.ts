import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Where the parts of this process report what they do. No value names a tenant, a person or a record. */
export interface Metrics {
  /** An MCP request was answered with this HTTP status. */
  request(method: string, status: number, seconds: number): void;
  /** A call to Autotask ended; `outcome` is `ok` or the kind of error. */
  upstream(operation: string, outcome: string, seconds: number): void;
  write(operation: string, outcome: string): void;
  /** HTTP requests that reached for Autotask, repeats and pages included. */
  sent(requests: number): void;
  readonly contentType: string;
  text(): Promise<string>;
}

/** Read when the metrics are. */
export interface Gauges {
  readonly running: () => number;
  readonly sessions: () => number;
  readonly tenants: () => number;
}

const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export function createMetrics(gauges: Gauges): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  gauge('autotask_mcp_running_requests', 'MCP requests being answered', gauges.running);
  gauge('autotask_mcp_sessions', 'Open sessions', gauges.sessions);
  gauge('autotask_mcp_tenants', 'Tenants kept in memory', gauges.tenants);
  const requests = new Counter({
    name: 'autotask_mcp_requests_total',
    help: 'MCP requests by method and HTTP status',
    labelNames: ['method', 'status'],
    registers,
  });
  const latency = new Histogram({
    name: 'autotask_mcp_request_duration_seconds',
    help: 'Time from the request to the end of its answer',
    labelNames: ['method'],
    buckets: seconds,
    registers,
  });
  const calls = new Counter({
    name: 'autotask_upstream_calls_total',
    help: 'Calls to Autotask by operation and outcome',
    labelNames: ['operation', 'outcome'],
    registers,
  });
  const callLatency = new Histogram({
    name: 'autotask_upstream_call_duration_seconds',
    help: 'Time of a call to Autotask, waiting and repeats included',
    labelNames: ['operation'],
    buckets: seconds,
    registers,
  });
  const sent = new Counter({
    name: 'autotask_upstream_http_requests_total',
    help: 'HTTP requests to Autotask, repeats and further pages included',
    registers,
  });
  const writes = new Counter({
    name: 'autotask_writes_total',
    help: 'Writes by operation and outcome; outcomeUnknown may or may not have happened',
    labelNames: ['operation', 'outcome'],
    registers,
  });
  return {
    request(method, status, duration) {
      requests.inc({ method, status: String(status) });
      latency.observe({ method }, duration);
    },
    upstream(operation, outcome, duration) {
      calls.inc({ operation, outcome });
      callLatency.observe({ operation }, duration);
    },
    write: (operation, outcome) => writes.inc({ operation, outcome }),
    sent: (count) => sent.inc(count),
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}
