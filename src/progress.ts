/** How far long work is: a bar redrawn in place on a terminal, and nothing elsewhere. */
export interface Progress {
  /** `text` says in words what is done. */
  step(done: number, text: string): void;
  /** Takes the bar away, or leaves its last state standing. */
  end(how?: 'clear' | 'keep'): void;
}

const width = 24;

export function createProgress(out: (text: string) => void, terminal: boolean, total: number): Progress {
  if (!terminal) return { step: () => {}, end: () => {} };
  return {
    step(done, text) {
      const filled = Math.round((Math.min(done, total) / total) * width);
      out(`\r\u001b[K[${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${text}`);
    },
    end: (how = 'keep') => out(how === 'clear' ? '\r\u001b[K' : '\n'),
  };
}
