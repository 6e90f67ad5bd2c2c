import { Transform } from 'node:stream';
import { failure, isMessage, isObject, type Message, parse, refusalOf } from './json-rpc-message.js';

/** The last revision of the protocol that knows batches. */
const lastWithBatches = '2025-03-26';

/** Longest line that is read: an attachment of 6 MB as base64, and room for what stands around it. */
const longestLine = 32 * 1024 * 1024;

/** Both directions between a client and a server that knows lines of single messages only. */
export interface StdioLines {
  /** Takes what comes in, gives lines of one message each. */
  readonly input: Transform;
  /** Takes lines of single messages, gives what goes out: the answers to a batch together, as one list. */
  readonly output: Transform;
}

interface Batch {
  /** Ids of the requests that are not answered yet. */
  readonly left: Set<unknown>;
  readonly answers: unknown[];
}

/**
 * Answers a line that is no JSON or no message, and takes batches apart and their answers together where the client negotiated the
 * one revision that has them. A cancelled request gets no answer, so a batch does not wait for it.
 */
export function createStdioLines(): StdioLines {
  let hasBatches = false;
  /** Between the request that tells the revision and its answer, which tells it for good. */
  let isOpening = false;
  const open: Batch[] = [];

  /** The list of answers as a line, once nothing is left to wait for; a batch of notifications has none. */
  function closed(batch: Batch): string | null {
    if (batch.left.size > 0) return null;
    const at = open.indexOf(batch);
    if (at >= 0) open.splice(at, 1);
    return batch.answers.length === 0 ? null : JSON.stringify(batch.answers);
  }

  const output = lineTransform((line) => {
    // Answers are large: they are read only where something in them is looked for.
    if (!isOpening && open.length === 0) return line;
    const message = parse(line);
    if (!isObject(message) || message.method !== undefined) return line;
    if (isObject(message.result) && typeof message.result.protocolVersion === 'string') {
      hasBatches = message.result.protocolVersion === lastWithBatches;
      isOpening = false;
    }
    const batch = open.find(({ left }) => left.has(message.id));
    if (batch === undefined) return line;
    batch.left.delete(message.id);
    batch.answers.push(message);
    return closed(batch);
  });
  const send = (text: string | null): null => {
    if (text !== null) output.push(`${text}\n`);
    return null;
  };
  const refuse = (error: object): null => send(JSON.stringify(error));

  function cancel({ method, params }: Message): void {
    if (method !== 'notifications/cancelled' || !isObject(params)) return;
    const { requestId } = params;
    const batch = open.find(({ left }) => left.has(requestId));
    if (batch === undefined) return;
    batch.left.delete(requestId);
    send(closed(batch));
  }

  function take(list: readonly unknown[]): string | null {
    if (!hasBatches)
      return refuse(
        failure(-32600, `Invalid request: only protocol version ${lastWithBatches} has batches.`),
      );
    if (list.length === 0) return refuse(failure(-32600, 'Invalid request: the batch is empty.'));
    const messages = list.filter(isMessage);
    const ids = messages.flatMap(({ id, method }) => (method === undefined || id === undefined ? [] : [id]));
    const isTaken = (id: unknown) => open.some(({ left }) => left.has(id));
    if (new Set(ids).size < ids.length || ids.some(isTaken))
      return refuse(failure(-32600, 'Invalid request: two requests that are not answered have the same id.'));
    const strays = list.filter((one) => !isMessage(one)).map(refusalOf);
    const batch: Batch = { left: new Set<unknown>(ids), answers: [...strays] };
    open.push(batch);
    for (const message of messages) cancel(message);
    if (messages.length === 0 || ids.length === 0) send(closed(batch));
    return messages.length === 0 ? null : messages.map((one) => JSON.stringify(one)).join('\n');
  }

  const input = lineTransform(
    (line) => {
      if (line.trim() === '') return null;
      const message = parse(line);
      if (message === undefined) return refuse(failure(-32700, 'Parse error: the line is not JSON.'));
      if (Array.isArray(message)) return take(message);
      if (!isMessage(message)) return refuse(refusalOf(message));
      // A client may send more before it has the answer, which then tells the revision for good.
      if (message.method === 'initialize' && isObject(message.params)) {
        hasBatches = message.params.protocolVersion === lastWithBatches;
        isOpening = true;
      }
      cancel(message);
      return line;
    },
    () => refuse(failure(-32700, `Parse error: a line has more than ${longestLine} bytes.`)),
  );
  return { input, output };
}

/**
 * A stream that hands each line to a function and gives on what that answers; nothing for null. Of a line that is too long nothing is kept but that it was there.
 */
function lineTransform(each: (line: string) => string | null, tooLong: () => null = () => null): Transform {
  let parts: Buffer[] = [];
  let length = 0;
  let first = true;
  const take = (stream: Transform, rest: Buffer) => {
    const isTooLong = length + rest.length > longestLine;
    const text = isTooLong ? '' : Buffer.concat([...parts, rest]).toString('utf8');
    parts = [];
    length = 0;
    const line = first ? text.replace(/^\uFEFF/, '') : text;
    first = false;
    const given = isTooLong ? tooLong() : each(line.replace(/\r$/, ''));
    if (given !== null) stream.push(`${given}\n`);
  };
  return new Transform({
    decodeStrings: true,
    transform(chunk: Buffer, _encoding, done) {
      let rest = chunk;
      for (let at = rest.indexOf(10); at >= 0; at = rest.indexOf(10)) {
        take(this, rest.subarray(0, at));
        rest = rest.subarray(at + 1);
      }
      length += rest.length;
      if (length > longestLine) parts = [];
      else if (rest.length > 0) parts.push(rest);
      done();
    },
  });
}
