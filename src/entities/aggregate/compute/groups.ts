import type { Row } from '../../../client/types.js';
import { AutotaskError } from '../../../errors.js';
import type { KeyValue } from '../request/group-keys.js';
import { type Metric, tallyOptions } from '../request/metrics.js';
import type { Operand } from '../request/operands.js';
import { type Scalar, Tally, type TallyOptions } from './tally.js';

/** Groups that are kept at once; with the distinct values they are all that grows while records stream by. */
export const mostGroups = 20_000;
const mostDistinct = 1_000_000;

/** Records that have the same keys, or the records of several groups. */
export interface Group {
  readonly keys: readonly KeyValue[];
  records: number;
  /** One for each measured operand. */
  readonly tallies: readonly Tally[];
}

/** What of a record belongs to which group, read by the functions that were made for it. */
export interface RecordReaders {
  readonly keys: readonly ((row: Row) => KeyValue)[];
  readonly measures: readonly { readonly needs: TallyOptions; read(row: Row): Scalar | null }[];
}

const tooMany = (what: string, read: number) =>
  new AutotaskError('notAllowed', `${what}, found after ${read} records; the rest was not read.`, {
    next: 'Group by something coarser (a month instead of a day, a company instead of a ticket), or narrow the query.',
  });

export class Groups {
  private readonly groups = new Map<string, Group>();
  private distinctValues = 0;
  records = 0;

  constructor(private readonly recipe: RecordReaders) {}

  /** A group of no records yet. */
  empty(keys: readonly KeyValue[] = []): Group {
    return { keys, records: 0, tallies: this.recipe.measures.map(({ needs }) => new Tally(needs)) };
  }

  private group(keys: readonly KeyValue[]): Group {
    const id = JSON.stringify(keys);
    const known = this.groups.get(id);
    if (known !== undefined) return known;
    if (this.groups.size >= mostGroups) {
      throw tooMany(`There are more than ${mostGroups} groups`, this.records);
    }
    const group = this.empty(keys);
    this.groups.set(id, group);
    return group;
  }

  add(row: Row): void {
    const group = this.group(this.recipe.keys.map((read) => read(row)));
    group.records += 1;
    this.records += 1;
    for (const [index, { read }] of this.recipe.measures.entries()) {
      const value = read(row);
      if (value !== null && group.tallies[index]?.add(value) === true) this.distinctValues += 1;
    }
    if (this.distinctValues > mostDistinct) {
      throw tooMany(`There are more than ${mostDistinct} distinct values to tell apart`, this.records);
    }
  }

  /** A group whose records were counted and not read. */
  addCounted(keys: readonly KeyValue[], records: number): void {
    if (records === 0) return;
    this.group(keys).records += records;
    this.records += records;
  }

  get all(): readonly Group[] {
    return [...this.groups.values()];
  }

  /** All records of the groups together. */
  total(groups: readonly Group[]): Group {
    const sum = this.empty();
    for (const group of groups) {
      sum.records += group.records;
      for (const [index, tally] of sum.tallies.entries()) {
        const other = group.tallies[index];
        if (other !== undefined) tally.merge(other);
      }
    }
    return sum;
  }
}

/** The operands of the metrics, each once, with what must be kept of it. */
export function operandsOf(metrics: readonly Metric[]): readonly { operand: Operand; needs: TallyOptions }[] {
  const byName = new Map<string, { operand: Operand; metrics: Metric[] }>();
  for (const metric of metrics) {
    if (metric.operand === null) continue;
    const known = byName.get(metric.operand.name) ?? { operand: metric.operand, metrics: [] };
    known.metrics.push(metric);
    byName.set(metric.operand.name, known);
  }
  return [...byName.values()].map(({ operand, metrics: on }) => ({ operand, needs: tallyOptions(on) }));
}
