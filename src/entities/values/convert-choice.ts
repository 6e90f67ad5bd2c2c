import { oppositeOf } from '../../names/polarity.js';
import type { FieldMetadata } from '../metadata/entity-metadata.js';
import {
  ambiguousCode,
  choicesByLabel,
  choiceTexts,
  codeValue,
  distinctLabels,
  invalidChoice,
  labelOf,
} from '../metadata/picklists.js';
import { labelsMeaning, meansDone, meansOver } from '../metadata/words/value-synonyms.js';
import { internalChoices } from '../write/visibility.js';
import { alternativesIn, presenceRemark, severalAre } from './alternatives.js';
import { comparisonListProblem, comparisonProblem } from './comparisons/comparison-problem.js';
import { comparisonIn } from './comparisons/comparison-signs.js';
import type { Conversion } from './conversion.js';
import { type Converted, fail, isNumeric } from './converted.js';
import { fitsPattern, textPattern, wildcardAloneProblem } from './text-patterns.js';

type Negatable = Pick<Conversion, 'many' | 'negated' | 'closedStatusIds'>;

const meansOpen = /^(?:(?:all|still|currently)\s+)?(?:open|opened|unresolved|outstanding)$/i;

/** What a word says that is the value of no picklist: the opposite of a label, all that is open, more or less. */
function meaningRemark(field: FieldMetadata, given: string, how: Negatable): string | undefined {
  const labels = field.choices.filter(({ isActive }) => isActive).map(({ label }) => label);
  const query = (condition: unknown) => JSON.stringify({ [field.name]: condition });
  const opposite = oppositeOf(given, labels);
  if (opposite !== undefined)
    return how.negated === true
      ? `the opposite of ${opposite} is left out by ${query(opposite)}`
      : `the opposite of a value is ${query({ noteq: opposite })}`;
  const asksOpen = meansOpen.test(given.trim());
  const asksOver = meansDone(given) && labelsMeaning(given, labels).length === 0;
  if (field.name === 'status' && (asksOpen || asksOver)) {
    const { closedStatusIds = [] } = how;
    const codes = closedStatusIds.flatMap((code) => labelOf(field, code) ?? []);
    const all = codes.length > 0 ? codes : labels.filter((label) => meansOver(label));
    const rest = labels.filter((label) => !all.includes(label));
    // Which labels say so is a guess where no setting names them: the others are told, to be looked at.
    const told = codes.length > 0 ? '' : ` (which leaves ${rest.join(', ')})`;
    if (all.length > 0)
      return (how.negated === true) === asksOpen
        ? `what is over is ${query(all)}`
        : `what is open is ${query({ notIn: all })}${told}`;
  }
  const order = comparisonIn(given);
  if (order?.by === 'order' && choicesByLabel(field, order.values[0], 'label').length > 0)
    return `labels have no order: list those that are meant, ${query([order.values[0]])}`;
  return undefined;
}

/** The codes of one label of a filter, or of several between commas where no label has one. */
function codesOf(field: FieldMetadata, given: string, how: Negatable): Converted | undefined {
  const labelled = choicesByLabel(field, given, 'label');
  const choices = labelled.length > 0 ? labelled : internalChoices(field, given);
  const labels = distinctLabels(choices);
  if (labels.length > 1) {
    return fail(field, `${JSON.stringify(given)} fits several values; give the code`, choiceTexts(choices));
  }
  const codes = choices.map((choice) => codeValue(field, choice));
  if (codes.length > 0) return { ok: true, value: codes.length === 1 ? codes[0] : codes };
  const isValue = (text: string) => choicesByLabel(field, text, 'label').length > 0;
  const parts = given.split(',').map((part) => part.trim());
  const compared =
    comparisonIn(given)?.by === 'order' ? undefined : comparisonProblem(field, given, { ...how, isValue });
  const isOne = parts.length === 1 || (comparisonIn(given)?.values.length ?? 0) > 1;
  const refused = (isOne ? undefined : comparisonListProblem(field, parts, isValue)) ?? compared;
  if (refused !== undefined) return { ok: false, problem: refused };
  const several = alternativesIn(given, 'labels');
  const isCommas = several?.join() === parts.join();
  if (several !== undefined && !isCommas && several.every((one) => isValue(one) || labelOf(field, one)))
    return fail(
      field,
      `${JSON.stringify(given)} is not a value of this picklist; ${severalAre(field.name, several, how.negated)}`,
    );
  const pattern = textPattern(given);
  if (pattern !== undefined) {
    if (pattern.parts.length === 0) return fail(field, wildcardAloneProblem(field.name, given));
    const fitting = field.choices.filter(({ label }) => fitsPattern(label, pattern));
    const found = fitting.map((choice) => codeValue(field, choice));
    if (found.length > 0) return { ok: true, value: found.length === 1 ? found[0] : found };
  }
  if (parts.length === 1 || parts.includes('') || field.choices.some(({ label }) => label.includes(',')))
    return undefined;
  const each = parts.map((part) =>
    labelOf(field, part) === undefined
      ? codesOf(field, part, { ...how, many: true })
      : { ok: true as const, value: field.dataType === 'string' ? part : Number(part) },
  );
  const values: unknown[] = [];
  for (const [index, one] of each.entries()) {
    if (one === undefined) return { ok: false, problem: invalidChoice(field, parts[index]) };
    if (!one.ok) return one;
    values.push(...(Array.isArray(one.value) ? one.value : [one.value]));
  }
  return { ok: true, value: values };
}

/** Several choices can share a label (issue types below different parents): all of them, as a list. */
export function convertChoice(field: FieldMetadata, given: unknown, how: Negatable): Converted | undefined {
  if (typeof given === 'boolean' || field.choices.length === 0) return undefined;
  const ambiguous = ambiguousCode(field, given);
  if (ambiguous !== undefined) return { ok: false, problem: ambiguous };
  if (labelOf(field, typeof given === 'string' ? given.trim() : given) !== undefined) return undefined;
  if (typeof given === 'number') return undefined;
  const codes = codesOf(field, String(given), how);
  if (codes !== undefined) return codes;
  const text = String(given);
  const remark = presenceRemark(field.name, text, how) ?? meaningRemark(field, text, how);
  if (remark !== undefined)
    return fail(field, `${JSON.stringify(given)} is not a value of this picklist; ${remark}`);
  // A code the picklist does not list is not an error in a filter: old records may still carry it.
  return isNumeric(given) || field.dataType === 'string'
    ? undefined
    : { ok: false, problem: invalidChoice(field, given) };
}
