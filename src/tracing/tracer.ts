import { type Span, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';

/** Does nothing as long as nobody has registered a provider in this process. */
export const tracer = (): Tracer => trace.getTracer('autotask-mcp');

/** Marks a span as failed. Without a description: messages name what was asked for. */
export function failed(span: Span, type: string): void {
  span.setAttribute('error.type', type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}
