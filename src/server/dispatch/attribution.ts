import type { WritePlan } from '../../entities/write/plan.js';
import { AutotaskError } from '../../errors.js';
import type { PersonResource } from '../../identity/acting-person.js';
import { takesImpersonation } from '../../policy/index.js';
import type { Attribution } from '../confirmation/preview.js';

export interface AttributionRules {
  /** The resource in whose name is written where nobody is known who asks. */
  readonly actAs: number | null;
  /** Whether the API user may write for a person where Autotask does not record in whose name. */
  readonly unattributed: 'refuse' | 'api-user';
}

/**
 * In whose name a write is made; `asking` is null where nobody is known who asks. Throws `notAllowed` instead of
 * letting a person's write carry another name than theirs without anybody having said so.
 */
export function attributionOf(
  { entity }: WritePlan,
  asking: PersonResource | null,
  { actAs, unattributed }: AttributionRules,
): Attribution {
  if (asking === null) return actAs === null || !takesImpersonation(entity) ? 'unsaid' : { id: actAs };
  if ('problem' in asking) {
    throw new AutotaskError('notAllowed', `${asking.problem} Nothing was written.`, {
      next: 'Only who has exactly one active resource in Autotask can write here. Reading goes on.',
    });
  }
  if (takesImpersonation(entity)) return asking;
  if (unattributed === 'api-user') return 'api-user';
  throw new AutotaskError(
    'notAllowed',
    `Autotask does not record in whose name ${entity.name} are written: it would be the API user and not ${asking.name}. Nothing was written.`,
    { next: 'Only the operator of this server can allow that (AUTOTASK_ME_UNSUPPORTED).' },
  );
}
