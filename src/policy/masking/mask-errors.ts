import { AutotaskError } from '../../errors.js';
import type { Entity } from '../../model.js';
import { clean } from '../../text.js';
import type { Policy } from '../policy.js';

const withheldText = '(withheld: it names a field that the policy of this server hides)';

function withoutMasked(policy: Policy, entity: Entity, error: unknown): unknown {
  if (!(error instanceof AutotaskError)) return error;
  const upstream = error.upstream.map((text) =>
    policy.mentionsMasked(entity, clean(text)) ? withheldText : text,
  );
  if (!upstream.includes(withheldText)) return error;
  const { kind, message, next, status, retryAfter } = error;
  return new AutotaskError(kind, message, {
    upstream,
    ...(next === undefined ? {} : { next }),
    ...(status === undefined ? {} : { status }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });
}

/** Runs the call; what Autotask says in an error about a hidden field does not leave here. */
export async function maskErrors<T>(policy: Policy, entity: Entity, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw withoutMasked(policy, entity, error);
  }
}
