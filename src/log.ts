/**
 * Logging goes to stderr, one line per message, because stdout belongs to the protocol. Every line passes
 * the text boundary, so that a secret which found its way into a message does not find its way out.
 */

import { createRedactor } from './redact.js';
import { textBoundary } from './text-boundary.js';

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

/** Characters of a message; a longer one is of no more use to anybody. */
const maxMessageLength = 20_000;

export function createLog({ level, format = 'simple', secrets, write = writeToStderr }: LogSettings): Log {
  const lowest = logLevels.indexOf(level);
  const boundary = textBoundary(createRedactor(secrets));
  return (at, message) => {
    if (logLevels.indexOf(at) < lowest) return;
    const time = new Date().toISOString();
    const text = oneLine(boundary.text(message, maxMessageLength));
    const line =
      format === 'json' ? JSON.stringify({ time, level: at, message: text }) : `${time} ${at} ${text}`;
    write(`${line}\n`);
  };
}

function writeToStderr(line: string): void {
  process.stderr.write(line);
}

/** Upstream text in a message must not forge further log lines; what steers a terminal is gone already. */
const oneLine = (text: string): string => text.replaceAll('\n', '\\n').replaceAll('\t', '\\t');
