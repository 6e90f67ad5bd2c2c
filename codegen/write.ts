import { access, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { compareText } from './order.js';

/** The text of every file that a folder shall hold, by path inside it. */
export type Files = Readonly<Record<string, string>>;

/** The folders that a run writes, by path below the root of the repository. */
export type Folders = Readonly<Record<string, Files>>;

export interface Difference {
  /** Below the root of the repository. */
  readonly path: string;
  readonly change: 'missing' | 'differs' | 'orphan';
  readonly before: string;
  readonly after: string;
}

async function existing(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)).split(sep).join('/'));
}

async function compareFolder(root: string, folder: string, files: Files): Promise<Difference[]> {
  const present = await existing(join(root, folder));
  const paths = [...new Set([...present, ...Object.keys(files)])];
  const differences = await Promise.all(
    paths.map(async (path): Promise<Difference | undefined> => {
      const after = files[path];
      const before = present.includes(path) ? await readFile(join(root, folder, path), 'utf8') : undefined;
      if (before === after) return undefined;
      const change = before === undefined ? 'missing' : after === undefined ? 'orphan' : 'differs';
      return { path: `${folder}/${path}`, change, before: before ?? '', after: after ?? '' };
    }),
  );
  return differences.filter((difference) => difference !== undefined);
}

/** What would have to change on disk for the folders to hold exactly these files. */
export async function compare(root: string, folders: Folders): Promise<Difference[]> {
  const differences = await Promise.all(
    Object.entries(folders).map(([folder, files]) => compareFolder(root, folder, files)),
  );
  return differences.flat().sort((a, b) => compareText(a.path, b.path));
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

async function stage(dir: string, files: Files): Promise<void> {
  await rm(dir, { recursive: true, force: true });
  const parents = new Set(Object.keys(files).map((path) => dirname(join(dir, path))));
  await Promise.all([...parents].map((parent) => mkdir(parent, { recursive: true })));
  await Promise.all(Object.entries(files).map(([path, text]) => writeFile(join(dir, path), text)));
}

/**
 * Makes the folders hold exactly these files, orphans deleted. Each changed folder is written beside its
 * place and then swapped in, so that a failure on the way leaves every folder as it was.
 */
export async function write(root: string, folders: Folders): Promise<Difference[]> {
  const differences = await compare(root, folders);
  const changed = Object.keys(folders).filter((folder) =>
    differences.some(({ path }) => path.startsWith(`${folder}/`)),
  );
  const places = changed.map((folder) => ({
    folder,
    target: join(root, folder),
    next: join(root, `${folder}.next`),
    previous: join(root, `${folder}.previous`),
  }));
  const swapped: (typeof places)[number][] = [];
  try {
    for (const { folder, next } of places) await stage(next, folders[folder] ?? {});
    for (const entry of places) {
      const { target, next, previous } = entry;
      await rm(previous, { recursive: true, force: true });
      if (await exists(target)) await rename(target, previous);
      swapped.push(entry);
      await rename(next, target);
    }
  } catch (error) {
    for (const { target, previous } of swapped) {
      await rm(target, { recursive: true, force: true });
      if (await exists(previous)) await rename(previous, target);
    }
    throw error;
  } finally {
    for (const { next } of places) await rm(next, { recursive: true, force: true });
  }
  for (const { previous } of places) await rm(previous, { recursive: true, force: true });
  return differences;
}

/** Puts back a folder that an earlier run left half swapped, e.g. because the machine went down. */
export async function recover(root: string, folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    const previous = join(root, `${folder}.previous`);
    if ((await exists(previous)) && !(await exists(join(root, folder)))) {
      await rename(previous, join(root, folder));
    }
  }
}
