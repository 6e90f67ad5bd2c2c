import { createHash } from 'node:crypto';
import * as z from 'zod';

/** What stands for the contents of a file: who has the file can tell whether it was this one. */
function fingerprint(base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  return `${bytes.length} bytes, SHA-256 ${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Longest text of a value in the log; what is cut is counted. */
const maxTextLength = 4_000;

const secretName = /password|passwd|secret|token|api_?key|credential/i;

const udfList = z.array(z.object({ name: z.string(), value: z.unknown() }));

export interface Cleaning {
  /** Whether the policy hides a field of this name. */
  readonly hides: (name: string) => boolean;
  /** Takes the secrets of this server out of a text. */
  readonly redact: (text: string) => string;
  /** Whether `data` holds the contents of a file. */
  readonly isFile: boolean;
}

/**
 * A value as the log keeps it: nothing of fields that the policy hides or whose name says that they are secret,
 * length and hash of a file, long texts cut, secrets of this server replaced.
 */
export function cleanValue(name: string, value: unknown, { hides, redact, isFile }: Cleaning): unknown {
  if (value === null) return null;
  if (hides(name) || secretName.test(name)) return '[removed]';
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  const given = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  if (isFile && name === 'data') return fingerprint(given);
  const text = redact(given);
  return text.length > maxTextLength ? `${text.slice(0, maxTextLength)}… [${text.length} characters]` : text;
}

/** A body as it is sent, with each of its values as the log keeps it. */
export function cleanBody(
  body: Readonly<Record<string, unknown>>,
  cleaning: Cleaning,
): Record<string, unknown> {
  const clean = (name: string, value: unknown) => {
    const udfs = name === 'userDefinedFields' ? udfList.safeParse(value).data : undefined;
    if (udfs === undefined) return cleanValue(name, value, cleaning);
    return udfs.map((udf) => ({ name: udf.name, value: cleanValue(udf.name, udf.value, cleaning) }));
  };
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, clean(name, value)]));
}
