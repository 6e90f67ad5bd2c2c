import { limits } from '../../limits/fixed-limits.js';

/** How much a JSON text holds, found without building any of it. */
export interface JsonSize {
  /** Levels of objects and lists. */
  readonly depth: number;
  /** Values of any kind, give or take empty lists and objects. */
  readonly values: number;
}

const quote = 0x22;
const backslash = 0x5c;

/** Looks at each character once. Of a text that is no JSON the numbers mean nothing. */
export function measureJson(text: string): JsonSize {
  let depth = 0;
  let deepest = 0;
  let values = 1;
  for (let index = 0; index < text.length; index += 1) {
    switch (text.charCodeAt(index)) {
      case quote:
        for (index += 1; index < text.length; index += 1) {
          const code = text.charCodeAt(index);
          if (code === quote) break;
          if (code === backslash) index += 1;
        }
        break;
      case 0x5b: // [
      case 0x7b: // {
        depth += 1;
        values += 1;
        if (depth > deepest) deepest = depth;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth -= 1;
        break;
      case 0x2c: // ,
        values += 1;
    }
  }
  return { depth: deepest, values };
}

/** What takes the place of a value that lies too deep. */
export const tooDeepText = `[left out: nested more than ${limits.depth} levels deep]`;

/** The same value without what lies deeper than so many levels. */
export function cutDepth(value: unknown, levels: number = limits.depth): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (levels === 0) return tooDeepText;
  if (Array.isArray(value)) return value.map((item) => cutDepth(item, levels - 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cutDepth(item, levels - 1)]));
}
