import { createHash } from 'node:crypto';
import addPending from './scripts/add-pending.lua';
import common from './scripts/common.lua';
import countWrites from './scripts/count-writes.lua';
import finish from './scripts/finish.lua';
import recordUsage from './scripts/record-usage.lua';
import renew from './scripts/renew.lua';
import requestTurn from './scripts/request-turn.lua';
import takePending from './scripts/take-pending.lua';

/** A script that runs at the engine, as one step. */
export interface Script {
  readonly text: string;
  /** By which the engine knows it once it has seen it. */
  readonly sha: string;
}

const script = (...parts: readonly string[]): Script => {
  const text = parts.join('\n');
  return { text, sha: createHash('sha1').update(text).digest('hex') };
};

/** Each says in its file what it keeps true. Those about a tenant's requests begin with the same part. */
export const scripts = {
  requestTurn: script(common, requestTurn),
  finish: script(common, finish),
  renew: script(common, renew),
  recordUsage: script(common, recordUsage),
  countWrites: script(countWrites),
  addPending: script(addPending),
  takePending: script(takePending),
} as const;
