import type { Writable } from 'node:stream';
import { StdioServerTransport, serveStdio as serve } from '@modelcontextprotocol/server/stdio';
import type { McpServer } from '../server/index.js';
import { createStdioLines } from './stdio-lines.js';

/** How long running calls may take to finish after the client closed its end, in milliseconds. */
const graceMs = 10_000;

const written = (stream: Writable, text: string) =>
  new Promise<void>((resolve) => stream.write(text, () => resolve()));

/**
 * Serves one client over stdin and stdout, in the era that it opens with, until the input ends or the process is
 * told to stop. At the end of input, calls that are still running are answered first: a script may pipe requests
 * in and close. The SDK would drop them, so its transport is not told of the end until they are answered.
 */
export async function serveStdio(make: () => McpServer): Promise<void> {
  // A client that first asks which eras there are gets a server for that question alone.
  const made: McpServer[] = [];
  const factory = () => {
    const server = make();
    made.push(server);
    return server.server;
  };
  const ended = new Promise<'end' | 'signal'>((resolve) => {
    process.stdin.once('end', () => resolve('end'));
    process.stdin.once('close', () => resolve('end'));
    process.once('SIGINT', () => resolve('signal'));
    process.once('SIGTERM', () => resolve('signal'));
    // The reader of our output is gone: nobody is left to serve.
    process.stdout.once('error', () => resolve('signal'));
  });
  const { input, output } = createStdioLines();
  output.pipe(process.stdout);
  process.stdin.pipe(input, { end: false });
  const connection = serve(factory, { transport: new StdioServerTransport(input, output) });
  if ((await ended) === 'end') {
    // A last line may lack its line break.
    await written(input, '\n');
    // Requests of the last chunk are handed out in this turn of the loop; wait for them to be counted.
    await new Promise((resolve) => setImmediate(resolve));
    const grace = new Promise((resolve) => setTimeout(resolve, graceMs).unref());
    await Promise.race([Promise.all(made.map((server) => server.idle())), grace]);
    await new Promise((resolve) => setImmediate(resolve));
    await written(output, '');
    await written(process.stdout, '');
  }
  await connection.close();
}
