import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { read, root } from '../support/docs.js';

/** Symptoms in quotation marks are looked up by people who paste an error: they must be what the program says. */
const source = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
  .join('\n');

/** What npm, Node, a client or Autotask says; it stands in no file of ours. */
const elsewhere = [
  'spawn … ENOENT',
  'command not found',
  'Unsupported engine',
  'time entries that have been submitted',
];

const quoted = [...read('docs/troubleshooting.md').matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, symptom = '']) =>
  [...symptom.matchAll(/"([^"]+)"/g)].map(([, text = '']) => text),
);

it('quotes symptoms', () => {
  expect(quoted.length).toBeGreaterThan(10);
});

it.each(quoted.filter((text) => !elsewhere.includes(text)))('%s is said by the program', (text) => {
  for (const part of text
    .split('…')
    .map((piece) => piece.trim())
    .filter((piece) => piece !== ''))
    expect(source, part).toContain(part);
});
