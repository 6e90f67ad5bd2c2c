import type { AutotaskReader } from '../../client/types.js';
import { AutotaskError } from '../../errors.js';
import type { Action, Policy } from '../../policy/index.js';
import { rightsOf } from '../../policy/rights-table.js';
import type { EntityRights, Finding, Right } from './finding.js';
import { failed } from './upstream.js';

/** What a service desk works with all day. */
export const mainEntities = [
  'Companies',
  'Contacts',
  'Tickets',
  'TicketNotes',
  'TimeEntries',
  'Projects',
  'Tasks',
  'Resources',
  'ConfigurationItems',
  'Contracts',
] as const;

interface Rules {
  readonly policy: Policy;
  readonly readOnly: boolean;
}

type AccessCheck = { readonly can: boolean } | { readonly error: unknown };

const denied = (error: unknown) =>
  error instanceof AutotaskError && ['permission', 'notAllowed', 'notFound'].includes(error.kind);

async function checkAccess(work: () => Promise<boolean>): Promise<AccessCheck> {
  try {
    return { can: await work() };
  } catch (error) {
    return denied(error) ? { can: false } : { error };
  }
}

async function examineEntity(reader: AutotaskReader, entity: string, { policy, readOnly }: Rules) {
  const policyRights = rightsOf(policy, entity, readOnly);
  const oneRow = { filter: [{ op: 'gt', field: 'id', value: 0 }], includeFields: ['id'] };
  const [info, read] = await Promise.all([
    reader.entityInformation(entity, { fresh: true }).catch((error: unknown) => ({ error })),
    // What the policy hides is not even asked for.
    policyRights.read === 'no'
      ? { can: false }
      : checkAccess(async () => (await reader.query(entity, oneRow, { limit: 1 })) !== undefined),
  ]);
  const right = (action: Action, access: AccessCheck): Right => {
    if (policyRights[action] === '-') return '-';
    if (policyRights[action] === 'no') return readOnly && action !== 'read' ? 'read-only' : 'policy';
    if ('error' in access) return '?';
    return access.can ? 'yes' : 'no';
  };
  const write = (flag: 'canCreate' | 'canUpdate' | 'canDelete'): AccessCheck =>
    'error' in info ? (denied(info.error) ? { can: false } : info) : { can: info[flag] };
  const rights: EntityRights = {
    entity,
    read: right('read', read),
    create: right('create', write('canCreate')),
    update: right('update', write('canUpdate')),
    delete: right('delete', write('canDelete')),
  };
  const error =
    'error' in read ? read.error : 'error' in info && !denied(info.error) ? info.error : undefined;
  return { rights, error };
}

export interface Entities {
  readonly findings: readonly Finding[];
  readonly rights: readonly EntityRights[];
}

/** What the API user may do with the main entities: two requests each, side by side within the limits. */
export async function examineEntities(
  reader: AutotaskReader,
  rules: Rules,
  step: (done: string) => void,
): Promise<Entities> {
  const results = await Promise.all(
    mainEntities.map(async (entity) => {
      const result = await examineEntity(reader, entity, rules);
      step(entity);
      return result;
    }),
  );
  const rights = results.map((result) => result.rights);
  const unreadable = rights.filter(({ read }) => read === 'no').map(({ entity }) => entity);
  const readable = rights.filter(({ read }) => read === 'yes').length;
  const failure = results.find(({ error }) => error !== undefined)?.error;
  const check = 'Permissions';
  const findings: Finding[] = [];
  if (failure !== undefined) findings.push(failed(check, failure, readable === 0 ? 'problem' : 'warning'));
  if (unreadable.length > 0) {
    findings.push({
      check,
      status: readable === 0 && failure === undefined ? 'problem' : 'warning',
      detail: `Autotask does not let the API user read ${unreadable.join(', ')}`,
      next: `Give its security level the right to see them, or hide them from models: AUTOTASK_READ_ENTITIES=*,${unreadable.map((name) => `!${name}`).join(',')}`,
    });
  }
  if (findings.length === 0) {
    findings.push({
      check,
      status: 'ok',
      detail: `${readable} of ${rights.length} main entities can be read`,
    });
  }
  return { findings, rights };
}
