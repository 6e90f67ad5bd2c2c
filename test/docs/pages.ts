import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

/** The pages that are made from the running product. `npm run docs` writes them; without it they are compared. */
const write = process.env.UPDATE_DOCS === '1';

export const root = join(import.meta.dirname, '../..');

export const read = (page: string): string => readFileSync(join(root, page), 'utf8');

/** A page that is made as a whole. */
export function expectPage(page: string, text: string): void {
  if (write) writeFileSync(join(root, page), text);
  expect(existsSync(join(root, page)) ? read(page) : '', `${page} is out of date: npm run docs`).toBe(text);
}

/** The part of a page between `<!-- name -->` and `<!-- /name -->`. */
export function expectSection(page: string, name: string, text: string): void {
  const begin = `<!-- ${name} -->\n`;
  const end = `<!-- /${name} -->`;
  const whole = read(page);
  const from = whole.indexOf(begin);
  const to = whole.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${page} has lost its markers ${begin.trim()} and ${end}`);
  const start = from + begin.length;
  if (write) writeFileSync(join(root, page), `${whole.slice(0, start)}${text}${whole.slice(to)}`);
  else expect(whole.slice(start, to), `${page}, section ${name} is out of date: npm run docs`).toBe(text);
}

/** What differs from run to run and is not part of the story: markers, ports, times of the run. */
export const settle = (text: string): string =>
  text
    .replace(/<(\/?)data-[0-9a-f]{8}>/g, '<$1data-…>')
    .replace(/http:\/\/127\.0\.0\.1:\d+\//g, 'https://ww1.autotask.net/')
    .replace(/\d+ of (\d+) requests \([\d.]+ %\)/, '… of $1 requests (… %)')
    .replace(/has sent \d+ since/, 'has sent … since')
    .replace(/(createDateTime|lastActivityDate): \S+/g, '$1: …');

export const row = (...cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |\n`;

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  row(...head) + row(...head.map(() => '---')) + rows.map((cells) => row(...cells)).join('');
