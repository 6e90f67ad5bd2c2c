import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import * as z from 'zod';
import { viewExtension, viewMimeType, viewUri } from '../../view-data.js';
import { scenesOn } from './scenes.js';

const bodyBytes = 1_000_000;

const toolCall = z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()) });

class Refused extends Error {
  constructor(readonly status: number) {
    super(`refused with ${status}`);
  }
}

/**
 * Answers the page itself and nobody else: not another site that this browser shows, which can neither know the
 * address nor send the header, and not through another name of this machine.
 */
function checkSender({ headers, method }: IncomingMessage, origin: string): void {
  if (`http://${headers.host}` !== origin) throw new Refused(403);
  if (method === 'POST' && (headers.origin !== origin || headers['x-autotask-tour'] !== '1'))
    throw new Refused(403);
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > bodyBytes) throw new Refused(413);
    chunks.push(bytes);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new Refused(400);
  }
}

/** The program itself on its sandbox tenant, and a client that shows views. */
async function startClient(): Promise<Client> {
  const client = new Client(
    { name: 'autotask-mcp-tour', version: '1.0.0' },
    {
      capabilities: {
        extensions: { [viewExtension]: { mimeTypes: [viewMimeType] } },
      },
    },
  );
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [process.argv[1] ?? fileURLToPath(import.meta.url), '--demo'],
      env: { AUTOTASK_CONFIRM_MODE: 'person', AUTOTASK_CUSTOMER_VISIBLE_NOTES: 'true', LOG_LEVEL: 'error' },
      stderr: 'inherit',
    }),
  );
  return client;
}

const html = (text: string) => ({ type: 'text/html; charset=utf-8', text });
const json = (value: unknown) => ({ type: 'application/json', text: JSON.stringify(value) });

/** Serves the page until the process is told to stop, and tells its address; answers the exit code. */
export async function webTour(out: (line: string) => void): Promise<number> {
  const client = await startClient();
  const [scenes, view, page] = await Promise.all([
    scenesOn(client),
    client.readResource({ uri: viewUri }),
    // Made by the build beside the program; this module is in a chunk of its own.
    readFile(new URL('../tour.html', import.meta.url), 'utf8'),
  ]);
  const [content] = view.contents;
  const viewPage = content !== undefined && 'text' in content ? content.text : '';

  async function answer(request: IncomingMessage): Promise<{ type: string; text: string }> {
    const route = `${request.method} ${request.url}`;
    if (route === 'GET /') return html(page);
    if (route === 'GET /view') return html(viewPage);
    if (route === 'GET /scenes') return json(scenes);
    if (route !== 'POST /call') throw new Refused(404);
    const { data } = toolCall.safeParse(await bodyOf(request));
    if (data === undefined) throw new Refused(400);
    return json(await client.callTool(data));
  }

  let origin = '';
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Referrer-Policy', 'no-referrer');
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('Content-Security-Policy', "frame-ancestors 'self'");
    try {
      checkSender(request, origin);
      const { type, text } = await answer(request);
      response.writeHead(200, { 'Content-Type': type }).end(text);
    } catch (error) {
      const status = error instanceof Refused ? error.status : 500;
      response.writeHead(status, { 'Content-Type': 'text/plain' }).end(`${status}\n`);
    }
  }

  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server of the tour has no port');
  origin = `http://127.0.0.1:${address.port}`;
  out(`Open ${origin}/ in a browser to see the views on the sandbox tenant. Ctrl+C ends it.`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  server.closeAllConnections();
  server.close();
  await client.close();
  return 0;
}
