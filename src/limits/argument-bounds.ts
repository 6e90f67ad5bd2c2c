/**
 * What anybody gives from outside has bounds before anything reads it: nothing is so long or so deep that reading it
 * takes longer than a call may, and no key of an object means something to the language.
 */

import { shorten } from '../text.js';
import { repeatedKey } from './repeated-key.js';

/** Names that every object of the language has or can be given; one of them as a key would vanish or do harm. */
const reserved = new Set(['__proto__', 'constructor', 'prototype']);

const maxDepth = 32;
/** An `in` list of as many ids goes out as 40 queries. */
const maxValues = 20_000;
const maxKeyLength = 500;

/** Characters that one text may have. */
export interface Bounds {
  readonly text: number;
  /** For texts under the key `data`, which hold the contents of files. */
  readonly file: number;
}

/** Names, labels and words of a query; nobody looks for more. */
export const readBounds: Bounds = { text: 10_000, file: 10_000 };
/** Autotask's longest text has 32,000 characters; a file has 7,000,000 bytes and a third more as base64. */
export const writeBounds: Bounds = { text: 100_000, file: 12_000_000 };

export interface Violation {
  readonly field: string;
  readonly problem: string;
}

const shown = (key: string) => JSON.stringify(shorten(key, 60));

/** What is wrong with a value that came from outside, and where; undefined when nothing is. `name` is its own. */
export function findViolation(value: unknown, name: string, bounds: Bounds): Violation | undefined {
  const pending: {
    readonly value: unknown;
    readonly field: string;
    readonly key: string;
    readonly depth: number;
  }[] = [{ value, field: name, key: name, depth: 0 }];
  let seen = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { field, key, depth } = next;
    const bad = (problem: string): Violation => ({ field: field === '' ? 'arguments' : field, problem });
    seen += 1;
    if (seen > maxValues)
      return { field: name === '' ? 'arguments' : name, problem: `holds more than ${maxValues} values` };
    if (typeof next.value === 'string') {
      const most = key === 'data' ? bounds.file : bounds.text;
      if (next.value.length > most)
        return bad(`has ${next.value.length} characters; at most ${most} are read`);
    }
    if (typeof next.value !== 'object' || next.value === null) continue;
    if (depth >= maxDepth) return bad(`is nested more than ${maxDepth} deep`);
    const isList = Array.isArray(next.value);
    for (const [inner, content] of Object.entries(next.value)) {
      if (!isList && reserved.has(inner)) return bad(`${JSON.stringify(inner)} is no name for anything here`);
      if (inner.length > maxKeyLength)
        return bad(`${shown(inner)} is no name: it has ${inner.length} characters`);
      const path = isList ? `${field}[${inner}]` : field === '' ? inner : `${field}.${shorten(inner, 60)}`;
      pending.push({ value: content, field: path, key: isList ? key : inner, depth: depth + 1 });
      if (pending.length > maxValues) break;
    }
  }
  return undefined;
}

/** Reads JSON text that stands in an argument. Throws a SyntaxError that says what is wrong. */
export function readJson(text: string, bounds: Bounds = readBounds): unknown {
  const value: unknown = JSON.parse(text);
  const found = findViolation(value, '', bounds);
  if (found !== undefined) throw new SyntaxError(`${found.field}: ${found.problem}`);
  const twice = repeatedKey(text);
  if (twice !== undefined) throw new SyntaxError(`${shown(twice)} is given twice`);
  return value;
}
