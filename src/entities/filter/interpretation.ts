import { fold } from '../../names/spelling.js';
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

const joinWithOr = (names: readonly string[]) =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;

/** What one condition means: `status: New (1)`. Without fields it is said of several at once. */
interface Meaning {
  readonly fields: readonly string[];
  readonly text: string;
  /** As it was written: told only beside others that were not. */
  readonly asWritten?: boolean;
}

const lineOf = ({ fields, text }: Meaning) => (fields.length === 0 ? text : `${joinWithOr(fields)}: ${text}`);

/** Alternatives as one meaning: `phone or mobilePhone: x`, `status: a or b`, `either status: a, or title: b`. */
function anyOf(alternatives: readonly (readonly Meaning[])[]): Meaning[] {
  if (alternatives.flat().every(({ asWritten }) => asWritten === true)) return [];
  if (alternatives.length === 1) return [...(alternatives[0] ?? [])];
  const each = new Set(alternatives.map((meanings) => meanings.map(lineOf).join(' and ')));
  if (alternatives.some(({ length }) => length !== 1)) return [either(each)];
  const fieldsOfText = new Map<string, readonly string[]>();
  for (const { fields, text } of alternatives.flat())
    fieldsOfText.set(text, [...new Set([...(fieldsOfText.get(text) ?? []), ...fields])]);
  const [first = [], ...others] = [...fieldsOfText.values()];
  const isSame = first.length > 0 && others.every((fields) => fields.join() === first.join());
  if (isSame) {
    const texts = [...fieldsOfText.keys()];
    // A text with parts of its own would run into the next.
    return [
      { fields: first, text: texts.join(texts.some((text) => text.includes(', or ')) ? '; or ' : ' or ') },
    ];
  }
  return [either(new Set([...fieldsOfText].map(([text, fields]) => lineOf({ fields, text }))))];
}

const either = (lines: ReadonlySet<string>): Meaning => ({
  fields: [],
  text: `either ${[...lines].join(', or ')}`,
});

/** Labels have no order; their codes do, which is another than that of the picklist: it is told which are meant. */
function orderedByCode(
  { choices }: FieldMetadata,
  op: string,
  [bound]: readonly unknown[],
  labels: readonly string[],
): readonly string[] {
  if (!(op in comparisons)) return labels;
  const meant = choices.filter(({ value, isActive }) => {
    const apart = Number(value) - Number(bound);
    const isMet = apart === 0 ? op.endsWith('e') : op.startsWith('g') === apart > 0;
    return isActive && isMet;
  });
  const listed = meant.slice(0, mostLabels).map(({ label }) => label);
  const more = meant.length > listed.length ? ` and ${meant.length - listed.length} more` : '';
  return [`${labels.join(' or ')} by code: ${listed.length === 0 ? 'none' : `${listed.join(', ')}${more}`}`];
}

const mostLabels = 12;

/** A group of conditions that is being read; the last of its members is the one that is read now. */
interface OpenGroup {
  readonly op: 'and' | 'or';
  readonly members: Meaning[][];
}

/**
 * What a filter asks for in the reader's words: how names, labels and ranges were understood, and what has to be
 * looked at when nothing matches.
 */
export class Interpretation {
  private readonly top: Meaning[] = [];
  private readonly open: OpenGroup[] = [];
  private toldSoFar = 0;
  private readonly fieldNames = new Set<string>();
  private readonly compared: { fields: string[]; op: string; value: string; grouped: boolean }[] = [];
  readonly ids: IdCondition[] = [];
  /** Names that were given beside addresses, which decide alone. */
  readonly namesBesideAddresses: string[] = [];

  /** `status: not Complete (5)`; outside of groups one line a field, however many conditions it has. */
  addMeaning(field: string, op: string, meanings: readonly string[]): void {
    const text = negations.has(op)
      ? meanings.map((meaning) => `not ${meaning}`).join(', ')
      : `${comparisons[op] ?? ''}${meanings.join(' or ')}`;
    this.add({ fields: [field], text });
  }

  /** How many meanings were told so far: who compares it knows whether a condition told its own. */
  get told(): number {
    return this.toldSoFar;
  }

  private add(meaning: Meaning): void {
    this.toldSoFar += 1;
    (this.open.at(-1)?.members.at(-1) ?? this.top).push(meaning);
  }

  /** A group begins: what is added from now on is about its members, each begun by `member`. */
  beginGroup(op: 'and' | 'or'): void {
    this.open.push({ op, members: [] });
  }

  member(): void {
    this.open.at(-1)?.members.push([]);
  }

  /** Tells a member of alternatives as it was written, where nothing else is to be said of it. */
  addAsWritten(field: string, text: string): void {
    if (!this.open.some(({ op }) => op === 'or')) return;
    if (this.open.at(-1)?.members.at(-1)?.length === 0) this.add({ fields: [field], text, asWritten: true });
  }

  endGroup(): void {
    const group = this.open.pop();
    if (group === undefined) return;
    for (const meaning of group.op === 'and' ? group.members.flat() : anyOf(group.members)) this.add(meaning);
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
    if (labels.length > 0) this.addMeaning(field.name, op, orderedByCode(field, op, values, labels));
    return values.filter((code) => !isChoice(code));
  }

  /** `grouped`: one of several alternatives; the same text in other fields is told with it. */
  addText(field: string, op: string, value: string, grouped: boolean): void {
    const same = grouped
      ? this.compared.find((one) => one.grouped && one.op === op && one.value === value)
      : undefined;
    if (same === undefined) this.compared.push({ fields: [field], op, value, grouped });
    else if (!same.fields.includes(field)) same.fields.push(field);
  }

  /** Says which field was meant where it is not called so. */
  addFieldName(given: string, { name, udf }: FieldMetadata): void {
    const word = fold(given);
    if (!udf && word !== fold(name) && `${word}id` !== fold(name)) this.fieldNames.add(`${given} is ${name}`);
  }

  get understood(): readonly string[] {
    const texts = new Map<string, string[]>();
    for (const { fields, text } of this.top) {
      const key = joinWithOr(fields);
      const known = texts.get(key) ?? [];
      if (!known.includes(text)) texts.set(key, [...known, text]);
    }
    const lines = [...texts].flatMap(([key, all]) =>
      key === '' ? all.map(oneLine) : [oneLine(`${key}: ${all.join(', ')}`)],
    );
    return [...[...this.fieldNames].map(oneLine), ...lines];
  }

  get texts(): readonly TextCondition[] {
    return this.compared;
  }
}

/** `companyName for the part "x"`. */
export const textConditionLine = ({ fields, op, value }: TextCondition): string =>
  `${joinWithOr(fields)} ${operatorWords[op] ?? (negations.has(op) ? 'not for the whole text ' : 'for the whole text ')}${JSON.stringify(value)}`;
