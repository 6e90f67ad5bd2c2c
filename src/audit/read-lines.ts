import type { FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { maxLineBytes } from './chains/chain.js';

const newline = 0x0a;
const tries = 10;
const waitMs = 20;

/** Length of the file as it stands between two lines, or in the middle of one that nobody finishes. */
async function settled(file: FileHandle): Promise<number> {
  for (let left = tries; ; left -= 1) {
    const { size } = await file.stat();
    if (size === 0 || left === 0) return size;
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
    if (buffer[0] === newline) return size;
    await sleep(waitMs);
  }
}

/**
 * The lines of a log that may grow meanwhile, each with whether it is finished. Only a line feed ends one: other
 * line ends of Unicode stand as they are in JSON, and `node:readline` would break the line there. Of a line that is
 * longer than one may be, only so much is answered that this shows, and nothing after it.
 */
export async function* linesOf(file: FileHandle): AsyncGenerator<{ line: string; finished: boolean }> {
  const size = await settled(file);
  if (size === 0) return;
  let rest = '';
  const stream = file.createReadStream({ encoding: 'utf8', start: 0, end: size - 1, autoClose: false });
  for await (const chunk of stream) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield { line, finished: true };
    if (rest.length > maxLineBytes) {
      yield { line: rest, finished: true };
      return;
    }
  }
  if (rest !== '') yield { line: rest, finished: false };
}
