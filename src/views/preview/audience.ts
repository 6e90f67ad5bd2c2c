import type { AudienceView } from '../../view-data.js';
import { el, quoted } from '../page/dom.js';

const leads = {
  customer: 'The customer can see this. ',
  internal: 'Who sees it: ',
  unknown: 'Who sees it: ',
} as const;

/** In a word, where a row has no room for more. */
export const audienceNames = {
  customer: 'Customer sees it',
  internal: 'Internal',
  unknown: 'Not known',
} as const;

/** Who sees what would be written; `count` says of how many records. */
export const audienceBadge = ({ seenBy, text }: AudienceView, count = ''): HTMLElement =>
  el('p', { class: `audience ${seenBy}` }, el('strong', {}, count, leads[seenBy]), quoted(text));
