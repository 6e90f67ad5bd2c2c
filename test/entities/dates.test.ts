import { describe, expect, it } from 'vitest';
import { isDayField } from '../../src/entities/metadata/field-metadata.js';
import { parseRange, showDate, toUtc } from '../../src/entities/values/dates.js';

describe('dates without a zone are read in the caller’s', () => {
  it.each([
    ['2026-01-15T09:00', 'Europe/Berlin', '2026-01-15T08:00:00Z'],
    ['2026-07-15T09:00', 'Europe/Berlin', '2026-07-15T07:00:00Z'],
    ['2026-07-15', 'America/New_York', '2026-07-15T04:00:00Z'],
    ['2026-01-15T09:00:00Z', 'Europe/Berlin', '2026-01-15T09:00:00Z'],
    ['2026-01-15T09:00:00+02:00', 'UTC', '2026-01-15T07:00:00Z'],
    // An hour after the clocks went forward, and the first hour of the day they went back.
    ['2026-03-29T03:30', 'Europe/Berlin', '2026-03-29T01:30:00Z'],
    ['2026-10-25', 'Europe/Berlin', '2026-10-24T22:00:00Z'],
    ['2026-10-26', 'Europe/Berlin', '2026-10-25T23:00:00Z'],
  ])('%s in %s is %s', (given, zone, utc) => {
    expect(toUtc(given, zone)).toBe(utc);
  });
});

describe('dates are shown in the caller’s zone', () => {
  it.each([
    ['2026-01-15T08:00:00Z', 'createDate', 'Europe/Berlin', '2026-01-15T09:00'],
    ['2026-01-15T08:00:00.123', 'createDate', 'UTC', '2026-01-15T08:00Z'],
    // A day is a day: shifting its midnight would show the day before.
    ['2026-01-15T00:00:00Z', 'dateWorked', 'America/New_York', '2026-01-15'],
    ['2026-01-15T00:00:00Z', 'createDate', 'America/New_York', '2026-01-14T19:00'],
    // What stands for never in other systems stays in its year.
    ['0001-01-01T00:00:00Z', 'createDate', 'Europe/Berlin', '0001-01-01T01:00'],
    ['9999-12-31T23:59:59Z', 'createDate', 'Europe/Berlin', '9999-12-31T23:59'],
  ])('%s of %s in %s is %s', (given, field, zone, shown) => {
    expect(showDate(given, isDayField('Tickets', field), zone)).toBe(shown);
  });
});

describe('ranges', () => {
  // A Wednesday, half past midnight in Berlin, still Tuesday in UTC.
  const now = Date.parse('2026-03-31T22:30:00Z');
  it.each([
    ['today', '2026-03-31T22:00:00Z', '2026-04-01T22:00:00Z'],
    ['yesterday', '2026-03-30T22:00:00Z', '2026-03-31T22:00:00Z'],
    ['last 7 days', '2026-03-25T23:00:00Z', '2026-04-01T22:00:00Z'],
    ['this week', '2026-03-29T22:00:00Z', '2026-04-05T22:00:00Z'],
    ['Last Month', '2026-02-28T23:00:00Z', '2026-03-31T22:00:00Z'],
    ['last 1 month', '2026-03-01T23:00:00Z', '2026-04-01T22:00:00Z'],
    // 1 April in Berlin: the second quarter has begun.
    ['this quarter', '2026-03-31T22:00:00Z', '2026-06-30T22:00:00Z'],
    ['last quarter', '2025-12-31T23:00:00Z', '2026-03-31T22:00:00Z'],
    ['this year', '2025-12-31T23:00:00Z', '2026-12-31T23:00:00Z'],
    ['last year', '2024-12-31T23:00:00Z', '2025-12-31T23:00:00Z'],
    ['last 2 quarters', '2025-10-01T22:00:00Z', '2026-04-01T22:00:00Z'],
    ['next 2 weeks', '2026-03-31T22:00:00Z', '2026-04-14T22:00:00Z'],
    ['last 30 days', '2026-03-02T23:00:00Z', '2026-04-01T22:00:00Z'],
    ['next 60 days', '2026-03-31T22:00:00Z', '2026-05-30T22:00:00Z'],
    ['2026-01-01..2026-01-31', '2025-12-31T23:00:00Z', '2026-01-31T23:00:00Z'],
    ['2026-01-01..', '2025-12-31T23:00:00Z', undefined],
    ['..2026-01-31T12:00', undefined, '2026-01-31T11:00:00Z'],
    ['2026-01-01 to 2026-01-31', '2025-12-31T23:00:00Z', '2026-01-31T23:00:00Z'],
    ['from 2026-01-01 to 2026-01-31', '2025-12-31T23:00:00Z', '2026-01-31T23:00:00Z'],
    ['2026-01-01 - 2026-01-31', '2025-12-31T23:00:00Z', '2026-01-31T23:00:00Z'],
    ['2026-01-01…2026-01-31', '2025-12-31T23:00:00Z', '2026-01-31T23:00:00Z'],
    ['yesterday..today', '2026-03-30T22:00:00Z', '2026-04-01T22:00:00Z'],
    ['last month..', '2026-02-28T23:00:00Z', undefined],
    ['..yesterday', undefined, '2026-03-31T22:00:00Z'],
    // The clocks go forward in it.
    ['2026-03', '2026-02-28T23:00:00Z', '2026-03-31T22:00:00Z'],
    ['2026-02..2026-03', '2026-01-31T23:00:00Z', '2026-03-31T22:00:00Z'],
    ['2026', '2025-12-31T23:00:00Z', '2026-12-31T23:00:00Z'],
    ['last 24 hours', '2026-03-30T22:30:00Z', '2026-03-31T22:30:00Z'],
  ])('%s', (words, from, until) => {
    const expected = { ...(from ? { from } : {}), ...(until ? { until } : {}) };
    expect(parseRange(words, 'Europe/Berlin', false, now)).toEqual(expected);
  });

  it('clamps to the last day of a shorter month', () => {
    const range = parseRange('last 1 month', 'UTC', false, Date.parse('2026-03-31T12:00:00Z'));
    expect(range).toEqual({ from: '2026-03-01T00:00:00Z', until: '2026-04-01T00:00:00Z' });
  });

  it.each([
    '2026-01-01',
    'soon',
    '..',
    'a..b',
    '',
    'last 0 days',
    '2026-13',
    'a to b',
    'today and yesterday',
    '2026-01-01 to 2026-01-02 to 2026-01-03',
  ])('%j is no range', (text) => {
    expect(parseRange(text, 'UTC', false, now)).toBeUndefined();
  });
});
