import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

export const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** One table in Markdown; texts are taken as they are. */
export const markdownTable = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [
    head,
    head.map(() => '---'),
    ...rows.map((cells) => cells.map((cell) => cell.replace(/(?<!\\)\|/g, '\\|'))),
  ]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');

/**
 * The text between `<!-- name -->` and `<!-- /name -->` in a document. `UPDATE_DOCS=1` on a test run puts
 * what is expected in its place, for somebody to look at and commit.
 */
export function documented(path: string, name: string, expected: string): string {
  const text = read(path);
  const [begin, end] = [`<!-- ${name} -->\n`, `\n<!-- /${name} -->`];
  const from = text.indexOf(begin) + begin.length;
  const to = text.indexOf(end, from);
  if (from < begin.length || to < 0) throw new Error(`${path} has no part ${name}`);
  if (process.env.UPDATE_DOCS === undefined) return text.slice(from, to);
  writeFileSync(join(root, path), text.slice(0, from) + expected + text.slice(to));
  return expected;
}

/** The same for a page that is made as a whole. */
export function documentedPage(path: string, expected: string): string {
  const file = join(root, path);
  if (process.env.UPDATE_DOCS === undefined) return existsSync(file) ? read(path) : '';
  writeFileSync(file, expected);
  return expected;
}

/** What differs from run to run and is not part of the story: markers, ports, times of the run. */
export const settle = (text: string): string =>
  text
    .replace(/<(\/?)data-[0-9a-f]{8}>/g, '<$1data-…>')
    .replace(/http:\/\/127\.0\.0\.1:\d+\//g, 'https://ww1.autotask.net/')
    .replace(/\d+ of (\d+) requests \([\d.]+ %\)/, '… of $1 requests (… %)')
    .replace(/cursor [0-9a-z._-]+ \(until \S+\)/, 'cursor … (until …)')
    .replace(/Receipt: w-[0-9a-f]{12}/g, 'Receipt: w-…')
    .replace(/(empty -> )\d{4}-\d\d-\d\dT[\d:]+Z/g, '$1…')
    .replace(/; \d+ of the hour's/g, "; … of the hour's")
    .replace(/has sent \d+ since/, 'has sent … since')
    .replace(/(ticketNumber: |^Ticket \d+: )T\d{8}\.\d{4}/gm, '$1T…')
    .replace(/(createDateTime|lastActivityDate): \S+/g, '$1: …');
