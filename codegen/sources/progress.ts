import { createProgress as createBar } from '../../src/progress.js';

/** How far a pull is: a bar on a terminal; elsewhere one line when it has ended. */
export interface Progress {
  step(done: number, requests: number): void;
  end(): void;
}

function duration(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  return `${Math.round(seconds / 60)} min`;
}

export function createProgress(
  out: (text: string) => void,
  terminal: boolean,
  total: number,
  already: number,
): Progress {
  const start = Date.now();
  const bar = createBar(out, terminal, total);
  let last = '';
  return {
    step(done, requests) {
      const read = done - already;
      const seconds = read === 0 ? 0 : ((Date.now() - start) / 1000 / read) * (total - done);
      const left = read === 0 || done === total ? '' : `, about ${duration(seconds)} left`;
      last = `${done} of ${total} entities, ${requests} requests`;
      bar.step(done, `${last}${left}`);
    },
    end() {
      bar.end();
      if (!terminal) out(`${last}\n`);
    },
  };
}
