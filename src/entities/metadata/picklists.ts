import type { Problem } from '../../errors.js';
import { named } from '../../names/match.js';
import { nearest } from '../../names/nearest.js';
import { comparisonIn } from '../values/comparisons/comparison-signs.js';
import type { Choice, FieldMetadata } from './entity-metadata.js';
import { markMetadataSuspect } from './stale-metadata.js';
import { labelsMeaning } from './words/value-synonyms.js';

/** Label of a code; undefined when the picklist does not know it. */
export function labelOf(field: FieldMetadata, code: unknown): string | undefined {
  const wanted = String(code);
  return field.choices.find((choice) => choice.value === wanted)?.label;
}

/** Most choices that an error lists; the rest is a count. */
const mostListed = 40;
const mostSuggested = 3;

export function activeChoiceTexts(choices: readonly Choice[]): string[] {
  const listed = choices
    .filter((choice) => choice.isActive)
    .slice(0, mostListed)
    .map((choice) => `${choice.value} = ${choice.label}`);
  const rest = choices.filter((choice) => choice.isActive).length - listed.length;
  return rest > 0 ? [...listed, `and ${rest} more`] : listed;
}

/** The number or text that Autotask stores for a choice. */
export function codeValue(field: FieldMetadata, choice: Choice): number | string {
  return field.dataType === 'string' ? choice.value : Number(choice.value);
}

/**
 * Choices whose label is the given text. Several when labels repeat under different parents, or when different labels
 * fit equally well: see `distinctLabels`. `stored` is for what is written: only case, spacing and normalisation may
 * differ.
 */
export function choicesByLabel(
  field: FieldMetadata,
  label: string,
  how: 'stored' | 'label',
): readonly Choice[] {
  const found = named(label, field.choices, (choice) => choice.label, how);
  if (found.length > 0 || how === 'stored') return found;
  // `Level 1` is Level 1 Support when nothing else begins like it.
  const wanted = `${label.trim().toLowerCase()} `;
  const begin = field.choices.filter(
    (choice) => choice.isActive && wanted.length > 3 && choice.label.toLowerCase().startsWith(wanted),
  );
  return begin.length === 1 ? begin : [];
}

/** Whether a status is asked for as closed and none is called so: the operator says which count as closed. */
export const meansClosed = (field: FieldMetadata, given: unknown): boolean =>
  field.name === 'status' &&
  typeof given === 'string' &&
  /^\s*closed\s*$/i.test(given) &&
  choicesByLabel(field, 'Closed', 'label').length === 0;

/** The labels among choices, each once. */
export const distinctLabels = (choices: readonly Choice[]): readonly string[] => [
  ...new Set(choices.map((choice) => choice.label)),
];

export const choiceTexts = (choices: readonly Choice[]): string[] =>
  choices.slice(0, mostListed).map((choice) => `${choice.value} = ${choice.label}`);

/** Why a text is none of the choices, when it is the label of one and the code of another. */
export function ambiguousCode(field: FieldMetadata, given: unknown): Problem | undefined {
  if (typeof given !== 'string') return undefined;
  const code = field.choices.find((choice) => choice.value === given.trim());
  const label = field.choices.filter((choice) => choice.label.trim() === given.trim());
  if (code === undefined || label.length === 0 || label.includes(code)) return undefined;
  return {
    field: field.name,
    problem: `${JSON.stringify(given)} is the code of one value and the label of another; give the code as a number`,
    allowed: choiceTexts([code, ...label]),
  };
}

/** `meant`: labels that are known to say the same as what was given. */
export function invalidChoice(field: FieldMetadata, given: unknown, meant: readonly string[] = []): Problem {
  markMetadataSuspect();
  const labels = field.choices.filter((choice) => choice.isActive).map((choice) => choice.label);
  const same = meant.length > 0 ? meant : labelsMeaning(String(given), [...new Set(labels)]);
  // Never the opposite of what was asked for.
  const isCompared = (text: string) => /^\s*[\p{Pd}\u2212]/u.test(text) || comparisonIn(text) !== undefined;
  const suggested = isCompared(String(given)) ? labels.filter(isCompared) : labels;
  const close = (same.length > 0 ? same : nearest(String(given), suggested, 1)).slice(0, mostSuggested);
  const hint = close.length === 0 ? '' : ` Did you mean ${close.join(' or ')}?`;
  return {
    field: field.name,
    problem: `${JSON.stringify(given)} is not a value of this picklist.${hint}`,
    allowed: activeChoiceTexts(field.choices),
  };
}
