import { fold } from '../../names/spelling.js';
import type { EntityMetadata } from './entity-metadata.js';
import { type Synonyms, synonymTable } from './synonym-table.js';

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
    words: ['number', 'no'],
    mean: [
      'ticketNumber',
      'taskNumber',
      'projectNumber',
      'contractNumber',
      'quoteNumber',
      'companyNumber',
      'phaseNumber',
    ],
    why: 'People leave out the kind of record.',
  },
  {
    words: ['category'],
    mean: [
      'ticketCategory',
      'ticketCategoryID',
      'taskCategoryID',
      'opportunityCategoryID',
      'companyCategoryID',
      'contractCategory',
      'configurationItemCategoryID',
      'documentCategoryID',
      'articleCategoryID',
      'productCategory',
    ],
    why: 'People leave out the kind of record.',
  },
  {
    words: ['assignee', 'assigneeid', 'assignedto', 'technician', 'technicianid', 'tech', 'employee', 'user'],
    mean: ['assignedResourceID', 'resourceID'],
    why: 'Who works on a record; records have one of the two.',
  },
  {
    words: ['owner', 'accountmanager'],
    mean: ['ownerResourceID', 'assignedResourceID', 'projectLeadResourceID', 'companyOwnerResourceID'],
    why: 'Who is responsible for a record.',
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

const fieldMeanings = synonymTable(fieldWords, fold);

/** Names of fields that people mean by the word, whether a record has them or not; `company` means `companyID`. */
export const fieldSynonyms = (word: string): readonly string[] =>
  // Nothing is no word for `id`.
  fold(word) === '' ? [] : [`${fold(word)}ID`, ...(fieldMeanings.get(fold(word)) ?? [])];

/** Words that ask for what search tools have an argument for, with the conditions that say the same. */
const conditions: readonly {
  readonly words: readonly string[];
  readonly query: (done: string) => Readonly<Record<string, unknown>>;
}[] = [
  { words: ['openonly', 'isopen', 'open'], query: (done) => ({ status: { noteq: done } }) },
  { words: ['unassigned', 'isunassigned'], query: () => ({ assignedResourceID: null }) },
  {
    words: ['overdue', 'isoverdue'],
    query: (done) => ({ dueDateTime: { lt: 'now' }, status: { noteq: done } }),
  },
  { words: ['activeonly', 'active'], query: () => ({ isActive: true }) },
  { words: ['unposted', 'unapproved'], query: () => ({ billingApprovalDateTime: null }) },
];

/** `"openOnly" is not a field of Tickets; as a query: {"status":{"noteq":"Closed"}}`; undefined for other names. */
export function conditionsMeant({ entity, field }: EntityMetadata, given: string): string | undefined {
  // Only the statuses of tickets are known as closed or not; a task or a project is complete.
  const done = entity.name === 'Tickets' ? 'Closed' : 'Complete';
  const query = conditions.find(({ words }) => words.includes(fold(given)))?.query(done);
  if (query === undefined || Object.keys(query).some((name) => field(name) === undefined)) return undefined;
  return `${JSON.stringify(given)} is not a field of ${entity.name}; as a query: ${JSON.stringify(query)}`;
}
