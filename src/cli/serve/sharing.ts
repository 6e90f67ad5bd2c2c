import type { Config } from '../../config/index.js';
import { writeLimitKey } from '../../identity/tenant-identity.js';
import type { Log } from '../../log.js';
import { createHourlyWriteLimits, type HourlyWriteLimits, type Policy } from '../../policy/index.js';
import type { GateSettings } from '../../server/index.js';
import type { SharedState } from '../../shared-state/index.js';
import { policyOf } from './token-policies.js';

/** What replicas share, or what stands for it in a process that shares nothing. */
export interface Sharing {
  readonly writeLimits: HourlyWriteLimits;
  readonly confirm: GateSettings;
  /** Of a process with one caller. */
  policy(): Policy;
  /** Null where nothing is shared, and nothing of it is loaded then; opened when it is first needed. */
  open(): Promise<SharedState | null>;
  close(): Promise<void>;
}

/** The password in the address of the shared state. */
export const stateSecrets = ({ state }: Config): readonly string[] =>
  state === null || state.address.password === null ? [] : [state.address.password];

export function sharingOf(config: Config, log: Log): Sharing {
  const { state, writes, credentials } = config;
  const policyWith = (writeLimits: HourlyWriteLimits) =>
    policyOf(config, writeLimits, credentials === null ? '' : writeLimitKey(credentials), '');
  if (state === null) {
    const writeLimits = createHourlyWriteLimits();
    return {
      writeLimits,
      policy: () => policyWith(writeLimits),
      confirm: writes.confirm,
      open: async () => null,
      close: async () => {},
    };
  }
  let opened: Promise<SharedState> | undefined;
  const load = async () => {
    const { openSharedState } = await import('../../shared-state/index.js');
    return openSharedState({ ...state, log });
  };
  const open = () => {
    opened ??= load();
    return opened;
  };
  const writeLimits = createHourlyWriteLimits({
    remaining: async (entries) => (await open()).writes.remaining(entries),
    take: async (entries) => (await open()).writes.take(entries),
  });
  return {
    open,
    writeLimits,
    policy: () => policyWith(writeLimits),
    confirm: {
      ...writes.confirm,
      pending: {
        add: async (nonce, lifeMs) => (await open()).pending.add(nonce, lifeMs),
        take: async (nonce) => (await open()).pending.take(nonce),
      },
    },
    close: async () => (await opened)?.close(),
  };
}
