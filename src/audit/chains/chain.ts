import { createHash, createHmac } from 'node:crypto';
import * as z from 'zod';

/** What every line of the log carries besides its event. */
export interface ChainLink {
  readonly seq: number;
  /** Hash of the line before; that of the very first is all zeros. */
  readonly prev: string;
  readonly hash: string;
  /** Whether a record of the log's end was kept when the line was written; not in the oldest logs. */
  readonly head: boolean;
}

/** Where a chain stands. */
export type ChainPosition = Pick<ChainLink, 'seq' | 'hash'>;

/** A line of the log without its place in the chain. */
export type AuditEvent = Readonly<Record<string, unknown>>;

export const origin: ChainPosition = { seq: 0, hash: '0'.repeat(64) };

const linkShape = z.looseObject({
  seq: z.int().min(1),
  prev: z.string().length(64),
  hash: z.string().length(64),
  head: z.literal(true).optional(),
});

/** Longest line in bytes, for who writes and who reads: what cannot be read back stops the log for everybody. */
export const maxLineBytes = 1_048_576;
/** Of these, what number, hashes and marks may take. */
const linkBytes = 1_000;

/** With a key nobody without it can forge a chain; without one a chain only shows changes made by accident or in part. */
export function digest(text: string, key: string | null): string {
  return (key === null ? createHash('sha256') : createHmac('sha256', key)).update(text).digest('hex');
}

const bytesOf = (text: string) => Buffer.byteLength(text);

/** Fits an event into a line: of what is too long, the largest member first, only length and hash are kept. */
function bounded(event: object): object {
  const maxBytes = maxLineBytes - linkBytes;
  let bytes = bytesOf(JSON.stringify(event));
  if (bytes <= maxBytes) return event;
  const members = Object.entries(event).map(([name, value]) => ({ name, text: JSON.stringify(value) ?? '' }));
  const replaced: [string, string][] = [];
  for (const { name, text } of members.sort((a, b) => bytesOf(b.text) - bytesOf(a.text))) {
    if (bytes <= maxBytes) break;
    const fingerprint = `${bytesOf(text)} bytes, SHA-256 ${digest(text, null)}`;
    replaced.push([name, fingerprint]);
    bytes += bytesOf(JSON.stringify(fingerprint)) - bytesOf(text);
  }
  if (bytes > maxBytes) throw new Error('an event has too many members for a line of the audit log');
  return { ...event, ...Object.fromEntries(replaced) };
}

const hashMember = (hash: string) => `,"hash":"${hash}"}`;

/** The next line of the log, without its line break: the hash covers everything before itself. */
export function nextLine(
  event: object,
  after: ChainPosition,
  key: string | null,
): { line: string; link: ChainLink } {
  const position = { seq: after.seq + 1, prev: after.hash, head: true };
  const body = JSON.stringify({ ...position, ...bounded(event) });
  const hash = digest(body, key);
  return { line: `${body.slice(0, -1)}${hashMember(hash)}`, link: { ...position, hash } };
}

export type LineCheck =
  | { readonly ok: true; readonly link: ChainLink; readonly event: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly problem: string };

/** Checks one line against the line before; `after` null accepts any start, as that of a rotated file. */
export function checkLine(line: string, after: ChainPosition | null, key: string | null): LineCheck {
  if (bytesOf(line) > maxLineBytes) {
    return { ok: false, problem: `is longer than the ${maxLineBytes} bytes that a line may have` };
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return { ok: false, problem: 'is not a line of JSON' };
  }
  const link = linkShape.safeParse(parsed);
  if (!link.success) return { ok: false, problem: 'has no place in the chain' };
  const { hash, head, ...body } = link.data;
  // The text itself, and not what was read from it: reading drops members such as "__proto__".
  const end = hashMember(hash);
  if (!line.endsWith(end) || digest(`${line.slice(0, -end.length)}}`, key) !== hash) {
    return { ok: false, problem: 'was changed after it was written' };
  }
  if (after !== null && body.seq !== after.seq + 1) {
    return {
      ok: false,
      problem: `has the number ${body.seq} and follows ${after.seq}: lines were removed or moved`,
    };
  }
  if (after !== null && body.prev !== after.hash) {
    return { ok: false, problem: 'does not continue the line before it: lines were removed or moved' };
  }
  return { ok: true, link: { seq: body.seq, prev: body.prev, hash, head: head === true }, event: body };
}
