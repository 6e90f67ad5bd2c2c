import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FilterNode, Row } from '../../src/client/types.js';
import {
  type FirstInOrderQuery,
  type ListPosition,
  readFirstInOrder,
} from '../../src/entities/order/range-paging/first-in-order.js';
import { dateRanges, idRanges, millisecondsOf } from '../../src/entities/order/range-paging/range-field.js';
import type { RecordSource } from '../../src/entities/order/range-paging/record-source.js';
import { compareKeyedRows, type KeyedRow } from '../../src/entities/order/sort-keys.js';
import { dates, minute } from '../support/dates.js';

/**
 * The search for the first records against a tenant that is a list in memory: thousands of distributions in a
 * second. The same through the protocol is in test/protocol/order.test.ts.
 */

interface Ticket {
  readonly id: number;
  /** Milliseconds; null for a record without a date. */
  readonly at: number | null;
}

const rowOf = ({ id, at }: Ticket): Row => ({ id, date: at === null ? null : new Date(at).toISOString() });

function meets({ id, at }: Ticket, { op, field = '', value }: FilterNode): boolean {
  const stored = field === 'id' ? id : at;
  if (op === 'notExist') return stored === null;
  if (field !== 'id' && !/^[1-9]\d{3}-/.test(String(value))) throw new Error(`no date: ${String(value)}`);
  const wanted = field === 'id' ? Number(value) : (millisecondsOf(value) ?? Number.NaN);
  if (stored === null) return false;
  if (op === 'gte') return stored >= wanted;
  if (op === 'lt') return stored < wanted;
  if (op === 'gt') return stored > wanted;
  throw new Error(`the tenant of this test does not know ${op}`);
}

function tenantOf(tickets: readonly Ticket[]) {
  const rows = [...tickets].sort((a, b) => a.id - b.id);
  let calls = 0;
  const matching = (conditions: readonly FilterNode[]) =>
    rows.filter((row) => conditions.every((condition) => meets(row, condition)));
  const source: RecordSource = {
    read: async (conditions) => {
      calls++;
      const found = matching(conditions);
      return { rows: found.slice(0, 500).map(rowOf), more: found.length > 500 };
    },
    count: async (conditions) => {
      calls++;
      return matching(conditions).length;
    },
  };
  return { source, calls: () => calls };
}

interface Asked {
  readonly field: 'date' | 'id';
  readonly descending: boolean;
  readonly need: number;
  readonly after?: ListPosition | null;
  readonly filtered?: boolean;
  readonly mostCalls?: number;
}

function ask(tickets: readonly Ticket[], asked: Asked) {
  const { field, descending, need, after = null, filtered = false, mostCalls = 60 } = asked;
  const tenant = tenantOf(tickets);
  const ranges = field === 'id' ? idRanges(descending) : dateRanges('date', descending);
  const query: FirstInOrderQuery = {
    ranges,
    field,
    descending,
    filter: filtered ? [] : [{ op: 'exist', field: 'id' }],
    need,
    after,
    isPostFiltered: false,
    mostCalls,
    keyed: async (rows) => rows.map((row) => ({ row, id: Number(row.id), key: ranges.position(row) })),
  };
  // A filter that matches everything: the search must not depend on knowing that.
  if (filtered) Object.assign(query, { filter: [{ op: 'gte', field: 'status', value: 0 }] });
  return { result: readFirstInOrder(tenant.source, query), tenant, ranges };
}

/** All ids in the order that is wanted, sorted the plain way. */
function expected(tickets: readonly Ticket[], field: 'date' | 'id', descending: boolean): number[] {
  const sign = descending ? -1 : 1;
  const valueAt = ({ id, at }: Ticket) => (field === 'id' ? id : at);
  return [...tickets]
    .sort((a, b) => {
      const [x, y] = [valueAt(a), valueAt(b)];
      if (x === null || y === null) return x === y ? a.id - b.id : x === null ? 1 : -1;
      return sign * (x - y) || sign * (a.id - b.id);
    })
    .map(({ id }) => id);
}

const tickets = fc
  .record({
    count: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 480, max: 4000 })),
    gap: fc.integer({ min: 1, max: 40 }),
    date: dates,
  })
  .map(({ count, gap, date }): Ticket[] =>
    Array.from({ length: count }, (_, index) => {
      const at = date(index, count);
      return { id: 1 + index * gap + (index % gap), at: at === null ? null : Math.round(at) };
    }),
  );

const ids = (rows: readonly KeyedRow[]) => rows.map(({ id }) => id);

describe('the first records of an order', () => {
  let most = 0;

  it('are those of a direct sort, in few calls, whatever the dates are', async () => {
    await fc.assert(
      fc.asyncProperty(
        tickets,
        fc.constantFrom<'date' | 'id'>('date', 'date', 'date', 'id'),
        fc.boolean(),
        fc.integer({ min: 2, max: 120 }),
        fc.boolean(),
        async (all, field, descending, need, filtered) => {
          const { result, tenant } = ask(all, { field, descending, need, filtered });
          const { rows, stopped } = await result;
          expect(stopped).toBeNull();
          expect(ids(rows).slice(0, need)).toEqual(expected(all, field, descending).slice(0, need));
          most = Math.max(most, tenant.calls());
          // Usually about 15; 29 where every day holds as many records as the page and all of them the same moment.
          expect(tenant.calls()).toBeLessThanOrEqual(32);
        },
      ),
      { numRuns: 300 },
    );
    process.stdout.write(`most calls for the first page: ${most}\n`);
  });

  it('and all pages together are everything once', async () => {
    await fc.assert(
      fc.asyncProperty(
        tickets,
        fc.constantFrom<'date' | 'id'>('date', 'date', 'date', 'id'),
        fc.boolean(),
        fc.integer({ min: 100, max: 700 }),
        async (all, field, descending, size) => {
          const order = expected(all, field, descending);
          const seen: number[] = [];
          let after: ListPosition | null = null;
          for (let turn = 0; turn <= all.length / size + 1; turn++) {
            // A page of more than 500 may need some hundred calls where nearly all records share a moment.
            const { result } = ask(all, { field, descending, need: size + 1, after, mostCalls: 400 });
            const { rows, total, stopped } = await result;
            expect(stopped).toBeNull();
            const sorted = [...rows].sort((a, b) => compareKeyedRows(a, b, descending));
            const page = sorted.slice(0, size);
            seen.push(...ids(page));
            const last = page.at(-1);
            if (rows.length <= size || last === undefined) break;
            const key = typeof last.key === 'number' ? last.key : null;
            after = { key, id: last.id, total, spacing: null };
          }
          expect(seen).toEqual(order);
        },
      ),
      { numRuns: 40 },
    );
  });

  it.each([true, false])(
    'need no more calls for a later page of one crowded second (descending: %s)',
    async (descending) => {
      const all = Array.from({ length: 2000 }, (_, index) => ({
        id: index + 1,
        at: Date.UTC(2026, 0, 1) + Math.floor(index / 4),
      }));
      const order = expected(all, 'date', descending);
      const seen: number[] = [];
      let after: ListPosition | null = null;
      for (let page = 0; page < 20; page++) {
        const { result, tenant } = ask(all, { field: 'date', descending, need: 101, after });
        const { rows, total, stopped } = await result;
        expect(stopped).toBeNull();
        expect(tenant.calls()).toBeLessThanOrEqual(25);
        const sorted = [...rows].sort((a, b) => compareKeyedRows(a, b, descending)).slice(0, 100);
        seen.push(...ids(sorted));
        const last = sorted.at(-1);
        after = { key: Number(last?.key), id: last?.id ?? null, total, spacing: null };
      }
      expect(seen).toEqual(order);
    },
  );

  it('stop at the limit of calls, say how far they are known, and go on from there', async () => {
    const all = Array.from({ length: 4000 }, (_, index) => ({
      id: index + 1,
      at: Date.UTC(2026, 0, 1) - Math.round(1.004 ** index * minute),
    }));
    const order = expected(all, 'date', true);
    const seen: number[] = [];
    let after: ListPosition | null = null;
    let turns = 0;
    for (; turns < 400; turns++) {
      const { result } = ask(all, { field: 'date', descending: true, need: 2000, after, mostCalls: 3 });
      const { rows, stopped } = await result;
      const known = [...rows].sort((a, b) => compareKeyedRows(a, b, true));
      seen.push(...ids(known));
      if (stopped === null) break;
      after = { ...stopped, total: null, spacing: null };
    }
    expect(turns).toBeGreaterThan(1);
    expect(seen).toEqual(order);
  });
});
