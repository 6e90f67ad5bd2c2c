import type { IncomingMessage } from 'node:http';
import { isJsonContentType } from '@modelcontextprotocol/server';
import { limits } from '../../limits/limits.js';
import { MemoryPool } from '../../limits/memory-pool.js';
import { Refusal } from './refusal.js';

/** So many times the limit is read and thrown away, for the sender to get to the answer. */
const drainFactor = 8;

/** So much of a body is read without asking for room: most calls are smaller, and still get through. */
const freeBytes = 16 * 1024;

/** For all bodies that are on their way, whoever sends them and however slowly. */
const bodyPool = new MemoryPool(limits.bodyBytes);

/** What one body takes of the pool. */
function createReservation() {
  let reserved = 0;
  return {
    /** False when the pool has not so many bytes left. */
    grow(bytes: number): boolean {
      if (bytes <= freeBytes || bytes <= reserved) return true;
      if (!bodyPool.take(bytes - reserved)) return false;
      reserved = bytes;
      return true;
    },
    give() {
      bodyPool.give(reserved);
      reserved = 0;
    },
  };
}

async function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const reservation = createReservation();
  try {
    return await receive(request, maxBytes, reservation.grow);
  } finally {
    reservation.give();
  }
}

function receive(
  request: IncomingMessage,
  maxBytes: number,
  fits: (bytes: number) => boolean,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const tooLarge = () => reject(new Refusal(413, `The request body is larger than ${maxBytes} bytes.`));
    const noRoom = () =>
      reject(
        new Refusal(503, 'This server is receiving as many large requests as it can hold; try again.', {
          'Retry-After': '5',
        }),
      );
    const chunks: Buffer[] = [];
    let bytes = 0;
    let dropped = false;
    if (Number(request.headers['content-length']) > maxBytes) tooLarge();
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (!dropped && bytes <= maxBytes && fits(bytes)) {
        chunks.push(chunk);
        return;
      }
      chunks.length = 0;
      dropped = true;
      if (bytes > maxBytes) tooLarge();
      else noRoom();
      if (bytes > drainFactor * maxBytes) request.destroy();
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    const broken = () => reject(new Refusal(400, 'The request body did not arrive.'));
    request.once('error', broken);
    request.once('close', broken);
  });
}

/** Refuses what is not plain JSON before any of it is read. */
export function checkBodyHeaders({ headers }: IncomingMessage): void {
  if (!isJsonContentType(headers['content-type'] ?? null)) {
    throw new Refusal(415, 'Content-Type must be application/json.');
  }
  const encoding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity') return;
  throw new Refusal(415, 'Send the body without Content-Encoding.', { 'Accept-Encoding': 'identity' });
}

/** Reads a JSON body of at most so many bytes. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  const bytes = await readBytes(request, maxBytes);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Refusal(400, 'Parse error: the body is not JSON.', {}, -32700);
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What this transport wants to know of a body; the SDK checks the rest. */
export interface BodySummary {
  /** Method of the message, `batch` for several. */
  readonly method: string;
  readonly initializes: boolean;
  /** Ids of the requests that will be answered. */
  readonly requestIds: readonly (string | number)[];
  /** Whether somebody wants to hear about progress before the answer is there. */
  readonly wantsProgress: boolean;
  /** Names of the tools that are called. */
  readonly tools: readonly string[];
}

const methods = new Set([
  'initialize',
  'ping',
  'tools/list',
  'tools/call',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'prompts/list',
  'prompts/get',
  'completion/complete',
  'logging/setLevel',
  'notifications/initialized',
  'notifications/cancelled',
]);

function toolOf({ method, params }: Readonly<Record<string, unknown>>): readonly string[] {
  const named = method === 'tools/call' && isObject(params) && typeof params.name === 'string';
  return named ? [String(params.name)] : [];
}

function progressToken(message: Readonly<Record<string, unknown>>): unknown {
  const params = isObject(message.params) ? message.params : {};
  return isObject(params._meta) ? params._meta.progressToken : undefined;
}

export function summarize(body: unknown): BodySummary {
  const messages = (Array.isArray(body) ? body : [body]).filter(isObject);
  const [first] = messages;
  const name = typeof first?.method === 'string' && methods.has(first.method) ? first.method : 'other';
  return {
    method: Array.isArray(body) ? 'batch' : name,
    initializes: messages.some(({ method }) => method === 'initialize'),
    requestIds: messages.flatMap(({ id, method }) =>
      method !== undefined && (typeof id === 'string' || typeof id === 'number') ? [id] : [],
    ),
    wantsProgress: messages.some((message) => progressToken(message) !== undefined),
    tools: messages.flatMap(toolOf),
  };
}

/** The last revision of the protocol that knows batches; a request that names none is taken for one of it. */
const lastWithBatches = '2025-03-26';

/** Refuses batches where there are none, and those whose answers could not be told apart. */
export function checkBatch({ headers }: IncomingMessage, body: unknown, { requestIds }: BodySummary): void {
  if (!Array.isArray(body)) return;
  const refuse = (message: string) => new Refusal(400, `Invalid request: ${message}`, {}, -32600);
  const version = String(headers['mcp-protocol-version'] ?? lastWithBatches);
  if (version > lastWithBatches)
    throw refuse(`protocol version ${lastWithBatches} was the last with batches.`);
  if (body.length === 0) throw refuse('the batch is empty.');
  if (new Set(requestIds).size < requestIds.length)
    throw refuse('two requests of the batch have the same id.');
}
