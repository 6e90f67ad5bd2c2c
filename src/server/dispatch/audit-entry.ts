import { cleanBody, cleanValue, type PreparedAttempt } from '../../audit/index.js';
import type { Row } from '../../client/types.js';
import { stepName, type WritePlan } from '../../entities/write/plan.js';
import type { Person } from '../../identity/acting-person.js';
import type { Policy } from '../../policy/index.js';
import type { Redact } from '../../redact.js';
import { canonical } from '../../text.js';

/** What the audit log says about a write besides what its plan says. */
export interface AttemptFacts {
  readonly tool: string;
  readonly caller: string;
  /** What let the write through. */
  readonly gate: string;
  /** The resource in whose name is written; null: the API user. */
  readonly actAs: number | null;
  /** Who signed in. */
  readonly person: Person | undefined;
  readonly receipt: string;
  readonly step: number;
  /** The attempt of an earlier call that is made again. */
  readonly repeats: string | undefined;
  /** The write of another receipt that it sets back. */
  readonly undoes: { readonly receipt: string; readonly step: number } | undefined;
}

/** What an undo needs of the record as it was. */
function formerOf({ action, body, stored }: WritePlan): Row | null {
  if (stored === null || action === 'delete') return stored;
  const names = Object.keys(body ?? {}).filter((name) => name !== 'id');
  return Object.fromEntries(names.map((name) => [name, stored[name] ?? null]));
}

const cutFields = (row: Row | null, kept: Row | null): string[] =>
  Object.keys(row ?? {}).filter((name) => canonical(row?.[name]) !== canonical(kept?.[name]));

/** A planned write as the audit log keeps it: without what the policy hides, without secrets, bounded. */
export function attemptOf(
  plan: WritePlan,
  { tool, caller, gate, actAs, person, receipt, step, repeats, undoes }: AttemptFacts,
  {
    policy,
    redact,
    keepsOriginalValues,
  }: { readonly policy: Policy; readonly redact: Redact; readonly keepsOriginalValues: boolean },
): PreparedAttempt {
  const { entity, action, path, id, body, changes } = plan;
  const contents = typeof body?.data === 'string' ? body.data : null;
  const how = { hides: (name: string) => policy.masks(entity, name), redact, isFile: contents !== null };
  const kept = (row: Row | null) =>
    row === null ? null : keepsOriginalValues && contents === null ? row : cleanBody(row, how);
  const former = formerOf(plan);
  const [keptBody, keptFormer] = [kept(body), kept(former)];
  return {
    receipt,
    step,
    called: redact(stepName(plan)),
    former: keptFormer,
    cut: [...cutFields(body, keptBody), ...cutFields(former, keptFormer)],
    tool,
    entity: entity.name,
    action,
    route: path,
    id,
    caller: redact(caller),
    gate,
    body: keptBody,
    changes: changes.map(({ field, before, after }) => ({
      field,
      before: cleanValue(field, before?.text ?? null, how),
      after:
        action === 'delete'
          ? null
          : cleanValue(field, field === 'data' && contents !== null ? contents : after.text, how),
    })),
    ...(repeats === undefined ? {} : { repeats }),
    ...(undoes === undefined ? {} : { undoes }),
    ...(actAs === null ? {} : { actAs }),
    ...(person?.issuer === undefined ? {} : { issuer: person.issuer }),
    ...(person?.subject === undefined ? {} : { subject: redact(person.subject) }),
  };
}
