import { fold, nearest } from '../../nearest.js';
import { type Operator, operators } from '../../operators.js';

/**
 * Words that people, other systems and older versions of Autotask use, with what they mean here. A word with one
 * meaning is understood, one with several is asked back. What Autotask or the tenant itself calls so comes first.
 */
interface Synonyms {
  readonly words: readonly string[];
  readonly mean: readonly string[];
  readonly why: string;
}

const entityWords: readonly Synonyms[] = [
  {
    words: ['account', 'customer', 'client', 'organisation', 'organization'],
    mean: ['Companies'],
    why: 'Autotask called companies accounts until 2019; people call them customers.',
  },
  {
    words: ['asset', 'device', 'installedproduct', 'configitem', 'ci'],
    mean: ['ConfigurationItems'],
    why: 'The SOAP API called them InstalledProducts, its screens devices and assets.',
  },
  {
    words: ['technician', 'tech', 'user', 'employee'],
    mean: ['Resources'],
    why: 'Autotask calls everybody who works in it a resource.',
  },
  {
    words: ['allocationcode', 'worktype'],
    mean: ['BillingCodes'],
    why: 'Work types are billing codes; the SOAP API called them AllocationCodes.',
  },
  { words: ['ticketcost'], mean: ['TicketCharges'], why: 'Charges were called costs in the SOAP API.' },
  { words: ['projectcost'], mean: ['ProjectCharges'], why: 'As TicketCost.' },
  { words: ['contractcost'], mean: ['ContractCharges'], why: 'As TicketCost.' },
  {
    words: ['sla', 'servicelevelagreement'],
    mean: ['ServiceLevelAgreementResults'],
    why: 'The only entity about service levels; the agreement of a ticket is its field serviceLevelAgreementID.',
  },
  {
    words: ['pto', 'vacation', 'leave'],
    mean: ['TimeOffRequests', 'ResourceTimeOffBalances'],
    why: 'What was asked for, or what is left of it.',
  },
  {
    words: ['kb', 'knowledgebase', 'article'],
    mean: ['KnowledgeBaseArticles'],
    why: 'What the knowledge base consists of.',
  },
  {
    words: ['worklog', 'timesheet', 'timelog'],
    mean: ['TimeEntries'],
    why: 'What other service desks call them.',
  },
  { words: ['deal', 'lead'], mean: ['Opportunities'], why: 'What other sales systems call them.' },
  { words: ['person', 'people'], mean: ['Contacts', 'Resources'], why: "The customer's people, or our own." },
  {
    words: ['note', 'comment'],
    mean: ['TicketNotes', 'TaskNotes', 'ProjectNotes', 'CompanyNotes', 'ContractNotes'],
    why: 'Every kind of record has notes of its own.',
  },
  {
    words: ['cost', 'charge'],
    mean: ['TicketCharges', 'ProjectCharges', 'ContractCharges'],
    why: 'Every kind of record has charges of its own.',
  },
  {
    words: ['attachment', 'file'],
    mean: ['TicketAttachments', 'CompanyAttachments', 'ProjectAttachments', 'TaskAttachments'],
    why: 'Every kind of record has files of its own.',
  },
  {
    words: ['location', 'site'],
    mean: ['CompanyLocations', 'InternalLocations'],
    why: "The customer's, or our own.",
  },
];

const fieldWords: readonly Synonyms[] = [
  {
    words: ['account', 'accountid', 'customer', 'customerid', 'client', 'clientid'],
    mean: ['companyID'],
    why: 'Companies were called accounts.',
  },
  {
    words: ['installedproduct', 'installedproductid', 'asset', 'assetid', 'device', 'deviceid'],
    mean: ['configurationItemID'],
    why: 'Configuration items were called installed products.',
  },
  { words: ['subject'], mean: ['title'], why: 'What mail calls the title.' },
  {
    words: ['assignee', 'assigneeid', 'assignedto', 'technician', 'technicianid', 'tech', 'employee', 'user'],
    mean: ['assignedResourceID', 'resourceID'],
    why: 'Who works on a record; records have one of the two.',
  },
  {
    words: ['owner', 'accountmanager'],
    mean: ['ownerResourceID'],
    why: 'Who is responsible for a company or an opportunity.',
  },
  { words: ['sla', 'slaid'], mean: ['serviceLevelAgreementID'], why: 'The usual abbreviation.' },
  {
    words: ['allocationcode', 'allocationcodeid', 'worktype', 'worktypeid'],
    mean: ['billingCodeID'],
    why: 'Work types are billing codes; the SOAP API called them AllocationCodes.',
  },
  { words: ['email', 'mail'], mean: ['emailAddress', 'email'], why: 'Records have one of the two.' },
  {
    words: [
      'created',
      'createdat',
      'createdon',
      'createddate',
      'datecreated',
      'createdate',
      'createdatetime',
    ],
    mean: ['createDate', 'createDateTime'],
    why: 'Autotask uses the one here and the other there.',
  },
  {
    words: ['due', 'duedate', 'duedatetime'],
    mean: ['dueDateTime', 'dueDate'],
    why: 'Autotask uses the one here and the other there.',
  },
  {
    words: ['closed', 'closeddate', 'closedat', 'resolved', 'resolveddate', 'resolvedat'],
    mean: ['completedDate', 'resolvedDateTime', 'closedDate'],
    why: 'A ticket is resolved once and completed later.',
  },
  {
    words: ['updated', 'updatedat', 'modified', 'modifiedat', 'lastmodified', 'lastupdated'],
    mean: ['lastActivityDate', 'lastModifiedDateTime', 'lastModifiedDate'],
    why: 'An activity beside a record is no change of it.',
  },
];

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
];

/** Whether a word says that something is over. */
export const meansDone = (word: string): boolean => valueWords[0]?.includes(fold(word)) === true;

/** Of the labels those that say the same as the word, by all of it or by its first word (`Waiting Customer`). */
export function labelsMeaning(word: string, labels: readonly string[]): readonly string[] {
  const group = valueWords.find((words) => words.some((one) => fold(one) === fold(word))) ?? [];
  const says = (label: string) => group.some((one) => fold(one) === fold(label));
  const begins = (label: string) => says(label.split(/\s/, 1)[0] ?? '');
  return [...new Set([...labels.filter(says), ...labels.filter(begins)])];
}

const plain = (word: string) =>
  fold(word)
    .replace(/ies$/, 'y')
    .replace(/(?<!s)s$/, '');

const tableOf = (
  rows: readonly Synonyms[],
  key: (word: string) => string,
): ReadonlyMap<string, readonly string[]> =>
  new Map(rows.flatMap(({ words, mean }) => words.map((word) => [key(word), mean] as const)));

const entityMeanings = tableOf(entityWords, plain);
const fieldMeanings = tableOf(fieldWords, fold);

/** Collection names of the entities that people mean by the word, in the singular or plural; often none. */
export const entitySynonyms = (word: string): readonly string[] => entityMeanings.get(plain(word)) ?? [];

/** Names of fields that people mean by the word, whether a record has them or not; `company` means `companyID`. */
export const fieldSynonyms = (word: string): readonly string[] => [
  `${fold(word)}ID`,
  ...(fieldMeanings.get(fold(word)) ?? []),
];

/** How other languages write Autotask's operators; each says exactly the same. */
const operatorWords: readonly (readonly [Operator, readonly string[]])[] = [
  ['eq', ['=', '==', 'equals', 'equal', 'is']],
  ['noteq', ['!=', '<>', '≠', 'ne', 'neq', 'notequal', 'notequals', 'not', 'isnot']],
  ['gt', ['>', 'greaterthan', 'after']],
  ['gte', ['>=', '≥', 'ge', 'greaterthanorequal', 'greaterthanorequals', 'since']],
  ['lt', ['<', 'lessthan', 'before']],
  ['lte', ['<=', '≤', 'le', 'lessthanorequal', 'lessthanorequals']],
  ['beginsWith', ['startswith', 'startwith', 'beginwith']],
  ['endsWith', ['endwith']],
  ['contains', ['contain']],
  ['in', ['anyof', 'oneof', 'isin']],
  ['notIn', ['nin', 'noneof', 'isnotin']],
  ['exist', ['exists', 'isnotnull', 'notnull', 'isnotempty', 'notempty']],
  ['notExist', ['notexists', 'isnull', 'null', 'isempty', 'empty']],
];

const operatorMeanings: ReadonlyMap<string, Operator> = new Map([
  ...operators.map((operator) => [operator.toLowerCase(), operator] as const),
  ...operatorWords.flatMap(([operator, words]) => words.map((word) => [word, operator] as const)),
]);

/** `$ne`, `not_in` and `Not In` are one word. */
const operatorKey = (op: string) =>
  op
    .trim()
    .toLowerCase()
    .replace(/^\$/, '')
    // Between its parts alone: before an operator a mark says something.
    .replace(/(?<=\p{L})[\s_-]+(?=\p{L})/gu, '');

const isNegative = (op: string) =>
  /^(?:[^\p{L}<>=]|not|no|n[ei]|<>|isnot|doesnot|without|un|exclud)/u.test(operatorKey(op));

export type ResolvedOperator =
  | { readonly operator: Operator; readonly value: unknown }
  /** Why it is none of Autotask's, and what works. */
  | { readonly problem: string };

/** A pattern of SQL: `%x%` contains, `x%` begins with, `%x` ends with. One in the middle says nothing Autotask knows. */
function likePattern(op: string, value: unknown): ResolvedOperator {
  const [, before = '', text = '', after = ''] = /^([%*]?)([^%*]*)([%*]?)$/.exec(String(value)) ?? [];
  const operator = before !== '' ? (after !== '' ? 'contains' : 'endsWith') : 'beginsWith';
  if (text !== '' && (before !== '' || after !== '')) return { operator, value: text };
  return {
    problem: `${JSON.stringify(op)} without % at the beginning or end does not say where: use eq, beginsWith, endsWith or contains`,
  };
}

/** The operator of Autotask's that says exactly what the given one says, or why there is none. */
export function resolveOperator(op: string, value: unknown): ResolvedOperator {
  const key = operatorKey(op);
  const operator = operatorMeanings.get(key);
  if (operator !== undefined) return { operator, value };
  if (key === 'like' || key === 'ilike') return likePattern(op, value);
  const given = JSON.stringify(op);
  if (key === 'between') return { problem: `${given} is not an operator: use gte and lte` };
  if (/^(?:not|doesnot|n|!)(?:contains?|i?like|beginswith|startswith|endswith)$/.test(key)) {
    return {
      problem: `${given} is not an operator, and Autotask has none that excludes a part of a text: list what is to be left out with contains, then exclude it by notIn`,
    };
  }
  // Never its opposite.
  const candidates = operators.filter((candidate) => isNegative(candidate) === isNegative(op));
  const [close] = nearest(op, candidates, 1);
  return { problem: `${given} is not an operator.${close === undefined ? '' : ` Did you mean ${close}?`}` };
}

/** Words for nobody, where a record of ours may stand. */
export const meansUnassigned = (value: unknown): boolean =>
  typeof value === 'string' && ['unassigned', 'nobody', 'noone'].includes(fold(value).replace(/\s/g, ''));
