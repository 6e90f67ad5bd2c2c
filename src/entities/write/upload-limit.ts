import type { Row } from '../../client/types.js';
import { AutotaskError } from '../../errors.js';

/** Largest file, in bytes: Autotask's own limit for its API lies between 6 and 7 MB. */
export const mostFileBytes = 6_000_000;

/** Length of the file that a record to create carries; 0 when it carries none. */
export const fileBytes = (body: Row): number =>
  typeof body.data === 'string' ? Buffer.byteLength(body.data, 'base64') : 0;

/** Bytes of files that Autotask takes in five minutes. Beyond them it refuses all files for as long. */
const mostBytes = 10_000_000;
const windowMs = 5 * 60_000;

/** Counts what this server sends, so that a file too many is refused here and does not lock the others out. */
export function createUploadLimit(now: () => number = Date.now) {
  let sent: { readonly at: number; readonly bytes: number }[] = [];

  /** Throws when so many bytes more would be too many. */
  function check(bytes: number): void {
    sent = sent.filter(({ at }) => at > now() - windowMs);
    const before = sent.reduce((sum, upload) => sum + upload.bytes, 0);
    if (bytes === 0 || before + bytes <= mostBytes) return;
    let left = before;
    const frees = sent.find((upload) => {
      left -= upload.bytes;
      return left + bytes <= mostBytes;
    });
    throw new AutotaskError(
      'limited',
      `Autotask takes 10,000,000 bytes of files in five minutes; ${before} were sent and this file has ${bytes}. Nothing was sent.`,
      { retryAfter: Math.ceil(((frees?.at ?? now()) + windowMs - now()) / 1000), actor: 'server' },
    );
  }

  return {
    check,
    /** The same for a file that is sent now. */
    take(bytes: number): void {
      check(bytes);
      if (bytes > 0) sent.push({ at: now(), bytes });
    },
  };
}

export type UploadLimit = ReturnType<typeof createUploadLimit>;
