import type { Problem } from '../../errors.js';
import type { Choice, FieldMetadata } from '../metadata/entity-metadata.js';
import {
  activeChoiceTexts,
  ambiguousCode,
  choicesByLabel,
  choiceTexts,
  codeValue,
  distinctLabels,
  invalidChoice,
} from '../metadata/picklists.js';
import { markMetadataSuspect } from '../metadata/stale-metadata.js';
import { meansDone } from '../metadata/words/value-synonyms.js';
import { alternativesIn } from '../values/alternatives.js';
import { withoutSearchSigns } from '../values/text-patterns.js';
import { audienceOfChoice, choicesWithAudience, internalChoices } from './visibility.js';

/** The choices in a text that names several, `New or Complete`; undefined for any other text. */
function severalChoices(field: FieldMetadata, text: string): readonly Choice[] | undefined {
  const each = alternativesIn(text, 'labels')?.map(
    (one) => field.choices.find(({ value }) => value === one) ?? choicesByLabel(field, one, 'label')[0],
  );
  const known = (each ?? []).filter((choice) => choice !== undefined);
  return each === undefined || known.length < each.length ? undefined : [...new Set(known)];
}

/**
 * A picklist value to write must exist, be active and belong to the value of its parent picklist. `closed` are the
 * codes that say that something is over.
 */
export function checkChoice(
  field: FieldMetadata,
  given: unknown,
  parent: unknown,
  closed: readonly number[],
): { value: unknown } | { problem: Problem } {
  if (field.choices.length === 0) return { value: given };
  const text = typeof given === 'string' ? given.trim() : String(given);
  const both = ambiguousCode(field, given);
  if (both !== undefined) return { problem: both };
  const labelled = choicesByLabel(field, text, 'stored');
  const matching = field.choices.some((choice) => choice.value === text)
    ? field.choices.filter((choice) => choice.value === text)
    : labelled.length > 0
      ? labelled
      : internalChoices(field, text);
  if (distinctLabels(matching).length > 1) {
    const problem = `${JSON.stringify(given)} fits several values; give the code`;
    return { problem: { field: field.name, problem, allowed: choiceTexts(matching) } };
  }
  const belongs = matching.filter(
    (choice) =>
      choice.parentValue === '' ||
      parent === undefined ||
      parent === null ||
      choice.parentValue === String(parent),
  );
  const [choice, second] = belongs.filter((candidate) => candidate.isActive);
  if (choice !== undefined && second === undefined) {
    const alone = choice.parentValue !== '' && (parent === undefined || parent === null);
    return alone
      ? {
          problem: {
            field: field.name,
            problem: `needs ${field.parentField} ${choice.parentValue} beside it`,
          },
        }
      : { value: codeValue(field, choice) };
  }
  const siblings = field.choices.filter(
    (candidate) =>
      parent === undefined ||
      parent === null ||
      candidate.parentValue === '' ||
      candidate.parentValue === String(parent),
  );
  if (choice !== undefined) {
    const problem = `${JSON.stringify(given)} stands for several values: set ${field.parentField ?? 'its parent field'} too`;
    return {
      problem: { field: field.name, problem, allowed: belongs.map((c) => `${c.value} = ${c.label}`) },
    };
  }
  if (matching.length === 0) {
    const several = severalChoices(field, text);
    if (several !== undefined) {
      markMetadataSuspect();
      const problem = `${JSON.stringify(given)} names several values, and one is stored`;
      return { problem: { field: field.name, problem, allowed: activeChoiceTexts(several) } };
    }
    const isOver = ({ isActive, value }: Choice) => isActive && closed.includes(Number(value));
    const over = meansDone(text) ? siblings.filter(isOver) : [];
    // What comes near is never seen by more people than what was asked for.
    const near = siblings.filter(({ label }) => audienceOfChoice(field, label) !== 'customer');
    const { problem: why } = invalidChoice({ ...field, choices: near }, given, distinctLabels(over));
    const refused = { field: field.name, problem: why, allowed: choicesWithAudience(field, siblings) };
    const bare = withoutSearchSigns(text);
    const isWord = /^\s*not\s/i.test(text);
    // `Not` begins labels too.
    if (bare === text || (isWord && choicesByLabel(field, bare, 'stored').length === 0))
      return { problem: refused };
    const problem = `${JSON.stringify(given)} is a search; a value to store is one label or its code`;
    return { problem: { ...refused, problem } };
  }
  markMetadataSuspect();
  const why =
    belongs.length === 0
      ? `${JSON.stringify(given)} does not belong to ${field.parentField} ${String(parent)}`
      : `${JSON.stringify(given)} is inactive`;
  return { problem: { field: field.name, problem: why, allowed: activeChoiceTexts(siblings) } };
}
