import type { Row } from '../../client/types.js';
import type { Choice, EntityMetadata, FieldMetadata } from '../metadata/entity-metadata.js';
import { activeChoiceTexts, labelOf } from '../metadata/picklists.js';

/** Who will see what a write stores. */
export interface Audience {
  /** `unknown`: nothing says that it stays inside, and nothing that it does not. */
  readonly seenBy: 'customer' | 'internal' | 'unknown';
  /**
   * Whether the record itself is published to people outside (a note, an attachment), and not only some text
   * of a record that customers can see anyway.
   */
  readonly published: boolean;
  /** One sentence for the preview, in words of this server. */
  readonly text: string;
  /** The tenant's own name of the publish choice that decided. */
  readonly label: string | null;
  /** Publish choices that would keep it inside, e.g. `2 = Internal Project Team`. */
  readonly inside: readonly string[];
}

/** Names of yes-or-no fields that show a record, or a part of it, to people outside; new ones too. */
const visibilityFlag = /visible|publish|portal|comanaged|taskfire|showOnInvoice/i;

/** An invoice is sent anyway; the flag says what stands on it. */
const onInvoice = 'showOnInvoice';

/** These let people in, wherever that is; what they see of the record that holds the flag is another question. */
const admitting = /^(isClientPortalActive|isTaskFireActive|isEnabledForComanaged)$/i;

/** Whether a field, set to true, shows the record or a part of it to people outside. */
export const isVisibilityFlag = ({
  name,
  dataType,
  isPickList,
}: Pick<FieldMetadata, 'name' | 'dataType' | 'isPickList'>): boolean =>
  visibilityFlag.test(name) &&
  isPickList !== true &&
  (dataType === 'boolean' || (/^is[A-Z]/.test(name) && (dataType === 'integer' || dataType === 'short')));

/**
 * Text that customers read wherever Autotask shows them the record: a ticket in the client portal, a time
 * entry's summary on timesheets and invoices.
 */
const readByCustomers: Readonly<Record<string, readonly string[]>> = {
  Tickets: ['title', 'description', 'resolution'],
  TimeEntries: ['summaryNotes'],
};

/** Text that stays inside unless the flag beside it shows it. */
const internalText: Readonly<Record<string, { readonly text: string; readonly unless: string }>> = {
  TimeEntries: { text: 'internalNotes', unless: 'isInternalNotesVisibleToComanaged' },
};

/** Only a choice that calls itself internal, and names nobody from outside, keeps a record inside. */
export const isInternalLabel = (label: string) =>
  /\binternal\b/i.test(label) && !/co-?managed|customer|client|portal|contact/i.test(label);

/** Who sees a record with this publish choice; null for other fields. */
export const audienceOfChoice = (
  { name }: Pick<FieldMetadata, 'name'>,
  label: string,
): 'customer' | 'internal' | null =>
  name === 'publish' ? (isInternalLabel(label) ? 'internal' : 'customer') : null;

/** Active choices as an error lists them; those of a publish field say who sees the record. */
export const choicesWithAudience = (field: FieldMetadata, choices: readonly Choice[]): string[] =>
  field.name === 'publish'
    ? choices
        .filter(({ isActive }) => isActive)
        .map(({ value, label }) => {
          const isInside = audienceOfChoice(field, label) === 'internal';
          return `${value} = ${label} (${isInside ? 'internal' : 'the customer sees it'})`;
        })
    : activeChoiceTexts(choices);

const isSet = (value: unknown) => value === true || value === 1;

/** `internal` for a publish value: the choices that only our own people see. Empty for any other field or word. */
export const internalChoices = (field: FieldMetadata, word: string): readonly Choice[] =>
  field.name === 'publish' && /^\s*(internal|internal only|private)\s*$/i.test(word)
    ? field.choices.filter(({ isActive, label }) => isActive && isInternalLabel(label))
    : [];

/**
 * Who will see a record after a write, or saw it until a delete (then `body` is the stored record). Notes and
 * attachments say so by the label of their publish choice, because codes differ between entities and tenants; a
 * label that is not known, or that the policy hides from this server itself, counts as visible to the customer.
 * What is not known to stay inside is never called internal.
 */
export function audienceOf(
  { entity, field, fields, hidden }: EntityMetadata,
  body: Row,
  stored: Row,
): Audience {
  const publish = field('publish');
  const inside = (publish?.choices ?? [])
    .filter(({ isActive, label }) => isActive && isInternalLabel(label))
    .map(({ value, label }) => `${value} = ${label}`);
  const customer = (published: boolean, text: string, label: string | null = null): Audience => ({
    seenBy: 'customer',
    published,
    text: `CUSTOMER-VISIBLE: ${text}.`,
    label,
    inside,
  });
  const internal = (text: string, label: string | null = null): Audience => ({
    seenBy: 'internal',
    published: false,
    text: `Internal ${text}.`,
    label,
    inside,
  });
  if (publish !== undefined) {
    const code = body.publish ?? stored.publish;
    const label = code === undefined || code === null ? undefined : labelOf(publish, code);
    if (label === undefined) return customer(true, 'publish is not a known choice');
    if (!isInternalLabel(label)) return customer(true, 'its publish choice is not internal', label);
    return internal('by its publish choice', label);
  }
  if (hidden.includes('publish')) return customer(true, 'publish is hidden by the policy of this server');
  const flags = fields.filter(isVisibilityFlag).map(({ name }) => name);
  const set = flags.find((name) => isSet(body[name]));
  if (set !== undefined) return customer(set !== onInvoice && !admitting.test(set), `${set} is set`);
  const kept = internalText[entity.name];
  const mayShow = kept !== undefined && (hidden.includes(kept.unless) || isSet(stored[kept.unless]));
  const touched = Object.keys(body).filter((name) => name !== 'id');
  if (kept !== undefined && touched.length > 0 && touched.every((name) => name === kept.text)) {
    if (!mayShow) return internal(`by its field: ${kept.text} are not shown to the customer`);
  }
  const stays = flags.find(
    (name) => !admitting.test(name) && body[name] === undefined && isSet(stored[name]),
  );
  if (stays !== undefined) {
    // Text that only this flag shows is published with it.
    const publishes = stays === kept?.unless && typeof body[kept.text] === 'string' && body[kept.text] !== '';
    return customer(publishes, `${stays} is set on the record`);
  }
  const unknown = hidden.find((name) => visibilityFlag.test(name) && !admitting.test(name));
  if (unknown !== undefined) return customer(false, `it may be, ${unknown} is hidden by the policy`);
  const read = (readByCustomers[entity.name] ?? []).filter(
    (name) => typeof body[name] === 'string' && body[name] !== '',
  );
  if (read.length > 0) {
    const text = `Customers can read ${read.join(', ')} where Autotask shows them the record.`;
    return { seenBy: 'customer', published: false, text, label: null, inside };
  }
  const text = 'Not known: nothing says that it stays internal, or where Autotask shows it.';
  return { seenBy: 'unknown', published: false, text, label: null, inside };
}
