import { RangeIndex } from './range-index.js';
import { insertSorted, lowerBound, removeSorted } from './sorted-rows.js';
import type { Row, Value } from './value.js';

/** Below this many rows a scan is as fast as an index is to build. */
const smallTable = 256;

/** Strings compare without case everywhere, so they are indexed that way. */
export function indexKey(value: Value | undefined): Value {
  if (value === undefined) return null;
  return typeof value === 'string' ? value.toLowerCase() : value;
}

/** The rows of one entity, sorted by id, with indexes on the fields that were asked about. */
export class Table {
  readonly rows: Row[];
  private readonly indexes = new Map<string, Map<Value, Row[]>>();
  private readonly ranges = new Map<string, RangeIndex>();
  private readonly firstCreated: number;
  private next: number;

  constructor(rows: Row[], firstId: number) {
    this.rows = rows;
    this.firstCreated = Math.max(firstId, (rows.at(-1)?.id ?? 0) + 1);
    this.next = this.firstCreated;
  }

  /**
   * The rows that came with the table, without those created since: other entities are generated from
   * these, whenever they are first looked at.
   */
  get seeded(): readonly Row[] {
    const last = this.rows.at(-1);
    if (last === undefined || last.id < this.firstCreated) return this.rows;
    return this.rows.slice(0, lowerBound(this.rows, this.firstCreated));
  }

  get(id: number): Row | undefined {
    const row = this.rows[lowerBound(this.rows, id)];
    return row?.id === id ? row : undefined;
  }

  /** Rows holding the value, sorted by id; undefined when the table is not worth an index. */
  equal(field: string, value: Value): readonly Row[] | undefined {
    if (this.rows.length < smallTable) return undefined;
    let index = this.indexes.get(field);
    if (index === undefined) {
      index = new Map();
      for (const row of this.rows) {
        const key = indexKey(row[field]);
        const list = index.get(key);
        if (list === undefined) index.set(key, [row]);
        else list.push(row);
      }
      this.indexes.set(field, index);
    }
    return index.get(indexKey(value)) ?? [];
  }

  /** The rows sorted by a numeric field; undefined when the table is not worth an index. */
  sorted(field: string): RangeIndex | undefined {
    if (this.rows.length < smallTable) return undefined;
    let index = this.ranges.get(field);
    if (index === undefined) {
      index = new RangeIndex(field, this.rows);
      this.ranges.set(field, index);
    }
    return index;
  }

  nextId(): number {
    return this.next++;
  }

  insert(row: Row): void {
    this.next = Math.max(this.next, row.id + 1);
    insertSorted(this.rows, row);
    for (const [field, index] of this.indexes) {
      const key = indexKey(row[field]);
      const list = index.get(key);
      if (list === undefined) index.set(key, [row]);
      else insertSorted(list, row);
    }
    for (const range of this.ranges.values()) range.add(row);
  }

  /** Overwrites the given fields of a stored row. */
  update(row: Row, changes: Readonly<Record<string, Value>>): void {
    for (const [field, value] of Object.entries(changes)) {
      const index = this.indexes.get(field);
      const before = indexKey(row[field]);
      const after = indexKey(value);
      if (before === after) {
        // Text may differ in case alone.
        row[field] = value;
        continue;
      }
      const range = this.ranges.get(field);
      range?.remove(row);
      row[field] = value;
      range?.add(row);
      if (index === undefined) continue;
      removeSorted(index.get(before), row);
      const list = index.get(after);
      if (list === undefined) index.set(after, [row]);
      else insertSorted(list, row);
    }
  }

  remove(row: Row): void {
    removeSorted(this.rows, row);
    for (const [field, index] of this.indexes) removeSorted(index.get(indexKey(row[field])), row);
    for (const range of this.ranges.values()) range.remove(row);
  }
}
