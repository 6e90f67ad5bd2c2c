import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { read, root } from '../support/docs.js';

/** Every page in the repository that people read. */
const pages = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
  .map((entry) => relative(root, join(entry.parentPath, entry.name)))
  .filter((path) => !/(^|\/)(node_modules|dist|golden|\.git)\//.test(path));

const withoutCode = (text: string) => text.replace(/^(```|~~~)[\s\S]*?^\1/gm, '').replace(/`[^`\n]*`/g, '');

/** The anchor that the usual viewers make of a heading. */
const anchorOf = (heading: string) =>
  heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[`*]/g, '')
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');

function anchorsOf(page: string): Set<string> {
  const seen = new Map<string, number>();
  const anchors = new Set<string>();
  const text = read(page).replace(/^(```|~~~)[\s\S]*?^\1/gm, '');
  for (const [, heading] of text.matchAll(/^#{1,6} (.+)$/gm)) {
    const anchor = anchorOf(heading ?? '');
    const count = seen.get(anchor) ?? 0;
    seen.set(anchor, count + 1);
    anchors.add(count === 0 ? anchor : `${anchor}-${count}`);
  }
  for (const [, id] of read(page).matchAll(/<a (?:id|name)="([^"]+)"/g)) anchors.add(id ?? '');
  return anchors;
}

const linksOf = (page: string) =>
  [...withoutCode(read(page)).matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? '');

/** Why a link leads nowhere, or undefined. Addresses on the web are only checked for their form. */
function fault(page: string, target: string): string | undefined {
  if (/^[a-z]+:/i.test(target))
    return /^(https:\/\/|mailto:)\S+$/.test(target) ? undefined : 'no https address';
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : relative(root, join(root, dirname(page), path));
  if (file.startsWith('..')) return 'leaves the repository';
  if (!existsSync(join(root, file))) return 'there is no such file';
  if (anchor === undefined || statSync(join(root, file)).isDirectory()) return undefined;
  return file.endsWith('.md') && !anchorsOf(file).has(anchor) ? 'there is no such heading' : undefined;
}

describe('links', () => {
  it('has pages to look at', () => {
    expect(pages).toContain('README.md');
    expect(pages.length).toBeGreaterThan(10);
  });
  it.each(pages)('%s leads somewhere with every link', (page) => {
    const broken = linksOf(page).flatMap((target) => {
      const why = fault(page, target);
      return why === undefined ? [] : [`${target}: ${why}`];
    });
    expect(broken).toEqual([]);
  });
  it('lead from the README to every page of docs/', () => {
    const targets = linksOf('README.md').map((target) => target.split('#')[0]);
    const inDocs = pages.filter((page) => /^docs\/[^/]+\.md$/.test(page));
    expect(inDocs.length).toBeGreaterThan(10);
    expect(inDocs.filter((page) => !targets.includes(page))).toEqual([]);
  });
  it('notices a link that leads nowhere', () => {
    expect(fault('README.md', 'docs/nowhere.md')).toBe('there is no such file');
    expect(fault('README.md', 'docs/security.md#nowhere')).toBe('there is no such heading');
    expect(fault('docs/security.md', '../../elsewhere')).toBe('leaves the repository');
    expect(fault('README.md', 'http://example.com')).toBe('no https address');
  });
});
