import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { entityFile, overridesFile } from '../model.js';
import { byName } from '../order.js';
import type { Snapshot } from '../snapshot.js';

const execute = promisify(execFile);

/**
 * schema/ as the last commit holds it: what a hand edit is compared with. Only the files that git calls
 * changed are read from the commit.
 * @throws Error when the folder is not in a git repository with a commit
 */
export async function committedSnapshot(root: string, now: Snapshot): Promise<Snapshot> {
  const git = async (...args: string[]) =>
    (await execute('git', ['-C', root, ...args], { maxBuffer: 1 << 26 })).stdout;
  let names: string;
  try {
    names = await git('diff', '--name-only', '--no-renames', '--relative', 'HEAD', '--', 'schema');
    names += await git('ls-files', '--others', '--exclude-standard', '--', 'schema');
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n').at(-2) : String(error);
    throw new Error(`--diff without --from compares schema/ with the last commit, and git says: ${why}`);
  }
  const entities = new Map(now.entities.map((entity) => [entity.name, entity]));
  let { overrides } = now;
  for (const path of names.split('\n').filter((line) => line.endsWith('.json'))) {
    const text = await git('show', `HEAD:./${path}`).catch(() => undefined);
    const name = /^schema\/entities\/(\w+)\.json$/.exec(path)?.[1];
    if (name !== undefined && text === undefined) entities.delete(name);
    else if (name !== undefined) entities.set(name, entityFile.parse(JSON.parse(text ?? '')));
    else if (path === 'schema/overrides.json' && text !== undefined) {
      overrides = overridesFile.parse(JSON.parse(text));
    }
  }
  return { ...now, overrides, entities: [...entities.values()].sort(byName) };
}
