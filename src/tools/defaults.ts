import type { Choice, FieldFacts } from '../entities/facts.js';
import { findEntity } from '../entities/names.js';
import { choicesByLabel } from '../entities/picklists.js';
import type { ToolContext } from './define.js';

/** Active choices of a picklist of this tenant. */
export async function activeChoices(
  entity: string,
  field: string,
  context: ToolContext,
): Promise<{ readonly facts: FieldFacts | undefined; readonly choices: readonly Choice[] }> {
  const known = await context.entities.facts(findEntity(entity), context.signal);
  const facts = known.field(field);
  return { facts, choices: (facts?.choices ?? []).filter((choice) => choice.isActive) };
}

/** The tenant's own default, else the first choice that carries one of the labels. */
export async function defaultChoice(
  entity: string,
  field: string,
  labels: readonly string[],
  context: ToolContext,
): Promise<Choice | undefined> {
  const { facts, choices } = await activeChoices(entity, field, context);
  const marked = choices.find((choice) => choice.isDefaultValue);
  if (marked !== undefined || facts === undefined) return marked;
  const named = labels.flatMap((label) => choicesByLabel(facts, label).filter((choice) => choice.isActive));
  return named[0];
}

export const saidDefault = (field: string, choice: Choice): string =>
  `${field} was not given: ${choice.label} (${choice.value})`;
