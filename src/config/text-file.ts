import { systemCode } from '../errors.js';

/** A file that is not the text it should be; the message goes behind the name of the variable that names it. */
export class NotText extends Error {}

/**
 * The text of a file's bytes, as editors and PowerShell write it: UTF-8, or UTF-16 with its byte order mark. The
 * mark is no part of the text. Throws NotText for anything else, rather than taking it for other characters.
 */
export function textOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {
    // Bytes that are no characters.
  }
  throw new NotText('names a file that is not text: save it as UTF-8, or as UTF-16 with a byte order mark');
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'names a file that does not exist',
  EACCES: 'names a file that this user may not read',
  EISDIR: 'names a folder, not a file',
};

/** Why a file that a variable names was not read. Its path is not repeated: it may be the secret itself. */
export const whyUnread = (error: unknown): string =>
  error instanceof NotText
    ? error.message
    : (reasons[systemCode(error) ?? ''] ?? 'names a file that cannot be read');
