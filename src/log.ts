/**
 * Logging goes to stderr, one line per message, because stdout belongs to the protocol. Every line passes
 * the redactor, so that a secret which found its way into a message does not find its way out.
 */

export const logLevels = ['debug', 'info', 'warning', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];
/** `simple` is for people, `json` one object per line for programs that collect logs. */
export const logFormats = ['simple', 'json'] as const;
export type LogFormat = (typeof logFormats)[number];
export type Log = (level: LogLevel, message: string) => void;
export type Redact = (text: string) => string;

export interface LogSettings {
  /** Messages below this level are dropped. */
  readonly level: LogLevel;
  /** `simple` unless given. */
  readonly format?: LogFormat;
  /** Values that must never be written, in whatever encoding. */
  readonly secrets: readonly string[];
  /** Takes a finished line including its line break; stderr unless given. */
  readonly write?: (line: string) => void;
}

export function createLog({ level, format = 'simple', secrets, write = writeToStderr }: LogSettings): Log {
  const lowest = logLevels.indexOf(level);
  const redact = createRedactor(secrets);
  return (at, message) => {
    if (logLevels.indexOf(at) < lowest) return;
    const time = new Date().toISOString();
    const text = oneLine(redact(message));
    const line =
      format === 'json' ? JSON.stringify({ time, level: at, message: text }) : `${time} ${at} ${text}`;
    write(`${line}\n`);
  };
}

function writeToStderr(line: string): void {
  process.stderr.write(line);
}

/** Upstream text in a message must not forge further log lines or steer a terminal. */
function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (character) => {
    if (character === '\n') return '\\n';
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** Shorter values are no secrets, and hiding them would hide half of every message. */
const shortestSecret = 3;

/**
 * Answers a function that replaces every secret by `[redacted]`: as it is, URL-encoded, JSON- or
 * HTML-escaped, also several times over and mixed, and base64 at any alignment (`user:secret` as one).
 * Case is ignored, since servers echo user names in their own spelling.
 */
export function createRedactor(secrets: readonly string[]): Redact {
  const known = [...new Set(secrets)].filter((secret) => secret.length >= shortestSecret);
  if (known.length === 0) return (text) => text;
  const patterns = known
    .sort((a, b) => b.length - a.length)
    .flatMap((secret) => [
      encodable(secret),
      ...base64Cores(secret).map((core) => `${encodable(core)}={0,2}`),
    ]);
  const pattern = new RegExp(patterns.join('|'), 'gi');
  return (text) => text.replace(pattern, '[redacted]');
}

const entities: Readonly<Record<string, string>> = {
  '&': 'amp',
  '<': 'lt',
  '>': 'gt',
  '"': 'quot',
  "'": 'apos',
  '+': 'plus',
  '@': 'commat',
};

/** A pattern for a text of which each character may be encoded in any of the usual ways. */
function encodable(text: string): string {
  return [...text].map(encodableCharacter).join('');
}

function encodableCharacter(character: string): string {
  const bytes = [...Buffer.from(character)].map((byte) => byte.toString(16).padStart(2, '0'));
  const point = character.codePointAt(0) ?? 0;
  const units = character.split('').map((unit) => unit.charCodeAt(0).toString(16).padStart(4, '0'));
  const entity = entities[character];
  const forms = [
    `\\\\*${character.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')}`,
    bytes.map((byte) => `%(?:25)*${byte}`).join(''),
    units.map((unit) => `\\\\+u${unit}`).join(''),
    `&(?:amp;)*#0*${point};`,
    `&(?:amp;)*#x0*${point.toString(16)};`,
  ];
  if (entity !== undefined) forms.push(`&(?:amp;)*${entity};`);
  if (character === ' ') forms.push('\\+');
  // The two characters in which base64 and its URL form differ.
  if (character === '+') forms.push('-');
  if (character === '/') forms.push('_');
  return `(?:${forms.join('|')})`;
}

/** The part of a secret's base64 that does not depend on what surrounds it, for each alignment to 3 bytes. */
function base64Cores(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2]
    .map((shift) => {
      const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
      const first = Math.ceil((shift * 8) / 6);
      return encoded.slice(first, Math.floor(((shift + bytes.length) * 8) / 6));
    })
    .filter((core) => core.length >= 4);
}
