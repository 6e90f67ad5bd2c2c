import { createHash } from 'node:crypto';

/** What stands for the contents of a file: who has the file can tell whether it was this one. */
export function fingerprint(base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  return `${bytes.length} bytes, SHA-256 ${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Longest text of an argument in the log; what is cut is counted. */
const mostText = 4_000;

const secretName = /password|passwd|secret|token|api_?key|credential/i;

/**
 * Arguments as the log keeps them: without values of fields that the policy hides or whose name says that
 * they are secret, and with secrets of this server replaced. Of a file (`data`, when `isFile`) it keeps length
 * and hash.
 */
export function cleanArguments(
  value: unknown,
  hides: (name: string) => boolean,
  redact: (text: string) => string,
  isFile = false,
): unknown {
  if (typeof value === 'string') {
    const text = redact(value);
    return text.length > mostText ? `${text.slice(0, mostText)}… [${text.length} characters]` : text;
  }
  if (Array.isArray(value)) return value.map((item) => cleanArguments(item, hides, redact, isFile));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      hides(name) || secretName.test(name)
        ? '[removed]'
        : isFile && name === 'data' && typeof inner === 'string'
          ? fingerprint(inner)
          : cleanArguments(inner, hides, redact, isFile),
    ]),
  );
}
