import fc from 'fast-check';

const second = 1000;
export const minute = 60 * second;
const day = 24 * 60 * minute;
const year = 365 * day;

/**
 * Distributions of dates, as a function of a record's place among all: everything at one moment, bursts, long gaps, the future, days,
 * milliseconds.
 */
export const dates: fc.Arbitrary<(index: number, of: number) => number | null> = fc
  .record({
    base: fc.integer({ min: -20 * 365, max: 400 }).map((days) => Date.now() + days * day),
    span: fc.constantFrom(0, 1, 500, second, minute, day, 30 * day, 3 * year, 15 * year),
    grain: fc.constantFrom(1, second, minute, day),
    shape: fc.constantFrom('even', 'inverted', 'random', 'crowded', 'two'),
    nulls: fc.constantFrom(0, 0, 3, 50),
    seed: fc.integer({ min: 1, max: 1_000_000 }),
  })
  .map(({ base, span, grain, shape, nulls, seed }) => (index, of) => {
    if (nulls > 0 && (index * 7919 + seed) % 100 < nulls) return null;
    const chance = Math.abs(Math.sin(index * 12.9898 + seed) * 43758.5453) % 1;
    const part =
      shape === 'even'
        ? index / of
        : shape === 'inverted'
          ? 1 - index / of
          : shape === 'crowded'
            ? chance ** 12
            : shape === 'two'
              ? chance < 0.5
                ? 0
                : 1
              : chance;
    const at = base + span * part;
    return at - (((at % grain) + grain) % grain);
  });
