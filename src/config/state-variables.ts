import type { Variable } from './variable.js';

/** Variables of what replicas share. */
export const stateVariableTable = [
  {
    name: 'AUTOTASK_STATE_URL',
    group: 'state',
    meaning:
      'Valkey or Redis in which replicas share limits, pauses, confirmations and metadata, e.g. `rediss://user:password@valkey.example.com:6379/0`',
    unset: 'each process has its own',
    secret: true,
    file: true,
  },
  {
    name: 'AUTOTASK_STATE_SHARE',
    group: 'state',
    meaning:
      'percent of the limits that this replica keeps to while the shared state does not answer; 0: it sends nothing then',
    default: '33',
  },
] as const satisfies readonly Variable[];
