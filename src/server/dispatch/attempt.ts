import type { Person } from '../../acting-person.js';
import { type Attempt, cleanBody, cleanValue } from '../../audit/index.js';
import type { WritePlan } from '../../entities/write/plan.js';
import type { Redact } from '../../log.js';
import type { Policy } from '../../policy/index.js';
import type { Attribution } from '../confirmation/preview.js';

/** What the audit log says about a write besides what its plan says. */
export interface AttemptFacts {
  readonly tool: string;
  readonly caller: string;
  /** What let the write through. */
  readonly gate: string;
  readonly attribution: Attribution;
  /** Who signed in. */
  readonly person: Person | undefined;
}

/** A planned write as the audit log keeps it: without what the policy hides, without secrets, bounded. */
export function attemptOf(
  { entity, action, path, id, body, changes }: WritePlan,
  { tool, caller, gate, attribution, person }: AttemptFacts,
  { policy, redact }: { readonly policy: Policy; readonly redact: Redact },
): Attempt {
  const contents = typeof body?.data === 'string' ? body.data : null;
  const how = { hides: (name: string) => policy.masks(entity, name), redact, isFile: contents !== null };
  return {
    tool,
    entity: entity.name,
    action,
    route: path,
    id,
    caller: redact(caller),
    gate,
    body: body === null ? null : cleanBody(body, how),
    changes: changes.map(({ field, before, after }) => ({
      field,
      before: cleanValue(field, before?.text ?? null, how),
      after:
        action === 'delete'
          ? null
          : cleanValue(field, field === 'data' && contents !== null ? contents : after.text, how),
    })),
    ...(typeof attribution === 'object' ? { actAs: attribution.id } : {}),
    ...(person?.issuer === undefined ? {} : { issuer: person.issuer }),
    ...(person?.subject === undefined ? {} : { subject: redact(person.subject) }),
  };
}
