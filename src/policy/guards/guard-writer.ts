import type { AutotaskWriter, Row, WriteOptions } from '../../client/types.js';
import { AutotaskError } from '../../errors.js';
import { actingPerson } from '../../identity/acting-person.js';
import type { Entity } from '../../model.js';
import { scopeFor } from '../companies/company-scope.js';
import { takesImpersonation } from '../impersonation-entities.js';
import { maskErrors } from '../masking/mask-errors.js';
import type { Policy } from '../policy.js';
import { refuseMasked, requireAllowed, udfs } from './checks.js';
import { type IntendedWrite, movesRecords, refusals, requireWithin } from './company-writes.js';
import { guardReader } from './guard-reader.js';

function checkBody(policy: Policy, entity: Entity, body: Row): void {
  for (const [name, value] of Object.entries(body)) {
    if (policy.masks(entity, name, false)) refuseMasked(entity, name);
    const list = name === 'userDefinedFields' ? udfs.safeParse(value) : undefined;
    for (const field of list?.data ?? []) {
      if (policy.masks(entity, field.name, true)) refuseMasked(entity, field.name);
    }
  }
}

/** Called for every write that is sent: when it begins, and when it has ended, however it ended. */
export interface WriteObserver {
  recordWrite(entity: Entity, isDelete: boolean): void;
}

/** A writer that also tells which writes it would refuse because of the companies that it concerns. */
export interface GuardedWriter extends AutotaskWriter {
  /** Why each would be refused, null where it would not be; empty where nothing limits companies. */
  outsideCompanies(writes: readonly IntendedWrite[]): Promise<readonly (AutotaskError | null)[]>;
}

/** Autotask says that somebody lacks a right, and not whose: with a person in between it is one of two. */
function impersonationRefused(error: unknown, resource: number | undefined): AutotaskError | null {
  if (resource === undefined || !(error instanceof AutotaskError)) return null;
  const { kind, message, upstream, status } = error;
  if (!upstream.some((text) => /permission|impersonat|authorized/i.test(text))) return null;
  return new AutotaskError(kind, message, {
    upstream,
    ...(status === undefined ? {} : { status }),
    next: `It was sent in the name of resource ${resource}, and nothing was written as the API user instead. Ask the operator to allow it in Autotask: the security level of resource ${resource} must let others impersonate for this entity (Resources/Users > Security Levels > Other), and that of the API user must let it write.`,
    cause: error,
  });
}

/**
 * The same for a writer. `actAs` is the resource in whose name is written, where Autotask supports that; where
 * somebody is known who asks, theirs, and nothing is written in the name of anybody else.
 */
export function guardWriter(
  writer: AutotaskWriter,
  policy: Policy,
  actAs: number | null,
  observer: WriteObserver = { recordWrite: () => {} },
): GuardedWriter {
  const observed = async (
    entity: Entity,
    isDelete: boolean,
    { impersonationResourceId: resource }: WriteOptions,
    write: () => Promise<number>,
  ) => {
    observer.recordWrite(entity, isDelete);
    try {
      return await maskErrors(policy, entity, write);
    } catch (error) {
      throw impersonationRefused(error, resource) ?? error;
    } finally {
      observer.recordWrite(entity, isDelete);
    }
  };
  async function attribution(entity: Entity): Promise<{ readonly impersonationResourceId?: number }> {
    if (!takesImpersonation(entity)) return {};
    const acting = actingPerson();
    if (acting === undefined) return actAs === null ? {} : { impersonationResourceId: actAs };
    const found = await acting.resource();
    if ('problem' in found) throw new AutotaskError('notAllowed', `${found.problem} Nothing was written.`);
    return { impersonationResourceId: found.id };
  }
  const scopes = [policy.companies.read, policy.companies.write].map((lists) => scopeFor(writer, lists));
  const within = scopes[1] ?? null;
  const requireCompanies = async (write: IntendedWrite) => {
    if (within !== null) await requireWithin(writer, within, write);
  };
  const outsideCompanies: GuardedWriter['outsideCompanies'] = async (writes) =>
    within === null ? [] : refusals(writer, within, writes);
  return {
    ...guardReader(writer, policy),
    outsideCompanies,
    async create(path, body, options) {
      const entity = requireAllowed(policy, 'create', path);
      checkBody(policy, entity, body);
      await requireCompanies({ action: 'create', entity, path, body });
      const how = { ...options, ...(await attribution(entity)) };
      return observed(entity, false, how, () => writer.create(path, body, how));
    },
    async patch(path, body, options) {
      const entity = requireAllowed(policy, 'update', path);
      checkBody(policy, entity, body);
      await requireCompanies({ action: 'update', entity, path, body });
      const how = { ...options, ...(await attribution(entity)) };
      try {
        return await observed(entity, false, how, () => writer.patch(path, body, how));
      } finally {
        if (movesRecords(entity, body)) for (const scope of scopes) scope?.forget();
      }
    },
    async remove(path, options) {
      const entity = requireAllowed(policy, 'delete', path);
      await requireCompanies({ action: 'delete', entity, path, body: null });
      const how = { ...options, ...(await attribution(entity)) };
      return observed(entity, true, how, () => writer.remove(path, how));
    },
  };
}
