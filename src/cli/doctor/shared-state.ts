import type { Config } from '../../config/index.js';
import type { EngineFacts } from '../../shared-state/index.js';
import { plural } from '../../text.js';
import type { Finding } from './finding.js';

const check = 'Shared state';

/** Oldest major version with everything that is used; Valkey began with the 7.2 of Redis. */
const leastMajor = 7;
/** Each request to Autotask asks it twice. */
const slowMs = 25;

function versionFinding({ product, version, latencyMs }: EngineFacts): Finding {
  const detail = `${product} ${version ?? 'of an unknown version'}, answers in ${latencyMs.toFixed(1)} ms`;
  if (version !== null && Number.parseInt(version, 10) < leastMajor) {
    return {
      check,
      status: 'problem',
      detail: `${detail}: too old`,
      next: 'Install Valkey 8 or Redis 7, or newer.',
    };
  }
  if (latencyMs <= slowMs) return { check, status: 'ok', detail };
  return {
    check,
    status: 'warning',
    detail: `${detail}; each request to Autotask waits for two answers`,
    next: 'Run it in the network of the replicas.',
  };
}

function troubles(facts: EngineFacts): readonly Finding[] {
  const { refusesWrites, evictionPolicy, appendOnly, foreignKeys, keysSeen, otherDatabases } = facts;
  const found: Finding[] = [];
  if (refusesWrites !== null) {
    found.push({
      check,
      status: 'problem',
      detail: `it takes no write of this server: ${refusesWrites}`,
      next: 'Let AUTOTASK_STATE_URL name a primary and a user with the rights that docs/replicas.md lists.',
    });
  }
  if (evictionPolicy !== null && evictionPolicy !== 'noeviction') {
    found.push({
      check,
      status: 'problem',
      detail: `maxmemory-policy is ${evictionPolicy}: a key that is pushed out is a limit, or a used confirmation, that is forgotten`,
      next: 'Set maxmemory-policy noeviction.',
    });
  }
  if (appendOnly === false) {
    found.push({
      check,
      status: 'warning',
      detail: 'appendonly is off: after a restart the hour and the writes per hour are counted anew',
      next: 'Set appendonly yes.',
    });
  }
  if (foreignKeys > 0 || otherDatabases.length > 0) {
    const inside = foreignKeys > 0 ? [`${foreignKeys} of ${plural(keysSeen, 'key')} looked at`] : [];
    const others = otherDatabases.length > 0 ? [`what is in ${otherDatabases.join(', ')}`] : [];
    found.push({
      check,
      status: 'warning',
      detail: `somebody else's keys are there: ${[...inside, ...others].join(', and ')}. Whoever empties or fills it takes the limits with it.`,
      next: 'Give the replicas an engine of their own.',
    });
  }
  return found;
}

/** What replicas share their state in; nothing where they share none. */
export async function examineSharedState({ state }: Config): Promise<readonly Finding[]> {
  if (state === null) return [];
  const { examineEngine } = await import('../../shared-state/index.js');
  try {
    const facts = await examineEngine(state.address);
    return [versionFinding(facts), ...troubles(facts)];
  } catch (error) {
    return [
      {
        check,
        status: 'problem',
        detail: `no answer: ${error instanceof Error ? error.message : String(error)}. Reads would go on within this replica's share, writes that need it would be refused.`,
        next: 'Check AUTOTASK_STATE_URL: scheme, host, port, user and password; and whether the engine runs.',
      },
    ];
  }
}
