import { fold } from '../../../names/spelling.js';

/**
 * Words for one state or degree. Labels are the tenant's own, so that none of these is ever taken for another: they
 * are told to whoever gives a word that is no label.
 */
const valueWords: readonly (readonly string[])[] = [
  ['complete', 'completed', 'closed', 'close', 'done', 'finished', 'resolved', 'solved', 'fixed'],
  ['new', 'open', 'opened', 'todo'],
  ['in progress', 'working', 'started', 'wip', 'ongoing'],
  ['on hold', 'waiting', 'pending', 'paused', 'blocked'],
  ['critical', 'urgent', 'emergency', 'highest', 'p1'],
  ['medium', 'normal', 'standard', 'default'],
  ['low', 'lowest', 'minor'],
  ['cancelled', 'canceled', 'rejected', 'declined'],
  ['won', 'sold', 'closed', 'implemented'],
  ['customer', 'client'],
  ['worktype', 'general allocation code'],
];

/** Whether a word says that something is over. */
export const meansDone = (word: string): boolean => valueWords[0]?.includes(fold(word)) === true;

/** Words for the other ways in which a record comes to its end. */
const otherEnds: readonly string[] = [
  ...['cancelled', 'canceled', 'rejected', 'declined', 'lost', 'won', 'implemented', 'inactive', 'expired'],
  ...[
    'void',
    'voided',
    'paid',
    'transferred',
    'delivered',
    'fulfilled',
    'received full',
    'delivered/shipped full',
  ],
];

/** Whether a word says that nothing more is to be done, for whatever reason. */
export const meansOver = (word: string): boolean =>
  meansDone(word) || otherEnds.some((one) => fold(one) === fold(word));

/** Of the labels those that say the same as the word, by all of it or by its first word (`Waiting Customer`). */
export function labelsMeaning(word: string, labels: readonly string[]): readonly string[] {
  const group = valueWords.find((words) => words.some((one) => fold(one) === fold(word))) ?? [];
  const isSynonym = (label: string) => group.some((one) => fold(one) === fold(label));
  const beginsWithSynonym = (label: string) => isSynonym(label.split(/\s/, 1)[0] ?? '');
  return [...new Set([...labels.filter(isSynonym), ...labels.filter(beginsWithSynonym)])];
}
