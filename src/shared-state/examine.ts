import { connect, inTime } from './connect.js';
import { keyPrefix } from './engine.js';
import type { EngineAddress } from './settings.js';

/** What an operator should know of the engine. Null: it does not tell. */
export interface EngineFacts {
  /** `Valkey 8.1.1`. */
  readonly version: string;
  /** Milliseconds of the median answer. */
  readonly latencyMs: number;
  readonly evictionPolicy: string | null;
  /** Whether it keeps what it knows when it is started anew. */
  readonly persistent: boolean | null;
  /** Keys of somebody else among those that were looked at. */
  readonly foreignKeys: number;
  readonly keysSeen: number;
  readonly clusterOrReplica: string | null;
}

const pings = 11;

/** Asks the engine for what it is. Rejects, without the password, when it does not answer. */
export async function examineEngine(address: EngineAddress): Promise<EngineFacts> {
  const connection = connect(address);
  // What goes wrong is told by the command that fails.
  connection.on('error', () => undefined);
  try {
    const info = String(await inTime(connection.call('INFO')));
    const found = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? null;
    const took: number[] = [];
    for (let ping = 0; ping < pings; ping += 1) {
      const since = performance.now();
      await inTime(connection.call('PING'));
      took.push(performance.now() - since);
    }
    took.sort((a, b) => a - b);
    const scanned = await inTime(connection.call('SCAN', 0, 'COUNT', 1_000));
    const keys: unknown[] = Array.isArray(scanned) && Array.isArray(scanned[1]) ? scanned[1] : [];
    const valkey = found('valkey_version');
    const aof = found('aof_enabled');
    const role = found('role');
    return {
      version: valkey === null ? `Redis ${found('redis_version') ?? 'unknown'}` : `Valkey ${valkey}`,
      latencyMs: took[Math.floor(pings / 2)] ?? 0,
      evictionPolicy: found('maxmemory_policy'),
      persistent: aof === null ? null : aof === '1',
      foreignKeys: keys.filter((key) => !String(key).startsWith(keyPrefix)).length,
      keysSeen: keys.length,
      clusterOrReplica: role === 'slave' || role === 'replica' ? 'a replica, which takes no writes' : null,
    };
  } finally {
    connection.disconnect();
  }
}
