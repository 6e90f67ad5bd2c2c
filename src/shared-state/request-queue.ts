import * as z from 'zod';
import type { Engine } from './engine.js';
import { scripts } from './scripts.js';
import { times } from './settings.js';
import type { TenantScripts } from './tenant-scripts.js';

/** What became of a request that waits for its turn. */
export type QueueEvent =
  | {
      readonly kind: 'turn';
      readonly delayMs: number;
      readonly checkThreshold: boolean;
      readonly left: number;
    }
  | { readonly kind: 'queued' }
  | { readonly kind: 'stopped'; readonly why: string; readonly ms: number; readonly askThreshold: boolean }
  | { readonly kind: 'alone' };

/** A request of this replica that has its turn or waits for it. */
export interface QueuedRequest {
  readonly member: string;
  readonly tenant: TenantScripts;
  running: boolean;
  /** When the engine was asked last for what it answered about this request: its lease began then or later. */
  knownAt: number;
  /** Resolves with the next that is heard; one that came before is not lost. Rejects with the signal's reason. */
  next(signal: AbortSignal): Promise<QueueEvent>;
  tell(event: QueueEvent): void;
  /** Forgets what was heard before it asks anew: the answer knows of its turn. */
  forget(): void;
  /** Nothing more is heard, and nothing is renewed. */
  drop(): void;
}

const flag = z.number().transform((value) => value === 1);
const turnReply = z.tuple([z.literal('turn'), z.number(), flag, z.number()]);
const stoppedReply = z.tuple([z.literal('stopped'), z.string(), z.coerce.number(), flag]);
const renewReply = z.tuple([z.number(), z.string(), z.coerce.number(), flag], z.string());

export function queueEventOf(reply: unknown): QueueEvent {
  const turn = turnReply.safeParse(reply).data;
  if (turn !== undefined) return { kind: 'turn', delayMs: turn[1], checkThreshold: turn[2], left: turn[3] };
  const stop = stoppedReply.safeParse(reply).data;
  if (stop !== undefined) return { kind: 'stopped', why: stop[1], ms: stop[2], askThreshold: stop[3] };
  return { kind: 'queued' };
}

/** Renews what is running so often: within the time in which an engine that was started anew lets nobody in. */
const renewMs = 1_000;

/**
 * All requests of this replica that have or want a turn. Keeps their leases, and hears for whom it is time: by a
 * message, and for a message that got lost by asking.
 */
export class RequestQueue {
  readonly #engine: Engine;
  readonly #open = new Map<string, QueuedRequest>();
  readonly #renewedAt = new Map<TenantScripts, number>();
  readonly #timer: NodeJS.Timeout;
  #last = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
    engine.onChange((mode) => {
      if (mode === 'down') for (const request of this.#open.values()) request.tell({ kind: 'alone' });
    });
    this.#timer = setInterval(() => this.renewAll(false), times.pulseMs).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** A message of the engine: the member and what its turn is like. */
  hear(message: string): void {
    const [member = '', delay, due, left] = message.split(' ');
    const event = queueEventOf(['turn', Number(delay), Number(due), Number(left)]);
    const request = this.#open.get(member);
    if (request !== undefined && !request.running) request.tell(event);
  }

  open(tenant: TenantScripts, endpoint: string): QueuedRequest {
    this.#last += 1;
    const member = `${endpoint}|${this.#engine.replica}|${this.#last}`;
    const heard: QueueEvent[] = [];
    let wake: (() => void) | null = null;
    const request: QueuedRequest = {
      member,
      tenant,
      running: false,
      knownAt: performance.now(),
      next: async (signal) => {
        for (let event = heard.shift(); ; event = heard.shift()) {
          if (event !== undefined) return event;
          signal.throwIfAborted();
          await new Promise<void>((resolve) => {
            wake = () => {
              signal.removeEventListener('abort', leave);
              resolve();
            };
            const leave = () => resolve();
            signal.addEventListener('abort', leave, { once: true });
          });
        }
      },
      tell: (event) => {
        heard.push(event);
        wake?.();
      },
      forget: () => {
        heard.length = 0;
      },
      drop: () => {
        this.#open.delete(member);
      },
    };
    this.#open.set(member, request);
    return request;
  }

  /** `atOnce`: also what is not due, for an engine that may not know of it. */
  renewAll(atOnce: boolean): void {
    if (this.#engine.mode === 'down') return;
    const byTenant = new Map<TenantScripts, QueuedRequest[]>();
    for (const request of this.#open.values()) {
      const own = byTenant.get(request.tenant);
      if (own === undefined) byTenant.set(request.tenant, [request]);
      else own.push(request);
    }
    for (const tenant of this.#renewedAt.keys()) if (!byTenant.has(tenant)) this.#renewedAt.delete(tenant);
    const now = performance.now();
    for (const [tenant, queue] of byTenant) {
      const since = this.#renewedAt.get(tenant);
      if (since === undefined) this.#renewedAt.set(tenant, now);
      const due = now - (since ?? now) >= renewMs;
      if (!atOnce && !due && queue.every(({ running }) => running)) continue;
      this.#renewedAt.set(tenant, now);
      // What is not renewed now is renewed the next time, or taken up when the engine is back.
      this.#renew(tenant, queue).catch(() => undefined);
    }
  }

  async #renew(tenant: TenantScripts, queue: readonly QueuedRequest[]): Promise<void> {
    const pairs = queue.flatMap(({ member, running }) => [running ? 'running' : 'waiting', member]);
    const asked = performance.now();
    const reply = await tenant.run(scripts.renew, ...pairs);
    const [left, why, ms, askThreshold, ...turns] = renewReply.parse(reply);
    for (const request of queue) {
      if (request.running || !this.#open.has(request.member)) continue;
      request.knownAt = asked;
      if (turns.includes(request.member))
        request.tell({ kind: 'turn', delayMs: 0, checkThreshold: false, left });
      else if (why !== '') request.tell({ kind: 'stopped', why, ms, askThreshold });
    }
  }
}
