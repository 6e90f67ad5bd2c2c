import { PROTOCOL_VERSION_META_KEY, type Server, type ServerContext } from '@modelcontextprotocol/server';
import * as z from 'zod';
import type { CallMessage } from '../tracing/call-span.js';

const later = z.object({ [PROTOCOL_VERSION_META_KEY]: z.string() });

/** What a trace tells of the message that a call came with. Later clients than those of 2025 name the revision each time. */
export function callMessage(server: Server, { mcpReq, http }: ServerContext): CallMessage {
  const { method, id, _meta: meta, envelope } = mcpReq;
  const headers = http === undefined ? undefined : (http.req?.headers ?? new Headers());
  const revision =
    later.safeParse(envelope).data?.[PROTOCOL_VERSION_META_KEY] ??
    server.getNegotiatedProtocolVersion() ??
    headers?.get('mcp-protocol-version') ??
    undefined;
  return { method, id, protocolVersion: revision, meta, headers };
}
