import { connect, inTime, isReply, wordsOf } from './connect.js';
import { keyPrefix } from './engine.js';
import type { EngineAddress } from './settings.js';

/** What an operator should know of the engine. Null: it does not tell. */
export interface EngineFacts {
  readonly product: 'Valkey' | 'Redis';
  /** `8.1.1` */
  readonly version: string | null;
  /** Milliseconds of the median answer. */
  readonly latencyMs: number;
  /** What it says to a write, a script and a channel as this server has them: null, or its own words of refusal. */
  readonly refusal: string | null;
  readonly evictionPolicy: string | null;
  /** Whether every change goes to disk, so that it is still known when the engine is started anew. */
  readonly appendOnly: boolean | null;
  /** Keys of somebody else among those that were looked at, of `keysSeen`. */
  readonly foreignKeys: number;
  readonly keysSeen: number;
  /** Other databases of the same engine that hold keys: `db3`. */
  readonly otherDatabases: readonly string[];
}

const pings = 11;
/** Whoever shares an engine with thousands of keys shows within so many. */
const mostKeys = 2_000;

/** Everything that the server's own scripts need rights for. */
const rehearsal = `redis.call('INFO', 'server')
redis.call('PUBLISH', ARGV[1], '')
redis.call('SET', KEYS[1], redis.call('TIME')[1], 'PX', 1000)
return 1`;

/** The engine was there, and refused the connection or the question. */
export class EngineRefused extends Error {}

/**
 * Asks the engine for what it is. Rejects when it does not answer, with the reason and without the password; with
 * EngineRefused when that is the engine's own word.
 */
export async function examineEngine(address: EngineAddress): Promise<EngineFacts> {
  const connection = connect(address);
  let lost: string | null = null;
  connection.on('error', (error) => {
    lost = wordsOf(error);
  });
  const ask = (command: string, ...args: (string | number)[]) => inTime(connection.call(command, ...args));
  try {
    const info = String(await ask('INFO'));
    const found = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? null;
    const took: number[] = [];
    for (let ping = 0; ping < pings; ping += 1) {
      const since = performance.now();
      await ask('PING');
      took.push(performance.now() - since);
    }
    took.sort((a, b) => a - b);
    const keys = await someKeys(ask);
    const valkey = found('valkey_version');
    const aof = found('aof_enabled');
    const channel = `${keyPrefix}turn:doctor`;
    const refusal = await ask('EVAL', rehearsal, 1, `${keyPrefix}pulse:doctor`, channel)
      // Last, since nothing else can be asked after it.
      .then(() => inTime(connection.subscribe(channel)))
      .then(() => null, wordsOf);
    // As of a database that it does not have: the connection goes on with another one.
    if (lost !== null && isReply(lost)) throw new EngineRefused(lost);
    const databases = [...info.matchAll(/^(db\d+):keys=[1-9]/gm)].map(([, name = '']) => name);
    return {
      product: valkey === null ? 'Redis' : 'Valkey',
      version: valkey ?? found('redis_version'),
      latencyMs: took[Math.floor(pings / 2)] ?? 0,
      refusal,
      evictionPolicy: found('maxmemory_policy'),
      appendOnly: aof === null ? null : aof === '1',
      foreignKeys: keys.filter((key) => !key.startsWith(keyPrefix)).length,
      keysSeen: keys.length,
      otherDatabases: databases.filter((name) => name !== `db${address.database}`),
    };
  } catch (error) {
    // Why there is no connection says more than that none came about in time.
    const words = lost ?? wordsOf(error);
    throw isReply(words) ? new EngineRefused(words, { cause: error }) : new Error(words, { cause: error });
  } finally {
    connection.disconnect();
  }
}

async function someKeys(
  ask: (command: string, ...args: (string | number)[]) => Promise<unknown>,
): Promise<readonly string[]> {
  const keys: string[] = [];
  let cursor = '0';
  do {
    const scanned = await ask('SCAN', cursor, 'COUNT', 500);
    if (!Array.isArray(scanned) || !Array.isArray(scanned[1])) return keys;
    cursor = String(scanned[0]);
    keys.push(...scanned[1].map(String));
  } while (cursor !== '0' && keys.length < mostKeys);
  return keys;
}
