import { readdir } from 'node:fs/promises';
import { basename, dirname, join, parse } from 'node:path';
import { systemCode } from '../../errors.js';

/** Between the name of a log and that of the replica whose chain it is. */
const mark = '@';

/** What may follow the mark, so that a name is one part of a path on every system. */
export const replicaName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** The chain of a replica: `audit@a.jsonl` of `audit.jsonl`; the log itself where it has no name. */
export function chainOf(path: string, replica: string | null): string {
  if (replica === null) return path;
  const { dir, name, ext } = parse(path);
  return join(dir, `${name}${mark}${replica}${ext}`);
}

const setAside = /\.[1-9]\d*$/;
const isChainOfReplica = (path: string) => basename(path).includes(mark);

/**
 * The chains that lie beside each other under the name of one log: its own and those of its replicas, by name. Only
 * the log itself where there are no others, whether or not it is there, and where it is that of one replica.
 */
export async function chainsOf(path: string): Promise<readonly string[]> {
  if (isChainOfReplica(path)) return [path];
  const { dir, name, ext } = parse(path);
  const names = await readdir(dirname(path)).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  });
  const replicas = names
    .map((file) => file.replace(setAside, ''))
    .filter(
      (file) =>
        file.startsWith(`${name}${mark}`) &&
        file.endsWith(ext) &&
        replicaName.test(file.slice(name.length + 1, file.length - ext.length)) &&
        !/\.(?:head|lock|new|stale|running)$/.test(file),
    );
  const chains = [...new Set(replicas)].sort().map((file) => join(dir, file));
  const own = names.some((file) => file.replace(setAside, '').replace(/\.head$/, '') === basename(path));
  return own || chains.length === 0 ? [path, ...chains] : chains;
}

/**
 * Files as they are given on the command line, by chain: those of one replica belong together, in their order, and
 * so do all that name none. A single log stands for all chains beside it.
 */
export async function groupByChain(files: readonly string[]): Promise<readonly (readonly string[])[]> {
  const [only = ''] = files;
  if (files.length === 1) return (await chainsOf(only)).map((path) => [path]);
  const chains = new Map<string, string[]>();
  for (const file of files) {
    const chain = isChainOfReplica(file) ? file.replace(setAside, '') : '';
    chains.set(chain, [...(chains.get(chain) ?? []), file]);
  }
  return [...chains.values()];
}
