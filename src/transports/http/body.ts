import type { IncomingMessage } from 'node:http';
import { isJsonContentType } from '@modelcontextprotocol/server';
import { limits } from '../../limits/fixed-limits.js';
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
