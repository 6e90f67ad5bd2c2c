import { fold } from '../../names/spelling.js';
import { type Synonyms, synonymTable } from './synonym-table.js';

const entityWords: readonly Synonyms[] = [
  {
    words: ['account', 'customer', 'client', 'organisation', 'organization'],
    mean: ['Companies'],
    why: 'Autotask called companies accounts until 2019; people call them customers.',
  },
  {
    words: ['asset', 'device', 'installedproduct', 'configitem', 'ci', 'computer', 'hardware'],
    mean: ['ConfigurationItems'],
    why: 'The SOAP API called them InstalledProducts, its screens devices and assets.',
  },
  {
    words: ['technician', 'tech', 'user', 'employee', 'staff', 'agent', 'engineer'],
    mean: ['Resources'],
    why: 'Autotask calls everybody who works in it a resource.',
  },
  {
    words: ['worktype'],
    mean: ['BillingCodes'],
    why: 'Work types are some of the billing codes; an entity means all its records, so no condition is added.',
    hint: 'work types are those with useType 1',
  },
  {
    words: ['incident', 'case', 'servicerequest', 'issue'],
    mean: ['Tickets'],
    why: 'Other service desks call tickets so; an incident is a type of ticket here.',
    hint: 'incidents, requests and problems are values of ticketType',
  },
  { words: ['allocationcode'], mean: ['BillingCodes'], why: 'What the SOAP API called them.' },
  { words: ['ticketcost'], mean: ['TicketCharges'], why: 'Charges were called costs in the SOAP API.' },
  { words: ['projectcost'], mean: ['ProjectCharges'], why: 'As TicketCost.' },
  { words: ['contractcost'], mean: ['ContractCharges'], why: 'As TicketCost.' },
  {
    words: ['sla', 'servicelevelagreement'],
    mean: ['ServiceLevelAgreementResults'],
    why: 'The only entity about service levels; the agreement of a ticket is a value of its field.',
    hint: 'how tickets met their agreement; the agreements are values of serviceLevelAgreementID of tickets and contracts',
  },
  {
    words: ['pto', 'vacation', 'leave', 'timeoff', 'absence'],
    mean: ['TimeOffRequests', 'ResourceTimeOffBalances'],
    why: 'What was asked for, or what is left of it.',
  },
  {
    words: ['kb', 'knowledgebase', 'article', 'kbarticle'],
    mean: ['KnowledgeBaseArticles'],
    why: 'What the knowledge base consists of.',
  },
  {
    words: ['worklog', 'timesheet', 'timelog', 'time', 'hour', 'labor', 'labour'],
    mean: ['TimeEntries'],
    why: 'What other service desks call them.',
  },
  { words: ['visit', 'onsite', 'dispatch'], mean: ['ServiceCalls'], why: 'What a service call is.' },
  {
    words: ['calendar', 'meeting', 'event', 'schedule'],
    mean: ['Appointments', 'ServiceCalls'],
    why: 'What stands in the calendar of a technician.',
  },
  { words: ['todo'], mean: ['CompanyToDos'], why: 'The screens call them so.' },
  {
    words: ['checklist', 'checklistitem'],
    mean: ['TicketChecklistItems', 'ChecklistLibraries'],
    why: 'What is to be ticked on a ticket, or what such lists are made from.',
  },
  { words: ['history', 'audittrail'], mean: ['TicketHistory'], why: 'The only record of changes.' },
  {
    words: ['inventory', 'stock'],
    mean: ['InventoryItems', 'InventoryProducts', 'InventoryStockedItems'],
    why: 'What is kept where, by product or piece by piece.',
  },
  {
    words: ['deal', 'lead', 'pipeline'],
    mean: ['Opportunities'],
    why: 'What other sales systems call them.',
  },
  { words: ['quotation', 'proposal', 'estimate'], mean: ['Quotes'], why: 'As Deal.' },
  { words: ['agreement'], mean: ['Contracts'], why: 'What other service desks call them.' },
  {
    words: ['blockhour', 'hourblock', 'prepaidhour'],
    mean: ['ContractBlocks'],
    why: 'The screens say block hours; each block that was bought is a record.',
  },
  { words: ['bill'], mean: ['Invoices'], why: 'What people call them.' },
  { words: ['po'], mean: ['PurchaseOrders'], why: 'The usual abbreviation.' },
  {
    words: ['expense'],
    mean: ['ExpenseItems', 'ExpenseReports'],
    why: 'The single expense, or the report that it was handed in with.',
  },
  {
    words: ['revenue', 'sale'],
    mean: ['BillingItems', 'Invoices'],
    why: 'What was approved to be billed, or what was billed.',
  },
  {
    words: ['lineitem', 'invoiceline', 'invoiceitem', 'billingline'],
    mean: ['BillingItems'],
    why: 'What an invoice consists of, also before there is one.',
  },
  { words: ['csat', 'satisfaction'], mean: ['SurveyResults'], why: 'What surveys measure.' },
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
    mean: [
      ...['AttachmentInfo', 'TicketAttachments', 'CompanyAttachments'],
      ...['ProjectAttachments', 'TaskAttachments'],
    ],
    why: 'Every kind of record has files of its own.',
  },
  {
    words: ['location', 'site'],
    mean: ['CompanyLocations', 'InternalLocations'],
    why: "The customer's, or our own.",
  },
];

const singular = (word: string) =>
  fold(word)
    .replace(/ies$/, 'y')
    .replace(/(?<!s)s$/, '');

const entityMeanings = synonymTable(entityWords, singular);

const entityHints = new Map(
  entityWords.flatMap(({ words, hint }) => words.map((word) => [singular(word), hint] as const)),
);

/** What a word for an entity leaves open; undefined where it says all. */
export const entityHint = (word: string): string | undefined => entityHints.get(singular(word));

/** Collection names of the entities that people mean by the word, in the singular or plural; often none. */
export const entitySynonyms = (word: string): readonly string[] => entityMeanings.get(singular(word)) ?? [];

/** What people ask for as if it were an entity, and what are values or fields of one. */
const partWords: readonly {
  readonly words: readonly string[];
  readonly of: string;
  readonly field: string;
}[] = [
  { words: ['queue', 'ticketqueue'], of: 'Tickets', field: 'queueID' },
  { words: ['priority', 'ticketpriority'], of: 'Tickets', field: 'priority' },
  { words: ['status', 'statuse', 'ticketstatus', 'ticketstatuse'], of: 'Tickets', field: 'status' },
  { words: ['issuetype'], of: 'Tickets', field: 'issueType' },
  { words: ['subissuetype'], of: 'Tickets', field: 'subIssueType' },
  { words: ['tickettype'], of: 'Tickets', field: 'ticketType' },
  { words: ['ticketsource', 'source'], of: 'Tickets', field: 'source' },
  { words: ['projectstatus', 'projectstatuse'], of: 'Projects', field: 'status' },
  { words: ['projecttype'], of: 'Projects', field: 'projectType' },
  { words: ['companytype', 'accounttype', 'customertype'], of: 'Companies', field: 'companyType' },
  { words: ['notetype'], of: 'TicketNotes', field: 'noteType' },
  { words: ['contracttype'], of: 'Contracts', field: 'contractType' },
  { words: ['opportunitystage', 'salesstage', 'stage'], of: 'Opportunities', field: 'stage' },
  { words: ['domain', 'domainname'], of: 'ConfigurationItems', field: 'domain' },
  {
    words: ['ssl', 'sslcertificate', 'certificate', 'tlscertificate'],
    of: 'ConfigurationItems',
    field: 'ssl',
  },
  { words: ['warranty', 'warrantie'], of: 'ConfigurationItems', field: 'warranty' },
];

/** The entity and field, or the beginning of several, that a word asks for; undefined for other words. */
export const partOf = (word: string): { readonly of: string; readonly field: string } | undefined =>
  partWords.find(({ words }) => words.includes(singular(word)));
