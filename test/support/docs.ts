import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** One table in Markdown; texts are taken as they are. */
export const markdownTable = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/**
 * The text between `<!-- name -->` and `<!-- /name -->` in a document. `UPDATE_DOCS=1` on a test run puts
 * what is expected in its place, for somebody to look at and commit.
 */
export function documented(path: string, name: string, expected: string): string {
  const file = join(root, path);
  const text = readFileSync(file, 'utf8');
  const [begin, end] = [`<!-- ${name} -->\n`, `\n<!-- /${name} -->`];
  const from = text.indexOf(begin) + begin.length;
  const to = text.indexOf(end, from);
  if (from < begin.length || to < 0) throw new Error(`${path} has no part ${name}`);
  if (process.env.UPDATE_DOCS === undefined) return text.slice(from, to);
  writeFileSync(file, text.slice(0, from) + expected + text.slice(to));
  return expected;
}
