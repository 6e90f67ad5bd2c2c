import type { AuditEvent } from './chain.js';
import { groupByChain } from './chain-set.js';
import { type Verification, verify } from './verify.js';

/** One chain of a set, by its last file. */
export type ChainVerification = Verification & { readonly path: string };

export interface SetVerification {
  readonly chains: readonly ChainVerification[];
  /** Attempts without an outcome in any of them: a replica may tell what became of another one's write. */
  readonly open: readonly string[];
}

/**
 * Checks all chains that files stand for, each as `verify` does, and hands on every line that is as it was written,
 * chain by chain. Rejects when a file cannot be read.
 */
export async function verifyAll(
  files: readonly string[],
  key: string | null,
  onEvent: (event: AuditEvent, path: string) => void = () => {},
): Promise<SetVerification> {
  const chains: ChainVerification[] = [];
  const ended = new Set<string>();
  for (const parts of await groupByChain(files)) {
    const path = parts.at(-1) ?? '';
    const verification = await verify(parts, key, (event) => {
      if (event.event === 'outcome' && typeof event.attempt === 'string') ended.add(event.attempt);
      onEvent(event, path);
    });
    chains.push({ ...verification, path });
  }
  return { chains, open: chains.flatMap(({ open }) => open).filter((attempt) => !ended.has(attempt)) };
}
