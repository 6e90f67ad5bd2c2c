import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';

export interface Difference {
  readonly path: string;
  readonly change: 'missing' | 'differs' | 'orphan';
}

async function existing(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)).split(sep).join('/'));
}

/** What would have to change on disk for `dir` to hold exactly `files`. */
export async function compare(dir: string, files: Readonly<Record<string, string>>): Promise<Difference[]> {
  const present = new Set(await existing(dir));
  const differences: Difference[] = [];
  for (const [path, text] of Object.entries(files)) {
    if (!present.has(path)) differences.push({ path, change: 'missing' });
    else if ((await readFile(join(dir, path), 'utf8')) !== text)
      differences.push({ path, change: 'differs' });
  }
  for (const path of present) if (!(path in files)) differences.push({ path, change: 'orphan' });
  return differences.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Makes `dir` hold exactly `files`; touches only what differs and deletes what is no longer made. */
export async function write(dir: string, files: Readonly<Record<string, string>>): Promise<Difference[]> {
  const differences = await compare(dir, files);
  for (const { path, change } of differences) {
    const target = join(dir, path);
    if (change === 'orphan') {
      await rm(target);
      continue;
    }
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, files[path] ?? '');
  }
  return differences;
}
