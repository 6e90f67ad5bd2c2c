import type { Problem } from '../errors.js';
import { fold, nearest } from '../nearest.js';
import type { Choice, FieldFacts } from './facts.js';

/** Label of a code; undefined when the picklist does not know it. */
export function labelOf(field: FieldFacts, code: unknown): string | undefined {
  const wanted = String(code);
  return field.choices.find((choice) => choice.value === wanted)?.label;
}

/** Most choices that an error lists; the rest is a count. */
const mostListed = 40;

export function listChoices(choices: readonly Choice[]): string[] {
  const listed = choices
    .filter((choice) => choice.isActive)
    .slice(0, mostListed)
    .map((choice) => `${choice.value} = ${choice.label}`);
  const rest = choices.filter((choice) => choice.isActive).length - listed.length;
  return rest > 0 ? [...listed, `and ${rest} more`] : listed;
}

/** The number or text that Autotask stores for a choice. */
export function codeValue(field: FieldFacts, choice: Choice): number | string {
  return field.dataType === 'string' ? choice.value : Number(choice.value);
}

/** Choices whose label is the given text. Several when labels repeat under different parents. */
export function choicesByLabel(field: FieldFacts, label: string): Choice[] {
  const wanted = fold(label);
  const exact = field.choices.filter((choice) => choice.label.toLowerCase() === label.trim().toLowerCase());
  if (exact.length > 0) return exact;
  if (wanted === '') return [];
  const folded = field.choices.filter((choice) => fold(choice.label) === wanted);
  if (folded.length > 0) return folded;
  // `Level 1` is Level 1 Support when nothing else begins like it.
  const begin = field.choices.filter(
    (choice) =>
      choice.isActive &&
      wanted.length >= 3 &&
      choice.label.toLowerCase().startsWith(`${label.trim().toLowerCase()} `),
  );
  return begin.length === 1 ? begin : [];
}

export function notAChoice(field: FieldFacts, given: unknown): Problem {
  const close = nearest(
    String(given),
    field.choices.filter((choice) => choice.isActive).map((choice) => choice.label),
    1,
  );
  const hint = close[0] === undefined ? '' : ` Did you mean ${close[0]}?`;
  return {
    field: field.name,
    problem: `${JSON.stringify(given)} is not a value of this picklist.${hint}`,
    allowed: listChoices(field.choices),
  };
}
