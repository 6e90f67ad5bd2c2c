/** How far a pull is: redrawn in place on a terminal, a line at every tenth part elsewhere. */
export interface Progress {
  step(done: number, requests: number): void;
  end(): void;
}

const width = 24;

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
  let tenth = -1;
  return {
    step(done, requests) {
      const read = done - already;
      const seconds = read === 0 ? 0 : ((Date.now() - start) / 1000 / read) * (total - done);
      const left = read === 0 || done === total ? '' : `, about ${duration(seconds)} left`;
      const text = `${done} of ${total} entities, ${requests} requests${left}`;
      const now = Math.floor((done / total) * 10);
      if (terminal) {
        const filled = Math.round((done / total) * width);
        out(`\r\u001b[K[${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${text}`);
      } else if (now > tenth) {
        out(`${text}\n`);
      }
      tenth = now;
    },
    end() {
      if (terminal) out('\n');
    },
  };
}
