import { type Attributes, context, propagation, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import type { ErrorKind } from '../errors.js';
import { failed, tracer } from './tracer.js';

/** The message that a call came with, as far as a span tells of it. */
export interface CallMessage {
  readonly method: string;
  readonly id: string | number;
  readonly protocolVersion: string | undefined;
  /** `_meta` of the message, which may name the caller's span; nothing else of it is used. */
  readonly meta: Readonly<Record<string, unknown>> | undefined;
  /** Headers of the HTTP request; undefined over stdio. */
  readonly headers: Headers | undefined;
}

export interface CallSpan {
  failed(kind: ErrorKind): void;
}

const fromMeta = {
  get: (meta: Readonly<Record<string, unknown>>, key: string) => {
    const value = meta[key];
    return typeof value === 'string' ? value : undefined;
  },
  keys: (meta: Readonly<Record<string, unknown>>) => Object.keys(meta),
};

const fromHeaders = {
  get: (headers: Headers, key: string) => headers.get(key) ?? undefined,
  keys: (headers: Headers) => [...headers.keys()],
};

/** The caller's span is named by the message; what the HTTP request belongs to is the parent where it is not, and a link where it is. */
function parentOf({ meta = {}, headers }: CallMessage) {
  const around = context.active();
  const ambient =
    headers === undefined || trace.getSpanContext(around) !== undefined
      ? around
      : propagation.extract(around, headers, fromHeaders);
  const named = trace.getSpanContext(propagation.extract(ROOT_CONTEXT, meta, fromMeta));
  if (named === undefined) return { parent: ambient, links: [] };
  const linked = trace.getSpanContext(ambient);
  return {
    parent: trace.setSpanContext(around, named),
    links: linked === undefined ? [] : [{ context: linked }],
  };
}

function attributesOf(message: CallMessage, tool: string, tenant: string | undefined): Attributes {
  const { method, protocolVersion, headers } = message;
  const id = String(message.id);
  return {
    'mcp.method.name': method,
    'gen_ai.tool.name': tool,
    ...(method === 'tools/call' ? { 'gen_ai.operation.name': 'execute_tool' } : {}),
    ...(protocolVersion === undefined ? {} : { 'mcp.protocol.version': protocolVersion }),
    // Clients choose it freely; what does not look like one is not repeated.
    ...(/^[\w.:-]{1,64}$/.test(id) ? { 'jsonrpc.request.id': id } : {}),
    'network.transport': headers === undefined ? 'pipe' : 'tcp',
    ...(headers === undefined ? {} : { 'network.protocol.name': 'http' }),
    ...(tenant === undefined ? {} : { 'autotask.tenant': tenant }),
  };
}

/**
 * Runs a call within a span of its own, as the conventions for MCP have it. `tenant`: the mark of one among several,
 * as it stands in the log.
 */
export function inCallSpan<T>(
  message: CallMessage,
  tool: string,
  tenant: string | undefined,
  work: (span: CallSpan) => Promise<T>,
): Promise<T> {
  const { method } = message;
  const { parent, links } = parentOf(message);
  const name = method === 'tools/call' ? `${method} ${tool}` : method;
  const attributes = attributesOf(message, tool, tenant);
  return tracer().startActiveSpan(
    name,
    { kind: SpanKind.SERVER, attributes, links },
    parent,
    async (span) => {
      try {
        return await work({
          failed: (kind) => {
            failed(span, 'tool_error');
            span.setAttribute('autotask.error.kind', kind);
          },
        });
      } finally {
        span.end();
      }
    },
  );
}
