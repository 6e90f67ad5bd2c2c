import { AutotaskError } from '../../errors.js';
import { actingPerson } from '../../identity/acting-person.js';
import type { Entity } from '../../model.js';

/** Whether a text stands for whoever asks. */
export const meansMe = ({ name }: Entity, given: string): boolean =>
  name === 'Resources' && given.trim().toLowerCase() === 'me';

/** Whoever asks, as a record that a name fits. Throws `invalid` where nobody is known, or has no one resource. */
export async function resolveMe() {
  const acting = actingPerson();
  if (acting === undefined) {
    throw new AutotaskError('invalid', '"me" is nobody here: this server does not know who asks.', {
      next: 'Name the resource. The operator can set AUTOTASK_ME, or let people sign in (AUTOTASK_HTTP_AUTH=oauth).',
    });
  }
  const found = await acting.resource();
  if ('problem' in found) throw new AutotaskError('invalid', `"me" is nobody here: ${found.problem}`);
  return { ...found, isActive: true };
}
