import { oneLine } from '../../text.js';
import type { FieldMetadata } from '../metadata/entity-metadata.js';
import { labelOf } from '../metadata/picklists.js';

/** A condition that compares text, as far as it was told in words. */
export interface TextCondition {
  readonly fields: readonly string[];
  readonly op: string;
  readonly value: string;
}

/** A record that a condition names by its id. */
export interface IdCondition {
  readonly field: FieldMetadata;
  readonly op: string;
  readonly id: number;
}

/** What is said of an operator where names and labels are told. */
const negations = new Set(['noteq', 'notIn']);
const comparisons: Readonly<Record<string, string>> = { gt: '> ', gte: '>= ', lt: '< ', lte: '<= ' };

const partial = new Set(['beginsWith', 'endsWith', 'contains']);

const operatorWords: Readonly<Record<string, string>> = {
  beginsWith: 'for the beginning ',
  endsWith: 'for the end ',
  contains: 'for the part ',
  digits: 'for the digits ',
};

/**
 * What a filter asks for in the reader's words: how names, labels and ranges were understood, and what has to be
 * looked at when nothing matches.
 */
export class Interpretation {
  private readonly meanings = new Map<string, string[]>();
  private readonly compared: { fields: string[]; op: string; value: string }[] = [];
  readonly ids: IdCondition[] = [];

  /** `status: not Complete (5)`; one line a field, however many conditions it has. */
  addMeaning(field: string, op: string, meanings: readonly string[]): void {
    const meaning = negations.has(op)
      ? meanings.map((meaning) => `not ${meaning}`).join(', ')
      : `${comparisons[op] ?? ''}${meanings.join(' or ')}`;
    const known = this.meanings.get(field) ?? [];
    if (!known.includes(meaning)) this.meanings.set(field, [...known, meaning]);
  }

  /** How the values of a condition were understood; answers the codes that stand in no picklist. */
  addValues(
    field: FieldMetadata,
    op: string,
    values: readonly unknown[],
    names: readonly string[],
    grouped: boolean,
  ): readonly unknown[] {
    if (names.length > 0) this.addMeaning(field.name, op, names);
    const isText = field.dataType === 'string' && field.isPickList !== true;
    if (isText || partial.has(op)) {
      for (const value of values) this.addText(field.name, op, String(value), grouped);
      return [];
    }
    if (field.isPickList !== true || field.choices.length === 0) return [];
    const isChoice = (code: unknown) => field.choices.some(({ value }) => value === String(code));
    const labels = values.filter(isChoice).map((code) => {
      const isActive = field.choices.some(({ value, isActive }) => value === String(code) && isActive);
      return `${labelOf(field, code)} (${String(code)}${isActive ? '' : '; inactive'})`;
    });
    if (labels.length > 0) this.addMeaning(field.name, op, labels);
    return values.filter((code) => !isChoice(code));
  }

  /** `grouped`: one of several alternatives; the same text in other fields is told with it. */
  addText(field: string, op: string, value: string, grouped: boolean): void {
    const last = this.compared.at(-1);
    if (grouped && last?.op === op && last.value === value) last.fields.push(field);
    else this.compared.push({ fields: [field], op, value });
  }

  get understood(): readonly string[] {
    return [...this.meanings].map(([field, meaning]) => oneLine(`${field}: ${meaning.join(', ')}`));
  }

  get texts(): readonly TextCondition[] {
    return this.compared;
  }
}

const joinWithOr = (names: readonly string[]) =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;

/** `companyName for the part "x"`. */
export const textConditionLine = ({ fields, op, value }: TextCondition): string =>
  `${joinWithOr(fields)} ${operatorWords[op] ?? (negations.has(op) ? 'not for the whole text ' : 'for the whole text ')}${JSON.stringify(value)}`;
