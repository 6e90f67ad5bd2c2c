import type { Choice, FieldMetadata } from '../../entities/metadata/entity-metadata.js';
import { findEntity } from '../../entities/metadata/entity-names.js';
import { choicesByLabel } from '../../entities/metadata/picklists.js';
import { isInternalLabel } from '../../entities/write/visibility.js';
import type { ToolContext } from './define-tool.js';

/** Active choices of a picklist of this tenant. */
export async function activeChoices(
  entity: string,
  field: string,
  context: ToolContext,
): Promise<{ readonly facts: FieldMetadata | undefined; readonly choices: readonly Choice[] }> {
  const metadata = await context.entities.facts(findEntity(entity), context.signal);
  const facts = metadata.field(field);
  return { facts, choices: (facts?.choices ?? []).filter((choice) => choice.isActive) };
}

/** The first active choice that carries one of the labels. */
export async function namedChoice(
  entity: string,
  field: string,
  labels: readonly string[],
  context: ToolContext,
): Promise<Choice | undefined> {
  const { facts } = await activeChoices(entity, field, context);
  if (facts === undefined) return undefined;
  return labels.flatMap((label) =>
    choicesByLabel(facts, label, 'stored').filter((choice) => choice.isActive),
  )[0];
}

/** The tenant's own default, else the first active choice that carries one of the labels. */
export async function defaultChoice(
  entity: string,
  field: string,
  labels: readonly string[],
  context: ToolContext,
): Promise<Choice | undefined> {
  const { choices } = await activeChoices(entity, field, context);
  return choices.find((choice) => choice.isDefaultValue) ?? namedChoice(entity, field, labels, context);
}

/**
 * The choice of `publish` that keeps a record inside. The codes are the tenant's own and differ between notes
 * and files; a wrong guess would show an internal record to the customer, so only a choice that calls itself
 * internal will do, and without one the caller has to choose.
 */
export async function internalChoice(entity: string, context: ToolContext): Promise<Choice | undefined> {
  const { choices } = await activeChoices(entity, 'publish', context);
  return choices.find((choice) => isInternalLabel(choice.label));
}

export const defaultNote = (field: string, choice: Choice): string =>
  `${field} was not given: ${choice.label} (${choice.value})`;
