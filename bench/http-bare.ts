import { createServer } from 'node:http';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';

/** What the SDK alone costs: no token, no checks, one tool that does nothing. */
const server = createServer(async (request, response) => {
  const mcp = new Server({ name: 'bare', version: '1' }, { capabilities: { tools: {} } });
  mcp.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: [{ name: 'nothing', inputSchema: { type: 'object' } }],
  }));
  mcp.setRequestHandler(CallToolRequestSchema, () => ({ content: [{ type: 'text', text: 'nothing' }] }));
  const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
  response.once('close', () => void mcp.close());
  await mcp.connect(transport);
  await transport.handleRequest(request, response);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') {
    process.stderr.write(`serving MCP at http://127.0.0.1:${address.port}/mcp\n`);
  }
});
