import type { Credentials } from '../../src/sandbox/types.js';
import { forged } from './hostile.js';

export interface Row {
  readonly area: string;
  inputs: number;
  violations: number;
}

const shown = 5;

/** Counts inputs and violations by area, and prints the first violations of each kind. */
export function createTally(print: (line: string) => void) {
  const rows = new Map<string, Row>();
  const kinds = new Map<string, number>();
  const row = (area: string): Row => {
    const found = rows.get(area) ?? { area, inputs: 0, violations: 0 };
    rows.set(area, found);
    return found;
  };
  return {
    input(area: string, count = 1): void {
      row(area).inputs += count;
    },
    violation(area: string, kind: string, detail: string): void {
      row(area).violations += 1;
      const seen = (kinds.get(`${area} ${kind}`) ?? 0) + 1;
      kinds.set(`${area} ${kind}`, seen);
      if (seen <= shown) print(`VIOLATION in ${area}: ${kind}: ${detail.replace(/\s+/g, ' ').slice(0, 400)}`);
    },
    rows: (): readonly Row[] => [...rows.values()],
  };
}
export type Tally = ReturnType<typeof createTally>;

/** Invisible characters removed and simple encodings undone, as a reader with some patience would. */
function readable(text: string): string {
  const plain = text.replace(/\p{Cf}/gu, '').replace(/\\/g, '');
  return plain.replace(/%([0-9a-f]{2})/gi, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/**
 * What no output may hold, whatever was asked: a credential, a line that forges a field, characters that nobody sees,
 * a stack. A credential counts when it stands there in any case, plainly, with invisible characters or backslashes
 * in between, percent-encoded, or as base64 of user and secret; an encoding of another kind, which its writer would
 * have to explain, does not.
 */
export function outputProblems(text: string, { userName, secret, integrationCode }: Credentials): string[] {
  const problems: string[] = [];
  const pair = Buffer.from(`${userName}:${secret}`).toString('base64');
  const plain = readable(text).toLowerCase();
  for (const value of [secret, integrationCode, pair]) {
    if (plain.includes(value.toLowerCase())) problems.push(`holds a credential (${value.length} characters)`);
  }
  const line = new RegExp(`^[ \\t]*[A-Za-z]\\w*: ${forged}`, 'm');
  if (line.test(text.replace(/[\u2028\u2029\u0085]/g, '\n'))) problems.push('holds a forged field line');
  if (/[^\P{Cc}\n\r\t]|\p{Cf}/u.test(text)) problems.push('holds characters that nobody sees');
  if (/^\s+at .*\(.*:\d+:\d+\)$/m.test(text)) problems.push('holds a stack trace');
  return problems;
}

/** A refusal says what was wrong with which value, or what to do. */
export const isHelpful = (text: string): boolean =>
  text.trim().length > 20 &&
  !/\[object Object\]/.test(text) &&
  !/^(internal error|undefined|error)\.?$/i.test(text.trim());

/** Requests that would change something; those for a next page are sent as POST too. */
export const isWrite = ({ method, path }: { readonly method: string; readonly path: string }): boolean =>
  ['PATCH', 'PUT', 'DELETE'].includes(method) ||
  (method === 'POST' && !/\/query(\/|$)/i.test(path)) ||
  /\/Approve$/i.test(path);

/** The texts of an HTTP answer, without the ids of its messages, which JSON-RPC repeats as they were sent. */
export function textsOf(body: string): string {
  const texts: string[] = [];
  const collect = (value: unknown): void => {
    if (typeof value === 'string') texts.push(value);
    if (typeof value !== 'object' || value === null) return;
    for (const [name, inner] of Object.entries(value)) {
      if (!Array.isArray(value)) texts.push(name);
      collect(inner);
    }
  };
  for (const line of body.split('\n')) {
    const text = line.replace(/^data: /, '');
    try {
      const message: unknown = JSON.parse(text);
      for (const one of Array.isArray(message) ? message : [message]) {
        collect(typeof one === 'object' && one !== null ? { ...one, id: null } : one);
      }
    } catch {
      texts.push(text);
    }
  }
  return texts.join('\n');
}
