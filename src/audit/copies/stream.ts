import type { Writable } from 'node:stream';
import type { Log } from '../../log.js';
import { closeMs, type LineCopy } from './line-copy.js';
import { WaitingLines } from './waiting-lines.js';

/**
 * Writes lines to a stream that somebody else reads, or does not. Nobody waits for it: what it does not take is kept
 * up to a bound, and nothing is kept once the reader is gone. `name`: what the log calls it.
 */
export function createStreamCopy(stream: Writable, name: string, log: Log): LineCopy {
  const waiting = new WaitingLines(name, log);
  let gone = false;
  let whenEmpty: (() => void) | null = null;
  const flush = () => {
    waiting.handTo(stream);
    if (waiting.count === 0 && !stream.writableNeedDrain) whenEmpty?.();
  };
  const lost = (error: Error) => {
    if (!gone) log('warning', `audit: lines do not reach ${name} (${error.message}); the files have them`);
    gone = true;
    waiting.dropAll();
    whenEmpty?.();
  };
  stream.on('error', lost);
  stream.on('drain', flush);
  return {
    send(line) {
      if (gone) return;
      waiting.add(Buffer.from(`${line}\n`));
      flush();
    },
    async close() {
      if (!gone && (waiting.count > 0 || stream.writableNeedDrain)) {
        await new Promise<void>((resolve) => {
          whenEmpty = resolve;
          setTimeout(resolve, closeMs);
        });
      }
      waiting.dropAll();
      stream.off('drain', flush);
    },
  };
}
