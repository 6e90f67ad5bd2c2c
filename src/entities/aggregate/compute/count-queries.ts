import type { AutotaskReader, CallOptions, FilterNode } from '../../../client/types.js';
import { splitIntoBatches } from '../../filter/batches.js';
import type { CheckedFilter } from '../../filter/checked-filter.js';
import type { EntityMetadata } from '../../metadata/entity-metadata.js';
import { codeValue } from '../../metadata/picklists.js';
import type { GroupKey, KeyValue } from '../request/group-keys.js';
import type { AggregateRequest } from '../request/request.js';
import type { Groups } from './groups.js';

/** One group and the conditions that its records meet. */
interface CountableGroup {
  readonly keys: readonly KeyValue[];
  readonly conditions: readonly FilterNode[];
}

/** Autotask lets three requests for one entity run at a time; more would only wait. */
const atOnce = 3;

/** Every value that the key can have, absence included; undefined when they cannot be listed. */
function valuesOf({ by, paths, field }: GroupKey, live: boolean): CountableGroup[] | undefined {
  const [path, ...others] = paths;
  if (by !== 'value' || path === undefined || others.length > 0 || path.through.length > 0) return undefined;
  if (field.udf || field.isQueryable === false) return undefined;
  const isChoice = field.isPickList === true && live && field.choices.length > 0;
  if (!isChoice && field.dataType !== 'boolean') return undefined;
  const values = isChoice
    ? [...field.choices]
        .sort((a, b) => Number(b.isActive) - Number(a.isActive))
        .map((choice) => codeValue(field, choice))
    : [true, false];
  return [
    ...values.map((value) => ({ keys: [value], conditions: [{ op: 'eq', field: field.name, value }] })),
    { keys: [null], conditions: [{ op: 'notExist', field: field.name }] },
  ];
}

/**
 * The groups that count queries can tell without reading a record: picklists and flags, and nothing but counts
 * asked. Inactive choices and records without a value are among them. Undefined where records must be read.
 */
export function countableGroups(
  { keys, metrics }: AggregateRequest,
  filter: CheckedFilter,
  { live }: EntityMetadata,
): readonly CountableGroup[] | undefined {
  if (metrics.some(({ operand }) => operand !== null) || filter.postFilters.length > 0) return undefined;
  let groups: CountableGroup[] = [{ keys: [], conditions: [] }];
  for (const key of keys) {
    const values = valuesOf(key, live);
    if (values === undefined) return undefined;
    groups = groups.flatMap((group) =>
      values.map((value) => ({
        keys: [...group.keys, ...value.keys],
        conditions: [...group.conditions, ...value.conditions],
      })),
    );
  }
  return groups;
}

/**
 * Counts the groups until all records are found, and answers how many queries it took. The groups do not add up
 * to the total when Autotask holds a code that its picklist does not list, or records changed meanwhile.
 */
export async function countGroups(
  path: string,
  filter: CheckedFilter,
  countables: readonly CountableGroup[],
  total: number,
  into: Groups,
  reader: AutotaskReader,
  options: CallOptions,
  progress: ((rows: number, total: number) => void) | undefined,
): Promise<number> {
  let queries = 0;
  const waiting = [...countables];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined && into.records < total; next = waiting.shift()) {
      const { keys, conditions } = next;
      for (const batch of filter.batches) {
        for (const nodes of splitIntoBatches([...batch, ...conditions])) {
          queries += 1;
          into.addCounted(keys, await reader.count(path, nodes, options));
        }
      }
      progress?.(into.records, total);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return queries;
}
