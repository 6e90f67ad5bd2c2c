import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { noteMemoryOf } from '../../limits/memory-pool.js';
import { isObject, parseJson } from '../json.js';

/** Changes with the format of the files; files of other formats are ignored. */
const formatVersion = 1;

export interface CacheEntry {
  readonly body: unknown;
  /** Time stamp after which the body is too old. */
  readonly until: number;
}

export interface DiskCache {
  /** Null when there is no usable file. */
  load(key: string, now: number, ttlMs: number): Promise<CacheEntry | null>;
  save(key: string, cached: CacheEntry): Promise<void>;
}

/**
 * Keeps metadata in `{folder}/{tenant}/`, readable by its owner only. `tenant` is a hash, so the folder
 * tells nobody whose data it is. A broken or foreign file counts as absent, and a write replaces the file
 * as a whole, so that readers never see half of one.
 */
export function createDiskCache(
  folder: string,
  tenant: string,
  onProblem: (message: string) => void,
): DiskCache {
  const directory = join(folder, tenant);
  const fileOf = (key: string) =>
    join(directory, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.json`);
  return {
    async load(key, now, ttlMs) {
      const text = await readFile(fileOf(key), 'utf8').catch(() => '');
      const content = parseJson(text);
      if (!isObject(content) || content.form !== formatVersion || content.key !== key) return null;
      const { until, body } = content;
      // A time far ahead comes from a clock that was wrong, or from a longer time to live.
      if (typeof until !== 'number' || until <= now || until > now + ttlMs) return null;
      // About one value in so many characters.
      if (isObject(body)) noteMemoryOf(body, text.length, Math.ceil(text.length / 16));
      return { body, until };
    },
    async save(key, { body, until }) {
      const file = fileOf(key);
      const temporary = `${file}.${randomUUID()}.tmp`;
      try {
        await mkdir(directory, { recursive: true, mode: 0o700 });
        await writeFile(temporary, JSON.stringify({ form: formatVersion, key, until, body }), {
          mode: 0o600,
        });
        await rename(temporary, file);
      } catch (error) {
        await rm(temporary, { force: true }).catch(() => undefined);
        onProblem(`The metadata cache cannot be written: ${error instanceof Error ? error.message : error}`);
      }
    },
  };
}
