import type { Behaviour } from '../../behaviour.js';
import type { Definition } from '../../entities/metadata/definition.js';
import { Refusal } from '../../refusal.js';
import type { Condition, Group, Test } from './filter.js';

/** Entities that only answer a query about one record. */
export function checkRequiredConditions(definition: Definition, filter: Group, behaviour: Behaviour): void {
  const { name } = definition.entity;
  if (name === 'TicketHistory') {
    const [only, second] = filter.items;
    if (second === undefined && only?.kind === 'test' && only.op === 'eq' && only.field.name === 'ticketID')
      return;
    throw new Refusal('TicketHistory can only be queried with a single ticketID equals condition.');
  }
  if (!behaviour.attachmentOwnerFilter || !name.endsWith('Attachments')) return;
  if (tests(filter).some(({ field, op }) => (op === 'eq' || op === 'in') && isOwner(field.name))) return;
  throw new Refusal(`A query for ${definition.entity.singular} must contain the ID of the owning entity.`);
}

function isOwner(field: string): boolean {
  return field !== 'id' && /ID$/i.test(field) && !/^(attachedBy|impersonator)/.test(field);
}

function tests(condition: Condition): Test[] {
  return condition.kind === 'test' ? [condition] : condition.items.flatMap(tests);
}
