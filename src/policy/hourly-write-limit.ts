import { AutotaskError } from '../errors.js';

const hour = 60 * 60_000;

/** Whose writes are counted together: those of everybody in a tenant (`who` empty), or of one of them. */
export interface CountedFor {
  /** A hash. */
  readonly tenant: string;
  readonly who: string;
}

type Limited = CountedFor & { readonly limit: number };

/** Where the writes of the last hour are counted. */
export interface WriteCounts {
  /** For how many more all of them have room. */
  remaining(entries: readonly Limited[]): Promise<number>;
  /** Counts one write for all of them; for none, and answers which limit refuses it, when one has no room, for how many seconds. */
  take(entries: readonly Limited[]): Promise<{ readonly limit: number; readonly retryAfter: number } | null>;
}

export interface HourlyWriteLimit {
  /** Null: without limit. */
  readonly limit: number | null;
  /** What stands behind the limit: for whom is counted, at the moment of asking. */
  entries(): readonly Limited[];
  /** How many writes this hour still has room for. */
  remaining(): Promise<number>;
  /** Counts one write that is about to be sent; throws `limited` when the writes of this hour are used up. */
  take(): Promise<void>;
  /** Both of them: a write that one refuses counts for neither. */
  with(other: HourlyWriteLimit): HourlyWriteLimit;
}

/** Counts in this process. */
export function countsInMemory(now: () => number = Date.now): WriteCounts {
  const sent = new Map<string, readonly number[]>();
  const keyOf = ({ tenant, who }: CountedFor) => JSON.stringify([tenant, who]);
  const recent = (key: string) => (sent.get(key) ?? []).filter((at) => at > now() - hour);
  /** Who wrote longest ago stands first. */
  const dropExpired = () => {
    for (const [key, times] of sent) {
      if ((times.at(-1) ?? 0) > now() - hour) return;
      sent.delete(key);
    }
  };
  return {
    remaining: async (entries) =>
      Math.min(...entries.map((entry) => Math.max(0, entry.limit - recent(keyOf(entry)).length))),
    async take(entries) {
      for (const entry of entries) {
        const times = recent(keyOf(entry));
        if (times.length < entry.limit) continue;
        const [first] = times;
        const wait = first === undefined ? hour : first + hour - now();
        return { limit: entry.limit, retryAfter: Math.max(1, Math.ceil(wait / 1000)) };
      }
      for (const key of new Set(entries.map(keyOf))) {
        const times = [...recent(key), now()];
        sent.delete(key);
        sent.set(key, times);
      }
      dropExpired();
      return null;
    },
  };
}

const limitOf = (
  counts: WriteCounts,
  limit: number | null,
  entries: () => readonly Limited[],
): HourlyWriteLimit => ({
  limit,
  entries,
  remaining: async () => {
    const limited = entries();
    return limited.length === 0 ? Number.POSITIVE_INFINITY : counts.remaining(limited);
  },
  async take() {
    const limited = entries();
    const refused = limited.length === 0 ? null : await counts.take(limited);
    if (refused === null) return;
    throw new AutotaskError(
      'limited',
      `The policy of this server allows ${refused.limit} writes per hour, and they are used up. Nothing was written.`,
      { retryAfter: refused.retryAfter, actor: 'server' },
    );
  },
  with(other) {
    const limits = [limit, other.limit].filter((most) => most !== null);
    const most = limits.length === 0 ? null : Math.min(...limits);
    return limitOf(counts, most, () => [...entries(), ...other.entries()]);
  },
});

/** Makes the limit of everybody in a tenant, or of one of them. */
export interface HourlyWriteLimits {
  of(tenant: string, limit: number | null, who?: () => string): HourlyWriteLimit;
}

/**
 * Writes of the last hour are counted by tenant and person, so that a limit which is made anew goes on where it
 * was: in this process, unless they are counted elsewhere.
 */
export const createHourlyWriteLimits = (counts: WriteCounts = countsInMemory()): HourlyWriteLimits => ({
  of: (tenant, limit, who = () => '') =>
    limitOf(counts, limit, () => (limit === null ? [] : [{ tenant, who: who(), limit }])),
});

/** A limit on its own. */
export const createHourlyWriteLimit = (limit: number | null, now?: () => number): HourlyWriteLimit =>
  createHourlyWriteLimits(countsInMemory(now)).of('', limit);
