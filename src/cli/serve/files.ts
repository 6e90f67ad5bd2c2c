import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readlink, realpath, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, sep, win32 } from 'node:path';
import * as z from 'zod';
import { InvalidInput } from '../../errors.js';
import type { LocalFiles } from '../../server/index.js';

export type { LocalFiles };

const refuse = (problem: string) => new InvalidInput('Nothing was sent.', [{ field: 'path', problem }]);

const noFile = 'names no file in the folder of this server';
const outsideFolder = 'leads out of the folder of this server';

const problems: Readonly<Record<string, string>> = {
  ELOOP: 'is a symbolic link, which is not followed',
  EACCES: 'cannot be read',
  EPERM: 'cannot be read',
  ENXIO: 'is no regular file',
};

const coded = z.looseObject({ code: z.string() });

function reasonOf(error: unknown): InvalidInput {
  const code = coded.safeParse(error).data?.code ?? '';
  return refuse(problems[code] ?? noFile);
}

/** Neither follows a link nor waits for somebody to write into a pipe. */
const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * Where an open file really is. Linux tells it of the file itself, whatever happened to its path meanwhile;
 * elsewhere the path is resolved and must lead to the same file.
 */
async function realPathOf(file: FileHandle, path: string): Promise<string> {
  if (process.platform === 'linux') return readlink(`/proc/self/fd/${file.fd}`);
  const realPath = await realpath(path);
  const [resolved, opened] = [await stat(realPath, { bigint: true }), await file.stat({ bigint: true })];
  if (resolved.dev !== opened.dev || resolved.ino !== opened.ino) throw refuse('changed while it was read');
  return realPath;
}

/** At most so many bytes; one more tells that the file is longer, also when it grows. */
async function readAtMost(file: FileHandle, maxBytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(maxBytes + 1);
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  if (length > maxBytes) throw refuse(`has more than ${maxBytes} bytes`);
  return Buffer.from(buffer.subarray(0, length));
}

/**
 * Regular files below one folder, for programs that run beside this one. What is checked is the open file and
 * not its path, so that nothing can be put in its place between the check and the read.
 */
export async function openFiles(folder: string): Promise<LocalFiles> {
  const root = await realpath(folder).catch(() => null);
  if (root === null || !(await stat(root)).isDirectory()) {
    throw new InvalidInput('The configuration is not right.', [
      { field: 'AUTOTASK_FILES_DIR', problem: 'names no folder' },
    ]);
  }
  const inside = root.endsWith(sep) ? root : root + sep;

  return {
    async read(path, maxBytes) {
      if (isAbsolute(path) || win32.isAbsolute(path))
        throw refuse('must be relative to the folder of this server');
      if (path.split(/[/\\]/).includes('..') || path.includes('\0')) throw refuse(outsideFolder);
      const full = join(root, path);
      // A device or pipe is not even opened; what counts is checked again on the open file.
      const seen = await lstat(full).catch((error: unknown) => Promise.reject(reasonOf(error)));
      if (seen.isSymbolicLink()) throw refuse(problems.ELOOP ?? noFile);
      if (!seen.isFile()) throw refuse('is no regular file');
      const file = await open(full, flags).catch((error: unknown) => Promise.reject(reasonOf(error)));
      try {
        const info = await file.stat();
        if (!info.isFile()) throw refuse('is no regular file');
        if (!(await realPathOf(file, full)).startsWith(inside)) throw refuse(outsideFolder);
        if (info.size > maxBytes) throw refuse(`has ${info.size} bytes; at most ${maxBytes} are taken`);
        return { name: basename(path), bytes: await readAtMost(file, Math.max(maxBytes, 0)) };
      } finally {
        await file.close();
      }
    },
  };
}
