import type { Config } from '../../config/index.js';
import type { EngineFacts } from '../../shared-state/index.js';
import { plural } from '../../text.js';
import type { Finding } from './finding.js';

const check = 'Shared state';

/** Oldest major version with everything that is used; Valkey began with the 7.2 of Redis. */
const leastMajor = 7;
/** Each request to Autotask asks it twice. */
const slowMs = 25;

const rights = 'Give its user the rights that docs/replicas.md lists.';
/** What to do about the engine's own words. */
const remedies: readonly (readonly [words: RegExp, next: string])[] = [
  [/^(?:NOAUTH|WRONGPASS)/, 'Check user and password in AUTOTASK_STATE_URL.'],
  [/permission|^ERR The user executing the script/i, rights],
  [/^READONLY/, 'Let AUTOTASK_STATE_URL name the primary, or the sentinels that know it.'],
  [/^OOM/, 'Raise its maxmemory, or give the replicas an engine of their own.'],
  [/^MISCONF/, 'It cannot save to its disk: look into its own log.'],
  [
    /^DENIED/,
    'Give it a password, in AUTOTASK_STATE_URL too, or let the replicas reach it through a socket.',
  ],
  [/DB index/, 'Let AUTOTASK_STATE_URL name a database that it has (0 to 15, if it is not set otherwise).'],
];

const remedyOf = (words: string): string =>
  remedies.find(([pattern]) => pattern.test(words))?.[1] ??
  'Look its words up in the documentation of Valkey or Redis, and into its own log.';

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
  const { refusal, evictionPolicy, appendOnly, foreignKeys, keysSeen, otherDatabases } = facts;
  const found: Finding[] = [];
  if (refusal !== null) {
    found.push({
      check,
      status: 'problem',
      detail: `it refuses what this server needs: ${refusal}`,
      next: remedyOf(refusal),
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
  const { EngineRefused, examineEngine } = await import('../../shared-state/index.js');
  const meanwhile = "Reads would go on within this replica's share, writes that need it would be refused.";
  const unreachable = 'Check AUTOTASK_STATE_URL: scheme, host and port; and whether the engine runs.';
  try {
    const facts = await examineEngine(state.address);
    return [versionFinding(facts), ...troubles(facts)];
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    const refused = error instanceof EngineRefused;
    return [
      {
        check,
        status: 'problem',
        detail: `${refused ? 'it refuses this server' : 'it does not answer'}: ${words}. ${meanwhile}`,
        next: refused ? remedyOf(words) : unreachable,
      },
    ];
  }
}
