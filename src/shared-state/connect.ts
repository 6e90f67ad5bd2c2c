import { Cluster, Redis, type RedisOptions } from 'iovalkey';
import type { EngineAddress } from './settings.js';

/** What this program needs of a connection, to one server, to the one that sentinels name, or to a cluster. */
export interface Connection {
  call(command: string, ...args: (string | number)[]): Promise<unknown>;
  subscribe(channel: string): Promise<unknown>;
  /** `ready`: open. What is asked of one that is not waits in the library, and is sent however late it opens. */
  readonly status: string;
  on(event: 'message', listener: (channel: string, message: string) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  /** Each time it has been opened: nothing is subscribed then. */
  on(event: 'ready', listener: () => void): unknown;
  disconnect(): void;
}

/** Milliseconds after which an answer is too late: then the engine counts as not to be reached. */
export const answerMs = 1_000;

/**
 * What went wrong, as a part of a sentence: the engine's own words can be a page of advice. Those of a cluster and of
 * sentinels are about the last that was asked.
 */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('lastNodeError' in error && error.lastNodeError instanceof Error) return wordsOf(error.lastNodeError);
  const text = error.message || ('code' in error ? String(error.code) : error.name);
  const [, last = text] = /Last error: (.+)/s.exec(text) ?? [];
  const [sentence = ''] = last.split(/\.\s/, 1);
  // Behind the words of a script stands where it failed.
  return sentence
    .replace(/,? script: [0-9a-f]{40}.*$/s, '')
    .replace(/[.\s]+$/, '')
    .slice(0, 300);
}

/** Whether these are words of the engine itself: `WRONGPASS …`. */
export const isReply = (words: string): boolean => /^[A-Z]{3,} /.test(words);

/**
 * Waits for an answer, but not too long. Whoever was kept from running itself looks once more before it says that
 * none came: it may have been there for long.
 */
export async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const giveUp = () => reject(new Error(`nothing within ${answerMs} ms`));
    timer = setTimeout(() => {
      timer = setTimeout(giveUp, answerMs / 10);
    }, answerMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Opens a connection, which opens itself again as long as it is not ended. Commands wait for it, but not for long. */
export function connect({ nodes, path, user, password, database, tls, via }: EngineAddress): Connection {
  const retryStrategy = (times: number) => Math.min(50 * times, 500);
  const options: RedisOptions = {
    ...(user === null ? {} : { username: user }),
    ...(password === null ? {} : { password }),
    ...(tls ? { tls: {} } : {}),
    db: database,
    connectTimeout: answerMs,
    // Only to forget what was asked long ago.
    commandTimeout: 10 * answerMs,
    // Where packets get lost without a word (a machine without power, a firewall that forgot) no end of it is ever heard.
    socketTimeout: 4 * answerMs,
    maxRetriesPerRequest: null,
    // Nobody would hear of it when it fails, and the process would end.
    autoResubscribe: false,
    retryStrategy,
    // A server that became a replica: the connection looks for the new primary.
    reconnectOnError: (error) => (/^READONLY/.test(error.message) ? 1 : false),
  };
  const [{ host, port } = { host: '127.0.0.1', port: 6379 }] = nodes;
  if (path !== null) return new Redis({ ...options, path });
  if (via === 'cluster') {
    const { db: _, retryStrategy: __, ...redisOptions } = options;
    return new Cluster([...nodes], { redisOptions, clusterRetryStrategy: retryStrategy, dnsLookup });
  }
  if (typeof via === 'object') {
    const { sentinel: name, user: sentinelUsername, password: sentinelPassword } = via;
    return new Redis({
      ...options,
      ...(tls ? { enableTLSForSentinelMode: true, sentinelTLS: {} } : {}),
      ...(sentinelUsername === null ? {} : { sentinelUsername }),
      ...(sentinelPassword === null ? {} : { sentinelPassword }),
      sentinels: [...nodes],
      name,
      sentinelRetryStrategy: retryStrategy,
      // A primary that was cut off keeps its connections open; the sentinels say that there is another one.
      failoverDetector: true,
    });
  }
  return new Redis({ ...options, host, port });
}

/** Certificates name hosts: what nodes call each other is not looked up here. */
const dnsLookup = (address: string, done: (error: null, address: string) => void) => done(null, address);
