import { createHash, createHmac } from 'node:crypto';
import * as z from 'zod';

/** What every line of the log carries besides its event. */
export interface Link {
  readonly seq: number;
  /** Hash of the line before; that of the very first is all zeros. */
  readonly prev: string;
  readonly hash: string;
}

/** Where a chain stands. */
export type Point = Pick<Link, 'seq' | 'hash'>;

export const origin: Point = { seq: 0, hash: '0'.repeat(64) };

const linkShape = z.looseObject({
  seq: z.int().min(1),
  prev: z.string().length(64),
  hash: z.string().length(64),
});

/** With a key nobody without it can forge a chain; without one a chain only shows changes made by accident or in part. */
export function digest(text: string, key: string | null): string {
  return (key === null ? createHash('sha256') : createHmac('sha256', key)).update(text).digest('hex');
}

/** The next line of the log, without its line break: the hash covers everything before itself. */
export function seal(event: object, after: Point, key: string | null): { line: string; link: Link } {
  const body = { seq: after.seq + 1, prev: after.hash, ...event };
  const hash = digest(JSON.stringify(body), key);
  return { line: JSON.stringify({ ...body, hash }), link: { seq: body.seq, prev: body.prev, hash } };
}

export type Checked =
  | { readonly ok: true; readonly link: Link; readonly event: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly problem: string };

/** Checks one line against the line before; `after` null accepts any start, as that of a rotated file. */
export function check(line: string, after: Point | null, key: string | null): Checked {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return { ok: false, problem: 'is not a line of JSON' };
  }
  const link = linkShape.safeParse(parsed);
  if (!link.success) return { ok: false, problem: 'has no place in the chain' };
  const { hash, ...body } = link.data;
  if (JSON.stringify({ ...body, hash }) !== line || digest(JSON.stringify(body), key) !== hash) {
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
  return { ok: true, link: { seq: body.seq, prev: body.prev, hash }, event: body };
}
