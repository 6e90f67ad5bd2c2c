import { allEntities, findEntity } from '../../entities/metadata/entity-names.js';
import { fold } from '../../names/spelling.js';
import type { ToolContext } from '../define/define-tool.js';
import { activeChoices } from '../define/picklist-defaults.js';

/** Suggestions for what a person has typed so far. */
export type Completion = (typed: string, context: ToolContext) => Promise<string[]>;

async function candidates(entityName: string, typed: string, context: ToolContext) {
  const entity = findEntity(entityName);
  const { path } = entity;
  if (path === null || typed.trim() === '') return [];
  return context.entities.tenant().references.candidates({ ...entity, path }, typed, context.signal);
}

export const completions = {
  /** Ids of the records that the typed name or number fits. */
  ids:
    (entity: string): Completion =>
    async (typed, context) =>
      /^\d+$/.test(typed) ? [typed] : (await candidates(entity, typed, context)).map(({ id }) => String(id)),

  names:
    (entity: string): Completion =>
    async (typed, context) =>
      (await candidates(entity, typed, context)).map(({ name }) => name),

  /** A ticket's name begins with its number. */
  ticketNumbers: (async (typed, context) =>
    (await candidates('Tickets', typed, context)).map(
      ({ name }) => name.split(' ')[0] ?? name,
    )) satisfies Completion,

  queues: (async (typed, context) => {
    const { choices } = await activeChoices('Tickets', 'queueID', context);
    return choices.map(({ label }) => label).filter((label) => fold(label).includes(fold(typed)));
  }) satisfies Completion,

  entities: (async (typed, { entities: { policy } }) =>
    allEntities
      .filter((entity) => policy.may('read', entity))
      .map(({ name }) => name)
      .filter((name) => fold(name).startsWith(fold(typed)))) satisfies Completion,
};
