import type { AutotaskReader } from '../../client/types.js';
import type { Entity } from '../../model.js';
import type { Policy } from '../../policy/index.js';
import { allEntities } from '../metadata/entity-names.js';

/** Counting is optional: whoever waits for a preview does not wait longer for it. */
const patienceMs = 4_000;

/** The field by which records of a child entity are counted; null where they cannot be. */
function countedBy(child: Entity, parent: Entity): string | null {
  const field = child.parents.find(({ entity }) => entity === parent.name)?.parentField ?? null;
  if (field === null || !child.operations.includes('count')) return null;
  return child.queryBy.length > 0 && !child.queryBy.includes(field) ? null : field;
}

/**
 * How many records stand below a record, one count for each child entity, all at once. Never rejects: what
 * cannot be counted in time, or may not be, is named as not known. Empty when nothing can stand below.
 */
export async function childCountLines(
  parent: Entity,
  id: number,
  reader: AutotaskReader,
  policy: Policy,
  signal?: AbortSignal,
): Promise<string[]> {
  const candidates = allEntities.filter((child) =>
    child.parents.some(({ entity }) => entity === parent.name),
  );
  const counts = candidates.flatMap((child) => {
    const field = countedBy(child, parent);
    return field === null || child.path === null
      ? []
      : [{ child: child.name, field, path: child.path, entity: child }];
  });
  const found = new Map<string, number>();
  const all = Promise.all(
    counts.map(async ({ child, field, path, entity }) => {
      if (!policy.may('read', entity)) return;
      try {
        const filter = [{ op: 'eq', field, value: id }];
        found.set(child, await reader.count(path, filter, signal === undefined ? {} : { signal }));
      } catch {
        // It stays among those that are not known.
      }
    }),
  );
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patienceMs);
  });
  await Promise.race([all, enough]);
  clearTimeout(timer);
  const known = counts.flatMap(({ child }) => {
    const count = found.get(child) ?? 0;
    return count > 0 ? [`${count} ${child}`] : [];
  });
  const unknown = counts.map(({ child }) => child).filter((child) => !found.has(child));
  return [
    ...(known.length > 0
      ? [`Below it stand ${known.join(', ')}: Autotask deletes them with it, or refuses to delete it.`]
      : []),
    ...(unknown.length > 0 ? [`Not known whether ${unknown.join(', ')} stand below it.`] : []),
    ...(counts.length > 0 && known.length + unknown.length === 0 ? ['Nothing stands below it.'] : []),
  ];
}
