import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FieldMetadata } from '../../src/entities/metadata/entity-metadata.js';
import { choicesByLabel, distinctLabels } from '../../src/entities/metadata/picklists.js';
import { named } from '../../src/names/match.js';
import { nearest } from '../../src/names/nearest.js';
import { fold } from '../../src/names/spelling.js';

/** Letters, digits and signs of scripts that tenants are written in, with those that look alike when cut to ASCII. */
const signs = [
  ...'abAB12 éèÉßäöüÄÖÜñøİıI',
  ...'низкийВЫСОКИЙёй',
  ...'ΟΔΟΣοδος',
  ...'東京大阪高低顧客',
  ...'カタカナｶﾅ',
  ...'한국어',
  ...'العربية',
  ...'עברית',
  ...'कीखि',
  ...'１２①ＡＢ',
  ...'🔥💧',
  ...'-_./()#+&!%<>=~"\'',
  'e\u0301',
  '\u200d',
  '\u00ad',
  '  ',
];
const label = fc
  .array(fc.constantFrom(...signs), { minLength: 1, maxLength: 8 })
  .map((parts) => parts.join(''))
  .filter((text) => text.trim() !== '');
const labels = fc.uniqueArray(label, { minLength: 1, maxLength: 8, selector: (text) => text.trim() });

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
/** What a person does not see in a text. */
const seen = (text: string) =>
  text
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    // Its small letter is two signs, which comparing without case does not know.
    .replaceAll('İ', 'i̇');
/** What a person would call equal: the same but for case (as the language compares it) and white space. */
const equal = (a: string, b: string, without: RegExp) => {
  const [left, right] = [a, b].map((text) => seen(text).replace(without, ''));
  return new RegExp(`^${escaped(left ?? '')}$`, 'iu').test(right ?? '');
};
const spaces = /\s+/g;
const marks = /[\s\p{P}]+/gu;

const picklist = (values: readonly string[]): FieldMetadata => ({
  name: 'status',
  dataType: 'integer',
  length: null,
  isRequired: null,
  isReadOnly: null,
  isQueryable: null,
  isReference: null,
  referenceEntityType: null,
  isPickList: true,
  label: null,
  udf: false,
  day: false,
  parentField: null,
  choices: values.map((text, index) => ({
    value: String(1000 + index),
    label: text,
    isActive: true,
    isDefaultValue: false,
    parentValue: '',
    sortOrder: index,
  })),
});

/** Another way to write a text that a person would take for the same. */
const respelt = (text: string) =>
  fc.constantFrom(
    text,
    text.toLowerCase(),
    text.normalize('NFD'),
    text.normalize('NFC'),
    ` ${text} `,
    text.replace(/ /g, '  '),
    text.replace(/ /g, '\u00a0'),
  );

/** A label of the list with one sign more, less or other: what a wrong comparison would take for the label. */
const almost = (all: readonly string[]) =>
  fc
    .tuple(fc.constantFrom(...all), fc.nat(8), fc.nat(1), fc.constantFrom('', ...signs))
    .map(([text, at, cut, sign]) => [...text].toSpliced(at, cut, sign).join(''));

const many = { numRuns: 3000 };

describe('a label', () => {
  it.each(['stored', 'label'] as const)('in its exact spelling is itself and nothing else (%s)', (how) => {
    fc.assert(
      fc.property(labels, (all) => {
        for (const text of all) {
          expect(distinctLabels(choicesByLabel(picklist(all), text, how))).toEqual([text]);
        }
      }),
      many,
    );
  });

  it('that is not there is one that a person would call equal, or an error', () => {
    const near = labels.chain((all) => fc.oneof(label, almost(all)).map((given) => ({ all, given })));
    fc.assert(
      fc.property(near, ({ all, given }) => {
        const stored = distinctLabels(choicesByLabel(picklist(all), given, 'stored'));
        for (const found of stored)
          expect(equal(found, given, spaces), `${found} for ${given}, to store`).toBe(true);
        const [only, ...others] = named(given, all, (text) => text, 'label');
        if (only !== undefined && others.length === 0)
          expect(equal(only, given, marks), `${only} for ${given}`).toBe(true);
      }),
      many,
    );
  });

  it('in another case, spacing or normalisation is found, alone or beside what fits as well', () => {
    const spelling = labels.chain((all) =>
      fc.constantFrom(...all).chain((text) => respelt(text).map((given) => ({ all, text, given }))),
    );
    fc.assert(
      fc.property(spelling, ({ all, text, given }) => {
        const found = named(given, all, (one) => one, 'stored');
        // Another label in just this spelling is meant first.
        const isOther = all.some((one) => one.trim() === given.trim() && one !== text);
        if (!isOther) expect(found).toContain(text);
        for (const one of found) expect(equal(one, given, spaces)).toBe(true);
      }),
      many,
    );
  });

  it('never has an empty key, so that nothing fits everything', () => {
    fc.assert(
      fc.property(label, (text) => {
        fc.pre(seen(text).trim() !== '');
        expect(fold(text)).not.toBe('');
      }),
      many,
    );
  });
});

describe('names that no person writes', () => {
  it('of 100,000 letters, and lists of 100,000, cost no time that grows faster than they do', () => {
    const long = 'x'.repeat(100_000);
    const list = Array.from(
      { length: 100_000 },
      (_, index) => `Étiquette ${index} ${'y'.repeat(index % 150)}`,
    );
    const started = performance.now();
    expect(nearest(long, list)).toEqual([]);
    expect(nearest('Étiquete 77', [long, ...list])).not.toEqual([]);
    expect(named(long, [long, ...list], (text) => text, 'label')).toEqual([long]);
    // Generous: a tenth of a second on a quiet machine, minutes when every pair of letters is compared.
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
