import { createServer } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, Server } from '@modelcontextprotocol/server';

/** What the SDK alone costs: no token, no checks, one tool that does nothing. */
const handler = createMcpHandler(() => {
  const mcp = new Server({ name: 'bare', version: '1' }, { capabilities: { tools: {} } });
  mcp.setRequestHandler('tools/list', () => ({
    tools: [{ name: 'nothing', inputSchema: { type: 'object' } }],
  }));
  mcp.setRequestHandler('tools/call', () => ({ content: [{ type: 'text', text: 'nothing' }] }));
  return mcp;
});
const listener = toNodeHandler(handler);
const server = createServer((request, response) => {
  const { method = 'GET', url = '/', headers } = request;
  const body = { [Symbol.asyncIterator]: () => request[Symbol.asyncIterator]() };
  void listener({ method, url, headers, ...body }, response);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') {
    process.stderr.write(`serving MCP at http://127.0.0.1:${address.port}/mcp\n`);
  }
});
