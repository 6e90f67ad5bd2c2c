import * as z from 'zod';
import type {
  AutotaskReader,
  AutotaskWriter,
  FilterNode,
  Row,
  Search,
  WriteOptions,
} from '../client/types.js';
import { AutotaskError } from '../errors.js';
import { actingPerson } from '../identity/acting-person.js';
import type { Entity } from '../model.js';
import { takesAttribution } from './attribution.js';
import { entityAt, isWrittenByGet } from './entity-of-path.js';
import { maskErrors } from './masking/mask-errors.js';
import type { Action, Policy } from './policy.js';

/** The entity of a path when the policy allows the action; a path that is none of the table's is refused. */
function requireAllowed(policy: Policy, action: Action, path: string): Entity {
  const entity = entityAt(path);
  if (entity === undefined) {
    throw new AutotaskError('notAllowed', `${path} is not a path of a known entity. Nothing was sent.`);
  }
  if (action === 'read' && isWrittenByGet(path)) {
    throw new AutotaskError('notAllowed', `Reading ${path} would change something. Nothing was sent.`);
  }
  policy.require(action, entity);
  return entity;
}

function refuseMasked(entity: Entity, field: string): never {
  throw new AutotaskError(
    'notAllowed',
    `The policy of this server hides ${entity.name}.${field}. Nothing was sent.`,
  );
}

function checkFilter(policy: Policy, entity: Entity, nodes: readonly FilterNode[]): void {
  for (const { field, items, udf = false } of nodes) {
    if (field !== undefined && policy.masks(entity, field, udf)) refuseMasked(entity, field);
    if (items !== undefined) checkFilter(policy, entity, items);
  }
}

const udfs = z.array(z.looseObject({ name: z.string() }));

/** A record without the fields that the policy hides. */
export function masked(policy: Policy, entity: Entity, row: Row): Row {
  if (!policy.masksAny(entity)) return row;
  const visible = Object.entries(row).filter(([name]) => !policy.masks(entity, name, false));
  return Object.fromEntries(
    visible.map(([name, value]) => {
      const list = name === 'userDefinedFields' ? udfs.safeParse(value) : undefined;
      if (list?.success !== true) return [name, value];
      return [name, list.data.filter((field) => !policy.masks(entity, field.name, true))];
    }),
  );
}

function checkBody(policy: Policy, entity: Entity, body: Row): void {
  for (const [name, value] of Object.entries(body)) {
    if (policy.masks(entity, name, false)) refuseMasked(entity, name);
    const list = name === 'userDefinedFields' ? udfs.safeParse(value) : undefined;
    for (const field of list?.data ?? []) {
      if (policy.masks(entity, field.name, true)) refuseMasked(entity, field.name);
    }
  }
}

/**
 * A reader that cannot be used against the policy, whoever holds it. The object it answers has no method
 * that writes, also when the reader it stands on could.
 */
export function guardReader(reader: AutotaskReader, policy: Policy): AutotaskReader {
  const withoutMaskedFields = (entity: Entity, search: Search): Search => {
    checkFilter(policy, entity, search.filter);
    if (search.includeFields === undefined) return search;
    // A user-defined field that is asked for by name is taken out of the answer.
    const shown = search.includeFields.filter((field) => !policy.masks(entity, field, false));
    return { ...search, includeFields: shown };
  };
  return {
    async query(path, search, options) {
      const entity = requireAllowed(policy, 'read', path);
      const narrowed = withoutMaskedFields(entity, search);
      const { rows, more } = await maskErrors(policy, entity, () => reader.query(path, narrowed, options));
      return { rows: rows.map((row) => masked(policy, entity, row)), more };
    },
    async *pages(path, search, options) {
      const entity = requireAllowed(policy, 'read', path);
      const pages = reader.pages(path, withoutMaskedFields(entity, search), options);
      try {
        for (;;) {
          const page = await maskErrors(policy, entity, () => pages.next());
          if (page.done === true) return;
          yield page.value.map((row) => masked(policy, entity, row));
        }
      } finally {
        await pages.return();
      }
    },
    async list(path, options) {
      const entity = requireAllowed(policy, 'read', path);
      const { rows, more } = await maskErrors(policy, entity, () => reader.list(path, options));
      return { rows: rows.map((row) => masked(policy, entity, row)), more };
    },
    async count(path, filter, options) {
      const entity = requireAllowed(policy, 'read', path);
      checkFilter(policy, entity, filter);
      return maskErrors(policy, entity, () => reader.count(path, filter, options));
    },
    async item(path, options) {
      const entity = requireAllowed(policy, 'read', path);
      const row = await maskErrors(policy, entity, () => reader.item(path, options));
      return row === null ? null : masked(policy, entity, row);
    },
    async entityInformation(path, options) {
      requireAllowed(policy, 'read', path);
      return reader.entityInformation(path, options);
    },
    async fields(path, options) {
      requireAllowed(policy, 'read', path);
      return reader.fields(path, options);
    },
    async userDefinedFields(path, options) {
      requireAllowed(policy, 'read', path);
      return reader.userDefinedFields(path, options);
    },
    threshold: (options) => reader.threshold(options),
    version: (options) => reader.version(options),
    zone: (options) => reader.zone(options),
    requestsSent: () => reader.requestsSent(),
  };
}

/** Called for every write that is sent: when it begins, and when it has ended, however it ended. */
export interface WriteObserver {
  recordWrite(entity: Entity, isDelete: boolean): void;
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
): AutotaskWriter {
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
    if (!takesAttribution(entity)) return {};
    const acting = actingPerson();
    if (acting === undefined) return actAs === null ? {} : { impersonationResourceId: actAs };
    const found = await acting.resource();
    if ('problem' in found) throw new AutotaskError('notAllowed', `${found.problem} Nothing was written.`);
    return { impersonationResourceId: found.id };
  }
  return {
    ...guardReader(writer, policy),
    async create(path, body, options) {
      const entity = requireAllowed(policy, 'create', path);
      checkBody(policy, entity, body);
      const how = { ...options, ...(await attribution(entity)) };
      return observed(entity, false, how, () => writer.create(path, body, how));
    },
    async patch(path, body, options) {
      const entity = requireAllowed(policy, 'update', path);
      checkBody(policy, entity, body);
      const how = { ...options, ...(await attribution(entity)) };
      return observed(entity, false, how, () => writer.patch(path, body, how));
    },
    async remove(path, options) {
      const entity = requireAllowed(policy, 'delete', path);
      const how = { ...options, ...(await attribution(entity)) };
      return observed(entity, true, how, () => writer.remove(path, how));
    },
  };
}
