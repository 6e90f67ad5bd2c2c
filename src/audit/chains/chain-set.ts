import { readdir } from 'node:fs/promises';
import { basename, dirname, join, parse, resolve } from 'node:path';
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
/** What this program keeps beside a log. */
const beside = /(?:\.(?:head|lock|new|stale|running))+$/;
/** The log that a file is a part of; of one that was taken away the record of its end is left. */
const logOf = (file: string) => file.replace(setAside, '').replace(/\.head$/, '');
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
    .map(logOf)
    .filter(
      (file) =>
        file.startsWith(`${name}${mark}`) &&
        file.endsWith(ext) &&
        replicaName.test(file.slice(name.length + 1, file.length - ext.length)) &&
        !beside.test(file),
    );
  const chains = [...new Set(replicas)].sort().map((file) => join(dir, file));
  const own = names.some((file) => logOf(file) === basename(path));
  return own || chains.length === 0 ? [path, ...chains] : chains;
}

/** The files of one log that were set aside, oldest first, then the log itself; others as they are given. */
function byAge(files: readonly string[]): readonly string[] {
  if (new Set(files.map((file) => file.replace(setAside, ''))).size > 1) return files;
  const age = (file: string) => Number(setAside.exec(file)?.[0].slice(1) ?? Number.POSITIVE_INFINITY);
  return files.toSorted((a, b) => age(a) - age(b));
}

/**
 * Files as they are given on the command line, by chain: those of one replica belong together, and so do all that
 * name none. A single log stands for all chains beside it. A file counts once, and what lies beside a log that is
 * given as well is read with it, so that `audit*` may be given.
 */
export async function groupByChain(given: readonly string[]): Promise<readonly (readonly string[])[]> {
  const paths = new Map(given.map((file) => [resolve(file), file]));
  const files = [...paths].flatMap(([path, file]) =>
    beside.test(path) && paths.has(path.replace(beside, '')) ? [] : [file],
  );
  const [only = ''] = files;
  if (files.length === 1) return (await chainsOf(only)).map((path) => [path]);
  const chains = new Map<string, string[]>();
  for (const file of files) {
    const chain = isChainOfReplica(file) ? file.replace(setAside, '') : '';
    chains.set(chain, [...(chains.get(chain) ?? []), file]);
  }
  return [...chains.values()].map(byAge);
}
