import type { AutotaskReader } from '../../client/types.js';
import { entityNamed } from '../../entities/metadata/entity-names.js';
import { orNull } from '../../entities/read/optional-read.js';
import type { Receipt, RecordedWrite } from '../../entities/write/outcomes/receipt.js';
import type { Entity } from '../../model.js';
import { mostOrConditions } from '../../operators.js';
import type { GuardedWriter } from '../../policy/guards/guard-writer.js';
import type { Policy } from '../../policy/index.js';

/** Those of the ids whose records may be read. */
async function readableIds(
  reader: AutotaskReader,
  path: string,
  ids: readonly number[],
): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for (let start = 0; start < ids.length; start += mostOrConditions) {
    const filter = [{ op: 'in', field: 'id', value: ids.slice(start, start + mostOrConditions) }];
    const search = { filter, includeFields: ['id'] };
    const answer = await orNull(() => reader.query(path, search, { limit: mostOrConditions }));
    found.push(...(answer?.rows ?? []).map(({ id }) => id));
  }
  return found;
}

/** Those of the writes to one entity whose records may be read, where some companies alone may be. */
async function readable(
  writer: GuardedWriter,
  entity: Entity,
  writes: readonly RecordedWrite[],
): Promise<ReadonlySet<RecordedWrite>> {
  const { path, queryBy, operations } = entity;
  if (entity.companyScope === 'shared') return new Set(writes);
  const ids = writes.flatMap(({ id }) => id ?? []);
  const byId = path !== null && queryBy.length === 0 && operations.includes('query');
  const known = byId ? await readableIds(writer, path, ids) : [];
  const found = new Set<RecordedWrite>();
  for (const write of writes) {
    const { id, route, body } = write;
    if (id === null) {
      // Never made: whose it would be is said by what it was to hold.
      const asked = {
        action: 'create' as const,
        entity,
        path: route,
        body: body ?? {},
        belowNew: write.uses !== undefined,
      };
      const [refusal] = (await orNull(() => writer.outsideCompanies([asked]))) ?? [undefined];
      if (refusal === null) found.add(write);
    } else if (byId ? known.includes(id) : (await orNull(() => writer.item(`${route}/${id}`))) !== null) {
      found.add(write);
    }
  }
  return found;
}

/** The entities whose names stand in what a record is called: its own, and that of what it stands below. */
function namedWith(entity: Entity): readonly Entity[] {
  const steps = typeof entity.companyScope === 'string' ? [] : entity.companyScope;
  const above = [...entity.parents, ...steps].flatMap((owner) => entityNamed(owner.entity) ?? []);
  return [entity, ...above];
}

const mayName = (policy: Policy, entity: Entity) =>
  policy.may('read', entity) && !entity.nameFields.some((field) => policy.masks(entity, field));

/**
 * The receipt as whoever asks may see it now: a record that may no longer be read keeps its id, and loses what it was
 * called when it was written.
 */
export async function asReadableNow(
  receipt: Receipt,
  policy: Policy,
  writer: GuardedWriter | null,
): Promise<Receipt> {
  const named = new Set<RecordedWrite>();
  for (const name of new Set(receipt.writes.map(({ entity }) => entity))) {
    const entity = entityNamed(name);
    const writes = receipt.writes.filter((write) => write.entity === name);
    if (entity === undefined || !namedWith(entity).every((one) => mayName(policy, one))) continue;
    const shown =
      policy.companies.read.length === 0
        ? writes
        : writer === null
          ? []
          : await readable(writer, entity, writes);
    for (const write of shown) named.add(write);
  }
  return {
    ...receipt,
    writes: receipt.writes.map((write) => {
      if (named.has(write)) return write;
      const singular = entityNamed(write.entity)?.singular ?? write.entity;
      // The id of a new record is told beside what it is called.
      return {
        ...write,
        called: write.action === 'create' || write.id === null ? singular : `${singular} ${write.id}`,
      };
    }),
  };
}
