import { lutimes } from 'node:fs/promises';
import {
  create,
  holderOf,
  isGone,
  newHolder,
  release,
  removeAbandoned,
  staleMs,
  timeBeside,
} from './lock.js';

/** A piece of work that nobody else does meanwhile, as long as this process says often enough that it lives. */
export interface Lease {
  /**
   * Whether it still is: asked last before each write. Whoever was kept from running for so long that another may
   * have taken over has lost it for good, whether or not one did.
   */
  held(): Promise<boolean>;
  release(): Promise<void>;
}

const touchEveryMs = 5_000;
/** Less than others wait: what is begun at the last moment is on its way before they look. */
const lostMs = staleMs - 5_000;

/** `since`: when it began, on the clock of `performance`; `renew` answers false when somebody else has it. */
export function startLease(
  since: number,
  renew: () => Promise<boolean>,
  isOurs: () => Promise<boolean>,
  end: () => Promise<void>,
): Lease {
  let known = since;
  let lost = false;
  const isLost = () => {
    lost ||= performance.now() - known > lostMs;
    return lost;
  };
  const touch = async () => {
    const now = performance.now();
    if (isLost()) return;
    if (await renew()) known = now;
    else lost = true;
  };
  // One that fails is made good by the next.
  const timer = setInterval(() => void touch().catch(() => undefined), touchEveryMs).unref();
  return {
    held: async () => {
      if (isLost()) return false;
      lost ||= !(await isOurs());
      return !isLost();
    },
    release: async () => {
      clearInterval(timer);
      await end();
    },
  };
}

/** Takes the file for as long as a piece of work lasts; null while another one holds it. */
export async function leaseFile(path: string, since = performance.now()): Promise<Lease | null> {
  const holder = await newHolder();
  if (!(await create(path, holder))) {
    if (await isGone(path)) await removeAbandoned(path, holder);
    if (!(await create(path, holder))) {
      await release(path, holder);
      return null;
    }
  }
  const isOurs = async () => (await holderOf(path)) === holder;
  const renew = async () => {
    const now = (await timeBeside(path)) / 1_000;
    if (!(await isOurs())) return false;
    await lutimes(path, now, now);
    return true;
  };
  return startLease(since, renew, isOurs, () => release(path, holder));
}
