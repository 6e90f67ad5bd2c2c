import type { Row } from '../../../client/types.js';
import { idOf } from '../../display/row-id.js';
import { type CrowdedRange, nextEnd } from './crowded-range.js';
import { idRanges, type RangeField } from './range-field.js';
import { type RecordBatch, type RecordSource, readById, type Watermark } from './record-source.js';

/**
 * Reading the first records of an order that Autotask cannot give. It answers by ascending id, at most 500 a
 * page, so ranges of the field are asked for, from the near end on: one that fits on a page is complete and
 * can be sorted here; one that does not is narrowed. Nothing is assumed about where the records lie: a
 * bad guess costs calls, never a record.
 */

export interface RangeStart {
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

/** Rows that fit on a page; a range is aimed at fewer, so that a guess may be off. */
const page = 500;
const largestComplete = 450;
const smallestTarget = 150;
const largestTarget = 300;

/** How much wider the next range is when one held next to nothing. */
const growth = 6;
/** Ranges of nothing after which the rest is asked for as a whole. */
const mostEmptyRanges = 4;

/**
 * Batches from the near end on, each a range that was read whole, until the consumer has enough. While a
 * range is narrowed an empty batch is given, so that the consumer can count the calls.
 */
export async function* readRanges(
  source: RecordSource,
  ranges: RangeField,
  { after, near, spacing, wanted, sample }: RangeStart,
  descending: boolean,
): AsyncGenerator<RecordBatch, void, undefined> {
  /** A range in which as many records as are wanted lie for certain, because these do. */
  async function narrow(seen: readonly Row[], from: number, until: number): Promise<CrowdedRange> {
    const positions = seen.flatMap((row) => ranges.position(row) ?? []).sort((a, b) => a - b);
    const nearest = positions.slice(0, wanted());
    const [first = near] = nearest;
    const last = nearest.at(-1) ?? first;
    const sure = last + 1;
    const bound = until - from > ranges.grain ? ranges.align(sure, 'behind') : sure;
    // Never nothing, should Autotask show dates less exactly than it compares them.
    const close = Math.min(until, Math.max(from + 1, bound));
    const count = (await source.count(ranges.within(from, close))) ?? 2 * page;
    const tiedPosition = (nearest.at(-2) ?? last) === last ? last : null;
    return { until: close, count, spacing: (last - first) / Math.max(1, nearest.length), tiedPosition };
  }

  let from = after === null ? Number.NEGATIVE_INFINITY : ranges.align(after.position, 'before');
  let width = Math.max(ranges.grain, spacing * smallestTarget);
  let emptyRanges = 0;
  let crowded =
    sample === undefined || sample.every((row) => ranges.position(row) === null)
      ? null
      : await narrow(sample, from, Number.POSITIVE_INFINITY);
  let halve = false;
  let watermark: Watermark | null = after;

  for (;;) {
    const target = Math.min(largestTarget, Math.max(smallestTarget, Math.ceil(wanted() * 1.5)));
    const low = Number.isFinite(from) ? from : near;
    let until = ranges.align(low + width, 'behind');
    if (emptyRanges > mostEmptyRanges || until >= ranges.last) until = Number.POSITIVE_INFINITY;
    if (crowded !== null) {
      until = crowded.until;
      if (crowded.count > largestComplete && until - from > 1) {
        const guess = Math.max(ranges.first, nextEnd(crowded, from, near, target, halve));
        const aligned = until - from > ranges.grain ? ranges.align(guess, 'before') : guess;
        until = Math.max(from + 1, Math.min(until - 1, aligned > from ? aligned : guess));
      }
    }

    const { rows, more } = await source.read(ranges.within(from, until));
    if (!more) {
      watermark = { position: until, id: null };
      yield { rows, watermark };
      if (until === Number.POSITIVE_INFINITY) return;
      const few = rows.length < target / 4;
      if (crowded === null) {
        emptyRanges = few ? emptyRanges + 1 : 0;
        width = few ? width * growth : Math.max(ranges.grain, ((until - low) / rows.length) * target);
      } else {
        halve = few;
        crowded.count -= rows.length;
        if (until >= crowded.until) {
          width = Math.max(ranges.grain, crowded.spacing * target);
          crowded = null;
          emptyRanges = 0;
        }
      }
      from = until;
      continue;
    }

    if (until - from <= 1) {
      yield* readTies(source, ranges, from, rows, after, wanted, descending);
      from = until;
      crowded = null;
      continue;
    }
    if (after !== null && from < after.position && until - from <= ranges.grain) {
      // A second with more than a page: what was given of it would be read again for every page.
      from = after.position;
      crowded = null;
      yield { rows: [], watermark };
      continue;
    }
    crowded = await narrow(rows, from, until);
    halve = false;
    yield { rows: [], watermark };
  }
}

/** More records at one position than fit on a page: by id, in the direction of the order. */
async function* readTies(
  source: RecordSource,
  ranges: RangeField,
  position: number,
  seen: readonly Row[],
  after: Watermark | null,
  wanted: () => number,
  descending: boolean,
): AsyncGenerator<RecordBatch, void, undefined> {
  const tiedSource: RecordSource = {
    read: (conditions) => source.read([...ranges.within(position, position + 1), ...conditions]),
    count: (conditions) => source.count([...ranges.within(position, position + 1), ...conditions]),
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
  for await (const batch of readRanges(tiedSource, idRanges(true), start, true)) {
    const reached = batch.watermark?.position;
    const id = reached === undefined || !Number.isFinite(reached) ? afterTied : 1 - reached;
    yield { rows: batch.rows, watermark: id === null ? null : { position, id } };
  }
}
