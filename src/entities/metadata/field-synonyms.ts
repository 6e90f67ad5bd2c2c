import { fold } from '../../names/spelling.js';
import { type Synonyms, synonymTable } from './synonym-table.js';

const fieldWords: readonly Synonyms[] = [
  {
    words: ['account', 'accountid', 'customer', 'customerid', 'client', 'clientid'],
    mean: ['companyID'],
    why: 'Companies were called accounts.',
  },
  {
    words: [
      ...['installedproduct', 'installedproductid', 'asset', 'assetid', 'device', 'deviceid'],
      ...['configurationitem', 'configurationitemid', 'ci', 'ciid'],
    ],
    mean: ['configurationItemID', 'installedProductID'],
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
      'invoiceNumber',
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
    words: ['type', 'kind'],
    mean: [
      ...['ticketType', 'taskType', 'projectType', 'companyType', 'contractType', 'configurationItemType'],
      ...[
        'noteType',
        'chargeType',
        'resourceType',
        'actionType',
        'billingItemType',
        'billingCodeType',
        'useType',
      ],
      ...['quoteItemType', 'timeOffRequestType', 'attachmentType', 'udfType', 'timeEntryType'],
    ],
    why: 'People leave out the kind of record.',
  },
  {
    words: ['assignee', 'assigneeid', 'assignedto', 'technician', 'technicianid', 'tech', 'employee', 'user'],
    mean: ['assignedResourceID', 'resourceID', 'assignedToResourceID', 'submitterID'],
    why: 'Who works on a record or hands it in; records have one of these.',
  },
  {
    words: ['owner', 'accountmanager', 'salesperson', 'salesrep'],
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
    words: ['expectedclose', 'expectedclosedate', 'forecastdate'],
    mean: ['projectedCloseDate'],
    why: 'What other sales systems call it.',
  },
  {
    words: ['closedate'],
    mean: ['projectedCloseDate', 'closedDate', 'completedDate'],
    why: 'When it will be closed, or was.',
  },
  {
    words: ['expires', 'expiry', 'expirydate', 'expirationdate', 'renewaldate', 'ends'],
    mean: ['expirationDate', 'endDate'],
    why: 'Quotes and subscriptions expire, contracts end; each has one of the two.',
  },
  {
    words: ['amount', 'total', 'value', 'totalamount', 'grandtotal'],
    mean: ['invoiceTotal', 'totalAmount', 'amount', 'billableAmount', 'totalPrice'],
    why: 'What a record is worth; each kind calls it otherwise.',
  },
  {
    words: ['price'],
    mean: ['unitPrice', 'periodPrice', 'totalPrice', 'price', 'hourlyRate'],
    why: 'What is asked for one of it, for a period of it, or for all of it.',
  },
  { words: ['qty', 'quantity', 'units'], mean: ['quantity', 'unitQuantity', 'units'], why: 'How many.' },
  {
    words: ['updated', 'updatedat', 'modified', 'modifiedat', 'lastmodified', 'lastupdated'],
    mean: ['lastActivityDate', 'lastModifiedDateTime', 'lastModifiedDate'],
    why: 'An activity beside a record is no change of it.',
  },
];

const fieldMeanings = synonymTable(fieldWords, fold);

/** Autotask says `Date` of one moment, `DateTime` of another and neither of a third (`lastActivity`). */
const otherDate = (word: string) =>
  word.endsWith('datetime')
    ? [word.slice(0, -4)]
    : word.endsWith('date')
      ? [`${word}time`, word.slice(0, -4)].filter((other) => other !== '')
      : [];

/** Names of fields that people mean by the word, whether a record has them or not; `company` means `companyID`. */
export const fieldSynonyms = (word: string): readonly string[] => {
  const key = fold(word);
  // Nothing is no word for `id`.
  return key === '' ? [] : [`${key}ID`, ...otherDate(key), ...(fieldMeanings.get(key) ?? [])];
};
