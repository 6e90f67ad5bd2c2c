/**
 * The boundary that every text passes before it leaves this process: answers, errors, resources, progress, questions
 * and log messages to the client, refusals over HTTP, lines of the log, what commands print. Four steps, in this order:
 *
 * 1. cut: a long text is read in parts, and beyond its bound not at all;
 * 2. clean: line ends are made plain, and what nobody sees is taken out;
 * 3. redact: secrets of this server are replaced. It is the last step that looks at what a text says, and it comes after
 *    cleaning, so that nothing can hide in a secret; a secret that a cut goes through is found in both its parts;
 * 4. fence: the marks around text of the tenant, and the `> ` before its further lines. It adds only what is this
 *    server's own, so that nothing in a text or in a secret can stand for a mark.
 *
 * Whoever renders an answer writes stand-ins for the marks. Each step takes time in proportion to the text. The audit
 * log is no text for a reader but a record that a write can be made from again: there secrets are replaced and nothing else.
 */

import { randomBytes } from 'node:crypto';
import type { Redact } from './redact.js';
import { clean, cutMark, wholeEnd } from './text.js';

/** Nobody outside this process knows it, so that no text can hold a stand-in. */
const nonce = randomBytes(16).toString('hex');
const standIns = new RegExp(`${nonce}([ble])`);

/** Begins a fence. */
export const fenceBegin = `${nonce}b`;
/** Begins a line in a fence: a text of several lines is quoted from its second on. Elsewhere lines stand as they are. */
export const fenceLine = `${nonce}l`;
/** Ends the fence that was begun last. */
export const fenceEnd = `${nonce}e`;

/** Characters of a text that are looked at in one go, … */
const partLength = 50_000;
/** … and of its neighbours: no secret is longer, however it is written. */
const margin = 10_000;

/** So short a text is looked at whole and lets nobody wait: nearly all are, and a generator for each is slow. */
const shortLength = 1_000;

const isShort = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= shortLength && !standIns.test(value);

/** Characters of one text that leave at all: more than all answers of Autotask that one call may keep. */
const mostCharacters = 32_000_000;

const turn = () => new Promise((resolve) => setImmediate(resolve));

export interface TextBoundary {
  /** A text as it may leave, at most `most` characters of it. */
  text(text: string, most?: number): string;
  /**
   * Cleaned and redacted, a part of a text that is not read as a whole. A secret shows at neither of its ends. It lets
   * other work go on, as `value` does.
   */
  part(text: string, from: number, until: number): Promise<string>;
  /**
   * Every text in a value of JSON; members named in `keeps` stay as they are. It lets other work go on between parts of
   * a long one.
   */
  value(value: unknown, keeps?: ReadonlySet<string>): Promise<unknown>;
}

export function textBoundary(redact: Redact): TextBoundary {
  /** Steps 1 to 3 for a part of a text. */
  const safe = (text: string, from: number, until: number): string => {
    const before = clean(text.slice(wholeEnd(text, Math.max(0, from - margin)), from));
    const own = clean(text.slice(from, until));
    const after = clean(text.slice(until, wholeEnd(text, until + margin)));
    return redact.part(before + own + after, before.length, before.length + own.length);
  };

  /** All four steps, part by part. */
  function* leaving(text: string, most: number): Generator<string> {
    const cut = wholeEnd(text, most);
    let position = 0;
    let mark: string | null = null;
    let quotes = false;
    for (const [index, piece] of text.split(standIns).entries()) {
      if (index % 2 === 1) {
        if (piece === 'b') mark = randomBytes(4).toString('hex');
        quotes = piece === 'l';
        yield piece === 'l' ? '\n' : `<${piece === 'b' ? '' : '/'}data-${mark ?? ''}>`;
        if (piece === 'e') mark = null;
        position += nonce.length + 1;
        continue;
      }
      for (let from = 0; from < piece.length && position + from < cut; ) {
        const until = wholeEnd(piece, Math.min(from + partLength, cut - position));
        const shown = safe(piece, from, until);
        yield quotes ? shown.replaceAll('\n', '\n> ') : shown;
        from = until;
      }
      position += piece.length;
      if (position >= cut) break;
    }
    if (cut < text.length) yield cutMark(text.length);
    if (mark !== null) yield `\n</data-${mark}>`;
  }

  let unyielded = 0;
  const isTurn = (): boolean => {
    if (unyielded < partLength) return false;
    unyielded = 0;
    return true;
  };
  const shortText = (text: string): string => {
    unyielded += text.length;
    return safe(text, 0, text.length);
  };
  /** Gives way after each long part of what it goes through. */
  function* valueInParts(given: unknown, keeps: ReadonlySet<string>): Generator<void, unknown> {
    if (typeof given === 'string') {
      const parts: string[] = [];
      for (const part of leaving(given, mostCharacters)) {
        parts.push(part);
        unyielded += part.length;
        if (isTurn()) yield;
      }
      return parts.join('');
    }
    if (typeof given !== 'object' || given === null) return given;
    if (Array.isArray(given)) {
      const items: unknown[] = [];
      for (const inner of given) {
        items.push(isShort(inner) ? shortText(inner) : yield* valueInParts(inner, keeps));
        if (isTurn()) yield;
      }
      return items;
    }
    const members: [string, unknown][] = [];
    for (const [name, inner] of Object.entries(given)) {
      const kept = keeps.has(name);
      members.push([
        name,
        kept ? inner : isShort(inner) ? shortText(inner) : yield* valueInParts(inner, keeps),
      ]);
      if (isTurn()) yield;
    }
    return Object.fromEntries(members);
  }

  return {
    text: (text, most = mostCharacters) => [...leaving(text, most)].join(''),
    async part(text, from, until) {
      const parts: string[] = [];
      for (let at = from; at < until; ) {
        const end = Math.min(until, wholeEnd(text, at + partLength));
        parts.push(safe(text, at, end));
        at = end;
        if (at < until) await turn();
      }
      return parts.join('');
    },
    async value(given, keeps = new Set()) {
      const parts = valueInParts(given, keeps);
      let step = parts.next();
      for (; step.done !== true; step = parts.next()) await turn();
      return step.value;
    },
  };
}
