/** Takes the secrets of this server out of a text. Its time grows with the length of the text and no faster. */
export interface Redact {
  (text: string): string;
  /** The same for a part of a text, as far as a secret lies in it. One that began before it is left out. */
  part(text: string, from: number, until: number): string;
}

const replacement = '[redacted]';

/** Shorter values are no secrets, and hiding them would hide half of every message. */
const minSecretLength = 3;

/** So many characters of a secret that was cut in two are one. */
const minPartLength = 4;

/** How often a text is decoded: an escape within an escape within an escape. */
const maxDecodings = 8;

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  plus: '+',
  commat: '@',
};

/**
 * One encoded character, however often its own encoding was encoded again, or characters that nobody sees.
 * No two of its repetitions can match the same text, so that it never goes back over a long one. The first form is
 * one that a cut went through: it stands for nothing, and what stands before it may be the beginning of a secret.
 */
const encoded =
  /(?:\\+u?[0-9a-f]{0,3}|%(?:25)*[0-9a-f]?|&(?:amp;)*#?x?[0-9a-z]{0,7})(?=…)|\\+(?:u([0-9a-f]{4}))?|%(?:25)*([0-7][0-9a-f])|((?:%(?:25)*[89a-f][0-9a-f])+)|&(?:amp;)*(?:#0*([0-9]{1,7})|#x0*([0-9a-f]{1,6})|(amp|lt|gt|quot|apos|plus|commat));|[\p{Cf}\p{Default_Ignorable_Code_Point}]|[^\P{Cc}\n\t\r]/giu;

function characterOf([, unit, ascii, high, decimal, hex, name]: RegExpMatchArray): string {
  if (unit !== undefined || ascii !== undefined) {
    return String.fromCharCode(Number.parseInt(unit ?? ascii ?? '', 16));
  }
  if (high !== undefined) return Buffer.from(high.replace(/%(?:25)*/g, ''), 'hex').toString('utf8');
  if (name !== undefined) return entities[name.toLowerCase()] ?? '';
  if (decimal === undefined && hex === undefined) return '';
  const point = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
  return point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd';
}

/** A text with the place in the first one that each of its characters comes from. */
interface Decoded {
  readonly text: string;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/** The text with each encoded character decoded once; null when there is none. */
function decode(from: { readonly text: string } & Partial<Decoded>): Decoded | null {
  const { text } = from;
  const starts = new Uint32Array(text.length);
  const ends = new Uint32Array(text.length);
  const parts: string[] = [];
  let length = 0;
  let done = 0;
  const append = (characters: string, start: number, end: number) => {
    parts.push(characters);
    for (let index = 0; index < characters.length; index++) {
      starts[length] = start;
      ends[length++] = end;
    }
  };
  const startOf = (index: number) => from.starts?.[index] ?? index;
  const endOf = (index: number) => from.ends?.[index] ?? index + 1;
  /** Backslashes belong to the character after them, so that what is left is still valid JSON. */
  let escaped: number | null = null;
  const copy = (until: number) => {
    if (until === done) return;
    parts.push(text.slice(done, until));
    for (; done < until; done++) {
      starts[length] = escaped ?? startOf(done);
      ends[length++] = endOf(done);
      escaped = null;
    }
  };
  for (const match of text.matchAll(encoded)) {
    const { index } = match;
    copy(index);
    done = index + match[0].length;
    const characters = characterOf(match);
    if (characters !== '') {
      append(characters, escaped ?? startOf(index), endOf(done - 1));
      escaped = null;
    } else if (match[0].startsWith('\\')) escaped ??= startOf(index);
  }
  if (done === 0 && parts.length === 0) return null;
  copy(text.length);
  const decoded = parts.join('');
  return decoded === text ? null : { text: decoded, starts, ends };
}

/** Every text that decoding a text in turn leads through, the text first. */
function* levelsOf(text: string): Generator<{ readonly text: string } & Partial<Decoded>> {
  let level: ({ readonly text: string } & Partial<Decoded>) | null = { text };
  for (let count = 0; level !== null && count <= maxDecodings; count++) {
    yield level;
    level = decode(level);
  }
}

/** The part of a secret's base64 that does not depend on what surrounds it, for each alignment to 3 bytes. */
function base64Cores(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2]
    .map((shift) => {
      const base64 = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
      return base64.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
    })
    .filter((core) => core.length >= 4)
    .flatMap((core) => [core, core.replaceAll('+', '-').replaceAll('/', '_')]);
}

const literally = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** Stands where a text was cut, see `cutMark`: what stands before it may be half a secret. */
const truncationMark = /…/g;

type Range = readonly [start: number, end: number];

const asRedact = (part: Redact['part']): Redact =>
  Object.assign((text: string) => part(text, 0, text.length), { part });

/**
 * Answers a function that replaces every secret by `[redacted]`: as it is, URL-encoded, JSON- or
 * HTML-escaped, also several times over and mixed, base64 at any alignment (`user:secret` as one), with
 * characters between that nobody sees, and the beginning of one that was cut off. Case is ignored, since
 * servers echo user names in their own spelling.
 */
export function createRedactor(secrets: readonly string[]): Redact {
  const known = [...new Set(secrets)].filter((secret) => secret.length >= minSecretLength);
  if (known.length === 0) return asRedact((text, from, until) => text.slice(from, until));
  // Many are made at start that never see a text.
  let part: Redact['part'] | undefined;
  return asRedact((text, from, until) => {
    part ??= partRedactor(known);
    return part(text, from, until);
  });
}

function partRedactor(known: readonly string[]): Redact['part'] {
  const plain = known.flatMap((secret) => [
    ...[...levelsOf(secret)].map(({ text }) => text),
    secret.replaceAll(' ', '+'),
  ]);
  const longEnough = [...new Set(plain)].filter((text) => text.length >= minSecretLength);
  const cores = [...new Set(known.flatMap(base64Cores))];
  const pattern = [
    ...longEnough.map((text) => ({ text, after: '' })),
    ...cores.map((text) => ({ text, after: '={0,2}' })),
  ]
    .sort((a, b) => b.text.length - a.text.length)
    .map(({ text, after }) => `${literally(text)}${after}`)
    .join('|');
  const secretPattern = new RegExp(pattern, 'gi');
  const lower = [...longEnough, ...cores].map((text) => text.toLowerCase());

  /** What the beginnings of secrets end with: most cuts are told from those of a secret by one look. */
  const tails = new Set(
    lower.flatMap((secret) =>
      [...secret.slice(minPartLength)].map((_, index) => secret.slice(index, index + minPartLength)),
    ),
  );

  /** The beginning of a secret that ends at a cut; null when there is none. */
  function partBefore(text: string, end: number): Range | null {
    // What is left of an encoded character of several bytes that was cut.
    const cut = end - (/\ufffd{1,3}$/.exec(text.slice(Math.max(0, end - 3), end))?.[0].length ?? 0);
    if (!tails.has(text.slice(Math.max(0, cut - minPartLength), cut).toLowerCase())) return null;
    let longest = 0;
    for (const secret of lower) {
      for (
        let size = Math.min(secret.length - 1, cut);
        size >= Math.max(minPartLength, longest + 1);
        size--
      ) {
        if (text.slice(cut - size, cut).toLowerCase() === secret.slice(0, size)) longest = size;
      }
    }
    return longest === 0 ? null : [cut - longest, cut];
  }

  return (text, from, until) => {
    const found: Range[] = [];
    for (const { text: level, starts, ends } of levelsOf(text)) {
      const add = (start: number, end: number) =>
        found.push([starts?.[start] ?? start, ends?.[end - 1] ?? end]);
      for (const match of level.matchAll(secretPattern)) add(match.index, match.index + match[0].length);
      for (const { index } of level.matchAll(truncationMark)) {
        const part = partBefore(level, index);
        if (part !== null) add(...part);
      }
    }
    found.sort(([a], [b]) => a - b);
    const parts: string[] = [];
    let done = from;
    for (const [start, end] of found) {
      if (start >= until) break;
      if (start >= done) parts.push(text.slice(done, start), replacement);
      done = Math.max(done, end);
    }
    if (done < until) parts.push(text.slice(done, until));
    return parts.join('');
  };
}

/** Nothing is secret. */
export const redactNothing: Redact = createRedactor([]);
