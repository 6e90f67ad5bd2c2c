import { unlessAborted } from './abortable.js';

/**
 * Lets callers who ask the same thing at the same time share one answer. The work is cancelled when the
 * last of them has left.
 */
export class Coalescer<T> {
  readonly #running = new Map<
    string,
    { readonly work: Promise<T>; readonly stop: () => void; waiting: number }
  >();

  async run(
    key: string,
    signal: AbortSignal | undefined,
    start: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const running = this.#running.get(key) ?? this.#start(key, start);
    running.waiting += 1;
    try {
      return await (signal === undefined ? running.work : unlessAborted(running.work, signal));
    } finally {
      running.waiting -= 1;
      // Still there means not finished.
      if (running.waiting === 0 && this.#running.get(key) === running) {
        this.#running.delete(key);
        running.stop();
      }
    }
  }

  #start(key: string, start: (signal: AbortSignal) => Promise<T>) {
    const controller = new AbortController();
    const work = start(controller.signal);
    const running = { work, stop: () => controller.abort(), waiting: 0 };
    this.#running.set(key, running);
    const forget = () => {
      if (this.#running.get(key) === running) this.#running.delete(key);
    };
    work.then(forget, forget);
    return running;
  }
}
