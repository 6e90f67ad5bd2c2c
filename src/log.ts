/**
 * Logging goes to stderr, one line per message, because stdout belongs to the protocol. Every line passes
 * the redactor, so that a secret which found its way into a message does not find its way out.
 */

import { createRedactor } from './redact.js';

export { createRedactor, type Redact } from './redact.js';

export const logLevels = ['debug', 'info', 'warning', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];
/** `simple` is for people, `json` one object per line for programs that collect logs. */
export const logFormats = ['simple', 'json'] as const;
export type LogFormat = (typeof logFormats)[number];
export type Log = (level: LogLevel, message: string) => void;

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
