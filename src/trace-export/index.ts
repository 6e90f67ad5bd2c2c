import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { setGlobalErrorHandler, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Log } from '../log.js';

export interface TraceExportSettings {
  readonly name: string;
  readonly version: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly log: Log;
}

export interface TraceExport {
  /** Sends what is left, for two seconds at most. */
  close(): Promise<void>;
}

const closeMs = 2_000;
/** A collector that is away is away for every batch. */
const tellAgainMs = 60_000;

/** Collects the spans of this process from here on and sends them in batches, beside the work. */
export function startTraceExport({ name, version, headers, log }: TraceExportSettings): TraceExport {
  let told = Number.NEGATIVE_INFINITY;
  const tell = (error: unknown) => {
    if (performance.now() - told < tellAgainMs) return;
    told = performance.now();
    log('warning', `Traces are not delivered: ${error instanceof Error ? error.message : String(error)}`);
  };
  setGlobalErrorHandler(tell);
  const own = resourceFromAttributes({
    'service.name': name,
    'service.version': version,
    'service.instance.id': randomUUID(),
  });
  const exporter = new OTLPTraceExporter({ headers: { ...headers } });
  const provider = new BasicTracerProvider({
    resource: defaultResource()
      .merge(own)
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  return {
    async close() {
      const late = sleep(closeMs, undefined, { ref: false }).then(() =>
        tell(`the last were not taken within ${closeMs / 1_000} s`),
      );
      await Promise.race([provider.shutdown().catch(tell), late]);
    },
  };
}
