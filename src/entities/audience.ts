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
  /** One sentence for the preview, in words of this server. */
  readonly text: string;
  /** The tenant's own name of the publish choice that decided. */
  readonly label: string | null;
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
 * their publish choice, because codes differ between entities and tenants; a label that is not known, or that
 * the policy hides from this server itself, counts as visible to the customer.
 */
export function audienceOf({ entity, field, hidden }: EntityFacts, body: Row, stored: Row): Audience {
  const customer = (published: boolean, text: string, label: string | null = null): Audience => ({
    seenBy: 'customer',
    published,
    text: `CUSTOMER-VISIBLE: ${text}.`,
    label,
  });
  const publish = field('publish');
  if (publish !== undefined) {
    const code = body.publish ?? stored.publish;
    const label = code === undefined || code === null ? undefined : labelOf(publish, code);
    if (label === undefined) return customer(true, 'publish is not a known choice');
    if (!keepsInside(label)) return customer(true, 'its publish choice is not internal', label);
    return { seenBy: 'internal', published: false, text: 'Internal by its publish choice.', label };
  }
  if (hidden.includes('publish')) return customer(true, 'publish is hidden by the policy of this server');
  const has = (name: string) => field(name) !== undefined;
  const set = flags.find((name) => has(name) && body[name] === true);
  if (set !== undefined) return customer(true, `${set} is set`);
  const stays = flags.find((name) => has(name) && body[name] === undefined && stored[name] === true);
  if (stays !== undefined) return customer(false, `${stays} is set on the record`);
  const unknown = flags.find((name) => hidden.includes(name));
  if (unknown !== undefined) return customer(false, `it may be, ${unknown} is hidden by the policy`);
  const read = (readByCustomers[entity.name] ?? []).filter(
    (name) => typeof body[name] === 'string' && body[name] !== '',
  );
  if (read.length > 0) {
    const text = `Customers can read ${read.join(', ')} where Autotask shows them the record.`;
    return { seenBy: 'customer', published: false, text, label: null };
  }
  const text = 'Internal: nothing here is published to the customer.';
  return { seenBy: 'internal', published: false, text, label: null };
}
