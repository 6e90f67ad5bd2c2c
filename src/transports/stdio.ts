import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import type { McpServer } from '../server/index.js';

/** How long running calls may take to finish after the client closed its end, in milliseconds. */
const graceMs = 10_000;

const flushed = () => new Promise<void>((resolve) => process.stdout.write('', () => resolve()));

/**
 * Serves one client over stdin and stdout until the input ends or the process is told to stop. At the end
 * of input, calls that are still running are answered first: a script may pipe requests in and close.
 */
export async function serveStdio({ server, idle }: McpServer): Promise<void> {
  const transport = new StdioServerTransport();
  const ended = new Promise<'end' | 'signal'>((resolve) => {
    process.stdin.once('end', () => resolve('end'));
    process.stdin.once('close', () => resolve('end'));
    process.once('SIGINT', () => resolve('signal'));
    process.once('SIGTERM', () => resolve('signal'));
    // The reader of our output is gone: nobody is left to serve.
    process.stdout.once('error', () => resolve('signal'));
  });
  await server.connect(transport);
  if ((await ended) === 'end') {
    // Requests of the last chunk are handed out in this turn of the loop; wait for them to be counted.
    await new Promise((resolve) => setImmediate(resolve));
    const grace = new Promise((resolve) => setTimeout(resolve, graceMs).unref());
    await Promise.race([idle(), grace]);
    await new Promise((resolve) => setImmediate(resolve));
    await flushed();
  }
  await server.close();
}
