import type { IncomingMessage, ServerResponse } from 'node:http';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { McpServer } from '../../server/index.js';
import type { Outline } from './body.js';

/**
 * Serves one request with a server of its own, which ends with the answer; when the caller hangs up first,
 * that cancels what is running. Answers are JSON unless somebody wants to watch the progress.
 */
export async function serveOnce(
  request: IncomingMessage,
  response: ServerResponse,
  { server }: McpServer,
  body: unknown,
  { wantsProgress }: Outline,
): Promise<void> {
  const transport = new StreamableHTTPServerTransport({ enableJsonResponse: !wantsProgress });
  await server.connect(transport);
  response.once('close', () => void server.close());
  await transport.handleRequest(request, response, body);
}
