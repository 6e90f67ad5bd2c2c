import type { Row } from '../client/types.js';
import type { EntityFacts } from './facts.js';
import { labelOf } from './picklists.js';

/** Who will see what a write stores. */
export interface Audience {
  readonly seenBy: 'customer' | 'internal';
  /**
   * Whether the record itself is published to people outside (a note, an attachment), and not only some text
   * of a record that customers can see anyway.
   */
  readonly published: boolean;
  /** One sentence for the preview. */
  readonly text: string;
}

/** Flags that show a record, or a part of it, to people outside. */
const flags = ['isVisibleInClientPortal', 'isVisibleToClientPortal', 'isVisibleToComanaged'];

/**
 * Text that customers read wherever Autotask shows them the record: a ticket in the client portal, a time
 * entry's summary on timesheets and invoices (its internalNotes are not shown).
 */
const readByCustomers: Readonly<Record<string, readonly string[]>> = {
  Tickets: ['title', 'description', 'resolution'],
  TimeEntries: ['summaryNotes'],
};

/** Only a choice that calls itself internal, and names nobody from outside, keeps a record inside. */
export const keepsInside = (label: string) =>
  /\binternal\b/i.test(label) && !/co-?managed|customer|client|portal|contact/i.test(label);

/**
 * Who will see a record after a write, or saw it until a delete. Notes and attachments say so by the label of
 * their publish choice, because codes differ between entities and tenants; a label that is not known counts
 * as visible to the customer.
 */
export function audienceOf({ entity, field }: EntityFacts, body: Row, stored: Row): Audience {
  const publish = field('publish');
  if (publish !== undefined) {
    const code = body.publish ?? stored.publish;
    const label = code === undefined || code === null ? undefined : labelOf(publish, code);
    if (label !== undefined && keepsInside(label)) {
      return { seenBy: 'internal', published: false, text: `Internal: publish is "${label}".` };
    }
    const why = label === undefined ? 'publish is not a known choice' : `publish is "${label}"`;
    return { seenBy: 'customer', published: true, text: `CUSTOMER-VISIBLE: ${why}.` };
  }
  const shown = flags.find((name) => field(name) !== undefined && body[name] === true);
  if (shown !== undefined) {
    return { seenBy: 'customer', published: true, text: `CUSTOMER-VISIBLE: ${shown} is set.` };
  }
  const read = (readByCustomers[entity.name] ?? []).filter(
    (name) => typeof body[name] === 'string' && body[name] !== '',
  );
  if (read.length > 0) {
    const text = `Customers can read ${read.join(', ')} where Autotask shows them the record.`;
    return { seenBy: 'customer', published: false, text };
  }
  return {
    seenBy: 'internal',
    published: false,
    text: 'Internal: nothing here is published to the customer.',
  };
}
