import type { FilterNode, Row } from '../../../client/types.js';
import { idOf } from '../../display/row-id.js';
import { type Axis, idAxis } from './axis.js';

/**
 * Reading the first records of an order that Autotask cannot give. It answers by ascending id, at most 500 a
 * page, so windows on the axis are asked for, from the near end on: one that fits on a page is complete and
 * can be sorted here; one that does not is narrowed. Nothing is assumed about where the records lie: a
 * bad guess costs calls, never a record.
 */

/** The records that match the caller's filter. */
export interface RecordSource {
  /** One page of those that meet the conditions too; all of them unless `more`. */
  read(conditions: readonly FilterNode[]): Promise<{ readonly rows: readonly Row[]; readonly more: boolean }>;
  /** Null when Autotask does not tell. */
  count(conditions: readonly FilterNode[]): Promise<number | null>;
}

/**
 * Up to where records are known: all at smaller positions and, with an `id`, those at this position that
 * come no later than the record of that id.
 */
export interface Watermark {
  readonly position: number;
  readonly id: number | null;
}

export interface RecordBatch {
  /** Records that follow those of the slices before, in no order. */
  readonly rows: readonly Row[];
  /** Up to where everything was given now; null while nothing is known. */
  readonly watermark: Watermark | null;
}

export interface WindowStart {
  /** Where the list was left; what lies at its position is given again. */
  readonly after: Watermark | null;
  /** A guess where the first records lie. */
  readonly near: number;
  /** A guess how far apart they lie. */
  readonly spacing: number;
  /** How many more records are wanted. */
  readonly wanted: () => number;
  /** A page of the records that match, where it is known that there are more: better than a guess. */
  readonly sample?: readonly Row[];
}

/** Rows that fit on a page; a window is aimed at fewer, so that a guess may be off. */
const page = 500;
const largestComplete = 450;
const smallestTarget = 150;
const largestTarget = 300;

/** How much wider the next window is when one held next to nothing. */
const growth = 6;
/** Windows of nothing after which the rest is asked for as a whole. */
const mostEmptyWindows = 4;

/** A stretch that holds more than a page, of which the wanted records are the near ones. */
interface Bracket {
  readonly until: number;
  count: number;
  readonly spacing: number;
  /** A position that several of the seen records share: there may be many more. */
  readonly tiedPosition: number | null;
}

const between = (a: number, b: number) => Math.floor(a + (b - a) / 2);

/** The far end of the next window within a bracket. */
function windowEnd(bracket: Bracket, from: number, near: number, target: number, halve: boolean): number {
  const { until, count, spacing, tiedPosition } = bracket;
  if (tiedPosition !== null && from <= tiedPosition && (halve || spacing === 0))
    return from < tiedPosition ? tiedPosition : tiedPosition + 1;
  const low = Number.isFinite(from) ? from : Math.min(near, until - Math.ceil(spacing * count) - 1);
  if (halve) return between(low, until);
  const byDensity = Math.floor(until - spacing * (count - target));
  return byDensity > low ? byDensity : Math.floor(low + ((until - low) * target) / count);
}

/**
 * Slices from the near end on, each a window that was read whole, until the consumer has enough. While a
 * window is narrowed an empty slice is given, so that the consumer can count the calls.
 */
export async function* readWindows(
  source: RecordSource,
  axis: Axis,
  { after, near, spacing, wanted, sample }: WindowStart,
  descending: boolean,
): AsyncGenerator<RecordBatch, void, undefined> {
  /** A stretch in which as many records as are wanted lie for certain, because these do. */
  async function narrow(seen: readonly Row[], from: number, until: number): Promise<Bracket> {
    const positions = seen.flatMap((row) => axis.position(row) ?? []).sort((a, b) => a - b);
    const nearest = positions.slice(0, wanted());
    const [first = near] = nearest;
    const last = nearest.at(-1) ?? first;
    const sure = last + 1;
    const bound = until - from > axis.grain ? axis.align(sure, 'behind') : sure;
    // Never nothing, should Autotask show dates less exactly than it compares them.
    const close = Math.min(until, Math.max(from + 1, bound));
    const count = (await source.count(axis.within(from, close))) ?? 2 * page;
    const tiedPosition = (nearest.at(-2) ?? last) === last ? last : null;
    return { until: close, count, spacing: (last - first) / Math.max(1, nearest.length), tiedPosition };
  }

  let from = after === null ? Number.NEGATIVE_INFINITY : axis.align(after.position, 'before');
  let width = Math.max(axis.grain, spacing * smallestTarget);
  let emptyWindows = 0;
  let bracket =
    sample === undefined || sample.every((row) => axis.position(row) === null)
      ? null
      : await narrow(sample, from, Number.POSITIVE_INFINITY);
  let halve = false;
  let watermark: Watermark | null = after;

  for (;;) {
    const target = Math.min(largestTarget, Math.max(smallestTarget, Math.ceil(wanted() * 1.5)));
    const low = Number.isFinite(from) ? from : near;
    let until = axis.align(low + width, 'behind');
    if (emptyWindows > mostEmptyWindows || until >= axis.last) until = Number.POSITIVE_INFINITY;
    if (bracket !== null) {
      until = bracket.until;
      if (bracket.count > largestComplete && until - from > 1) {
        const guess = Math.max(axis.first, windowEnd(bracket, from, near, target, halve));
        const aligned = until - from > axis.grain ? axis.align(guess, 'before') : guess;
        until = Math.max(from + 1, Math.min(until - 1, aligned > from ? aligned : guess));
      }
    }

    const { rows, more } = await source.read(axis.within(from, until));
    if (!more) {
      watermark = { position: until, id: null };
      yield { rows, watermark };
      if (until === Number.POSITIVE_INFINITY) return;
      const few = rows.length < target / 4;
      if (bracket === null) {
        emptyWindows = few ? emptyWindows + 1 : 0;
        width = few ? width * growth : Math.max(axis.grain, ((until - low) / rows.length) * target);
      } else {
        halve = few;
        bracket.count -= rows.length;
        if (until >= bracket.until) {
          width = Math.max(axis.grain, bracket.spacing * target);
          bracket = null;
          emptyWindows = 0;
        }
      }
      from = until;
      continue;
    }

    if (until - from <= 1) {
      yield* readTies(source, axis, from, rows, after, wanted, descending);
      from = until;
      bracket = null;
      continue;
    }
    if (after !== null && from < after.position && until - from <= axis.grain) {
      // A second with more than a page: what was given of it would be read again for every page.
      from = after.position;
      bracket = null;
      yield { rows: [], watermark };
      continue;
    }
    bracket = await narrow(rows, from, until);
    halve = false;
    yield { rows: [], watermark };
  }
}

/** More records at one position than fit on a page: by id, in the direction of the order. */
async function* readTies(
  source: RecordSource,
  axis: Axis,
  position: number,
  seen: readonly Row[],
  after: Watermark | null,
  wanted: () => number,
  descending: boolean,
): AsyncGenerator<RecordBatch, void, undefined> {
  const tiedSource: RecordSource = {
    read: (conditions) => source.read([...axis.within(position, position + 1), ...conditions]),
    count: (conditions) => source.count([...axis.within(position, position + 1), ...conditions]),
  };
  const afterTied = after?.position === position ? after.id : null;
  if (!descending) {
    yield* readById(tiedSource, afterTied, (id) => ({ position, id }));
    return;
  }
  const ids = seen.flatMap((row) => idOf(row) ?? []);
  const lowest = Math.min(...ids);
  const highest = Math.max(...ids);
  const spacing = Math.max(1, (highest - lowest) / ids.length);
  const count = (await tiedSource.count([])) ?? 2 * page;
  const near = -Math.ceil(highest + spacing * Math.max(0, count - ids.length));
  const start = {
    after: afterTied === null ? null : { position: 1 - afterTied, id: null },
    near,
    spacing,
    wanted,
  };
  for await (const slice of readWindows(tiedSource, idAxis(true), start, true)) {
    const reached = slice.watermark?.position;
    const id = reached === undefined || !Number.isFinite(reached) ? afterTied : 1 - reached;
    yield { rows: slice.rows, watermark: id === null ? null : { position, id } };
  }
}

/** By ascending id, as Autotask gives them: every page goes on where the one before ended. */
export async function* readById(
  source: RecordSource,
  afterId: number | null,
  watermarkAt: (id: number) => Watermark,
): AsyncGenerator<RecordBatch, void, undefined> {
  let last = afterId;
  for (;;) {
    const { rows, more } = await source.read(last === null ? [] : [{ op: 'gt', field: 'id', value: last }]);
    last = idOf(rows.at(-1)) ?? last;
    yield { rows, watermark: last === null ? null : watermarkAt(last) };
    if (!more) return;
  }
}
