import { randomBytes } from 'node:crypto';
import { clean } from '../text.js';
import { tools } from '../tools/index.js';

const words = tools.flatMap((tool) => (tool.mutates ? [tool.confirmToken] : []));
const anyWord = new RegExp(`\\b(?:${words.join('|')})\\b`, 'g');

/**
 * Visible text in which no confirm token stands: whoever wrote it into the tenant must not be able to hand
 * one to a model. `DELETE_ENTITY` is shown as `DELETE-ENTITY`.
 */
export const disarm = (text: string): string =>
  clean(text).replace(anyWord, (word) => word.replaceAll('_', '-'));

/**
 * Text from the tenant stands between two lines with a marker that nobody who wrote it could know, so that
 * nothing in it can pass for a word of this server. The lines must be disarmed where they are the tenant's.
 */
export function between(lines: readonly string[]): string[] {
  const marker = randomBytes(4).toString('hex');
  return [`<data-${marker}>`, ...lines, `</data-${marker}>`];
}

export const tenantData = (lines: readonly string[]): string[] => between(lines.map(disarm));

/** Notes name records and labels of the tenant, so they stand with its data. */
export const notes = (list: readonly string[]): string[] => list.map((note) => `Note: ${note}`);
