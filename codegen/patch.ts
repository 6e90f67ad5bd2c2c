import { createTwoFilesPatch } from 'diff';
import type { Difference } from './write.js';

const mostLines = 400;

function patchOf({ path, change, before, after }: Difference): string {
  const from = change === 'missing' ? '/dev/null' : `a/${path}`;
  const to = change === 'orphan' ? '/dev/null' : `b/${path}`;
  // An edit script longer than this takes minutes and nobody reads it.
  const patch = createTwoFilesPatch(from, to, before, after, undefined, undefined, {
    context: 2,
    headerOptions: { includeIndex: false, includeUnderline: false, includeFileHeaders: true },
    maxEditLength: 2000,
  });
  return patch ?? `--- ${from}\n+++ ${to}\n(rewritten: more than 2000 lines differ)\n`;
}

/** The patch that makes the first text of each difference the second, cut where nobody reads on. */
export function unifiedPatch(differences: readonly Difference[]): string {
  const lines: string[] = [];
  for (const [index, difference] of differences.entries()) {
    lines.push(...patchOf(difference).trimEnd().split('\n'));
    if (lines.length <= mostLines) continue;
    const left = differences.length - index - 1;
    const rest = left === 0 ? '' : `, and ${left} more files`;
    const cut = lines.length - mostLines;
    return `${lines.slice(0, mostLines).join('\n')}\n… ${cut} more lines${rest}\n`;
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}
