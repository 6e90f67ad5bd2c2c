import { isDeepStrictEqual } from 'node:util';
import type { Entry, Input } from './client-entries.js';

/** What is put into a client's file. */
export interface Addition {
  /** The member that holds the servers. */
  readonly servers: string;
  readonly name: string;
  readonly entry: Entry;
  readonly inputs: readonly Input[];
}

/** The file is not as it should be; it stays as it is. */
export class Unmergeable extends Error {}

export type Members = Readonly<Record<string, unknown>>;

export const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** How a client is told where the server is: what an earlier entry says about that goes. */
const launchMembers = [
  'type',
  'command',
  'args',
  'env',
  'env_vars',
  'url',
  'httpUrl',
  'serverUrl',
  'headers',
  'bearer_token_env_var',
];
const credential = /^AUTOTASK_(USERNAME|SECRET|INTEGRATION_CODE)(_FILE)?$/;

/** The new entry with what a person had added to the old one: other variables, and settings of the client. */
export function mergedEntry(old: unknown, { entry }: Pick<Addition, 'entry'>): Entry {
  if (!isMembers(old)) return entry;
  const foreign = Object.entries(old).filter(([name]) => !launchMembers.includes(name));
  const startsHere = 'command' in entry;
  const added =
    isMembers(old.env) && startsHere
      ? Object.entries(old.env).filter(([name]) => !credential.test(name))
      : [];
  const env = { ...Object.fromEntries(added), ...(isMembers(entry.env) ? entry.env : {}) };
  const merged = { ...Object.fromEntries(foreign), ...entry };
  return Object.keys(env).length === 0 ? merged : { ...merged, env };
}

export const isEqual = (one: unknown, other: unknown): boolean => isDeepStrictEqual(one, other);
