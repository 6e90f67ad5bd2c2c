import type { ServerResponse } from 'node:http';
import type { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Outline } from './body.js';

/**
 * Cancels the requests of a call whose caller hung up. Answers are not kept for anybody to come back for,
 * so whatever is still running would be work for nobody.
 */
export function cancelWhenAbandoned(
  transport: StreamableHTTPServerTransport,
  response: ServerResponse,
  { requestIds }: Outline,
): void {
  response.once('close', () => {
    if (response.writableFinished) return;
    for (const requestId of requestIds) {
      const params = { requestId, reason: 'the caller closed the connection' };
      transport.onmessage?.({ jsonrpc: '2.0', method: 'notifications/cancelled', params });
    }
  });
}
