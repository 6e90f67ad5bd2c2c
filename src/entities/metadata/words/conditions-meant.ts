import { fold } from '../../../names/spelling.js';
import { boolean } from '../../../scalars.js';
import type { EntityMetadata, FieldMetadata } from '../entity-metadata.js';
import { meansOver } from './value-synonyms.js';

/** Words that no field is called by and that ask for a state, with the conditions that say so of the entity asked for. */

type Query = Readonly<Record<string, unknown>>;

const labelsOf = ({ choices }: FieldMetadata) => [
  ...new Set(choices.filter(({ isActive }) => isActive).map(({ label }) => label)),
];

/** The first of the names that is a field on which Autotask takes a condition. */
const queryable = ({ field }: EntityMetadata, names: readonly string[]): string | undefined =>
  names.flatMap((name) => field(name) ?? []).find(({ isQueryable }) => isQueryable !== false)?.name;

const endDates = ['completedDate', 'completedDateTime', 'completeDate', 'closedDate', 'paidDate'];

/** What is not over, by the statuses of the entity or by a date that is empty until then. */
function open(metadata: EntityMetadata): Query | undefined {
  // A query of tickets knows which statuses count as closed, whatever they are called.
  if (metadata.entity.name === 'Tickets') return { status: { noteq: 'Closed' } };
  const status = metadata.field('status');
  const over = status === undefined ? [] : labelsOf(status).filter(meansOver);
  if (over.length > 0) return { status: over.length === 1 ? { noteq: over[0] } : { notIn: over } };
  const end = queryable(metadata, endDates);
  return end === undefined ? undefined : { [end]: null };
}

const deadlines = ['dueDate', 'dateDue', 'projectedCloseDate'];

function overdue(metadata: EntityMetadata): Query | undefined {
  const marked = metadata.fields.flatMap(({ name, deadline }) => (deadline ? [name] : []));
  const deadline = queryable(metadata, [...marked, ...deadlines]);
  const conditions = open(metadata);
  if (conditions === undefined) return undefined;
  // What is due today is not overdue yet.
  const limit = metadata.field(deadline ?? '')?.day === true ? 'today' : 'now';
  if (deadline !== undefined) return { [deadline]: { lt: limit }, ...conditions };
  return metadata.field('dueDate') === undefined ? undefined : conditions;
}

function active({ field }: EntityMetadata): Query | undefined {
  if (field('isActive') !== undefined) return { isActive: true };
  const status = field('status');
  const label = status === undefined ? undefined : labelsOf(status).find((one) => fold(one) === 'active');
  return label === undefined ? undefined : { status: label };
}

/** The flag says no, or the field is empty. */
const missing =
  (flags: readonly string[], values: readonly string[]) =>
  (metadata: EntityMetadata): Query | undefined => {
    const flag = queryable(metadata, flags);
    const value = queryable(metadata, values);
    if (flag !== undefined) return { [flag]: false };
    return value === undefined ? undefined : { [value]: null };
  };

function expired(metadata: EntityMetadata): Query | undefined {
  const end = queryable(metadata, ['expirationDate', 'endDate']);
  return end === undefined ? undefined : { [end]: { lt: 'today' } };
}

/** `turned`: words for just the opposite. */
const states: readonly {
  readonly words: readonly string[];
  readonly turned: readonly string[];
  readonly query: (metadata: EntityMetadata) => Query | undefined;
}[] = [
  {
    words: ['openonly', 'isopen', 'open', 'outstanding'],
    turned: ['closed', 'isclosed', 'complete', 'completed', 'iscompleted', 'done', 'isdone'],
    query: open,
  },
  { words: ['overdue', 'isoverdue'], turned: [], query: overdue },
  { words: ['activeonly', 'active', 'isactive'], turned: ['inactive'], query: active },
  {
    words: ['unassigned', 'isunassigned'],
    turned: [],
    query: missing([], ['assignedResourceID', 'assignedToResourceID', 'ownerResourceID']),
  },
  {
    words: ['unposted', 'unapproved'],
    turned: ['posted', 'approved'],
    query: missing([], ['billingApprovalDateTime']),
  },
  { words: ['unpaid'], turned: ['paid'], query: missing(['isPaid'], ['paidDate']) },
  {
    words: ['unbilled', 'uninvoiced'],
    turned: ['billed', 'invoiced'],
    query: missing(['isBilled'], ['invoiceID']),
  },
  { words: ['expired', 'isexpired'], turned: [], query: expired },
];

/** The opposite of the one condition of a query; undefined where there are several. */
function opposite(query: Query): Query | undefined {
  const [first, second] = Object.entries(query);
  if (first === undefined || second !== undefined) return undefined;
  const [field, condition] = first;
  if (condition === null) return { [field]: { exist: true } };
  if (typeof condition === 'boolean') return { [field]: !condition };
  if (typeof condition !== 'object') return { [field]: { noteq: condition } };
  const [[operator, value] = ['', null]] = Object.entries(condition);
  return { [field]: operator === 'lt' ? { gte: value } : value };
}

/**
 * The query that a word asks for that is no field: `{"open":true}`, or `{"status":"open"}` of what has no status. `value`
 * and `negated` are those of the condition that it stands in; undefined for other words, and where the entity knows no such state.
 */
export function conditionsMeant(
  metadata: EntityMetadata,
  given: string,
  { value, negated = false }: { readonly value?: unknown; readonly negated?: boolean } = {},
): string | undefined {
  const isStatus = ['status', 'state'].includes(fold(given));
  const named = isStatus && typeof value !== 'string';
  // Another status of the record may be what is meant.
  if (named && metadata.fields.some(({ name }) => /status$/i.test(name))) return undefined;
  const word = fold(!isStatus ? given : named ? 'active' : String(value));
  // As a field it is told to be the opposite of the one that there is.
  if (!isStatus && word === 'inactive') return undefined;
  const state = states.find(({ words, turned }) => [...words, ...turned].includes(word));
  const query = state?.query(metadata);
  if (state === undefined || query === undefined) return undefined;
  const says = isStatus ? true : (boolean.safeParse(value).data ?? true);
  const isTurned = [state.turned.includes(word), !says, negated].filter((one) => one).length % 2 === 1;
  const meant = isTurned ? opposite(query) : query;
  if (meant === undefined) return undefined;
  const due = state.query === overdue ? metadata.field('dueDate') : undefined;
  // Autotask takes no condition on the due date of an invoice.
  const sorted = due?.isQueryable === false ? `, with orderBy ${due.name}` : '';
  return `${JSON.stringify(given)} is not a field of ${metadata.entity.name}; as a query: ${JSON.stringify(meant)}${sorted}`;
}
