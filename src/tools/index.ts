import { createCompany } from './companies/create-company.js';
import { getCompany } from './companies/get-company.js';
import { searchCompanies } from './companies/search-companies.js';
import { updateCompany } from './companies/update-company.js';
import { createContact } from './contacts/create-contact.js';
import { getContact } from './contacts/get-contact.js';
import { searchContacts } from './contacts/search-contacts.js';
import { updateContact } from './contacts/update-contact.js';
import type { Tool } from './define/define-tool.js';
import { createAttachment, createAttachmentFromFiles } from './files/create-attachment.js';
import { getAttachment } from './files/get-attachment.js';
import { aggregateEntity } from './generic/aggregate-entity.js';
import { countEntity } from './generic/count-entity.js';
import { createEntity } from './generic/create-entity.js';
import { deleteEntity } from './generic/delete-entity.js';
import { describeEntityFields } from './generic/describe-entity-fields.js';
import { getEntity } from './generic/get-entity.js';
import { listKnownEntities } from './generic/list-known-entities.js';
import { queryEntity } from './generic/query-entity.js';
import { updateEntity } from './generic/update-entity.js';
import { getProject } from './projects/get-project.js';
import { getTask } from './projects/get-task.js';
import { searchProjects } from './projects/search-projects.js';
import { searchTasks } from './projects/search-tasks.js';
import { writeReceipt } from './receipts/write-receipt.js';
import { bookServiceCall } from './scheduling/book-service-call.js';
import { findFreeTime } from './scheduling/find-free-time.js';
import { getThresholdInformation } from './server-information/get-threshold-information.js';
import { getVersion } from './server-information/get-version.js';
import { createTicket } from './tickets/create-ticket.js';
import { createTicketNote } from './tickets/create-ticket-note.js';
import { getTicket } from './tickets/get-ticket.js';
import { searchTickets } from './tickets/search-tickets.js';
import { updateTicket } from './tickets/update-ticket.js';
import { createTimeEntry } from './time/create-time-entry.js';
import { searchTimeEntries } from './time/search-time-entries.js';
import { transferWork } from './transfer/transfer-work.js';

/** All tools in the order in which a client shows them. */
export const tools: readonly Tool[] = [
  listKnownEntities,
  describeEntityFields,
  queryEntity,
  countEntity,
  aggregateEntity,
  getEntity,
  createEntity,
  updateEntity,
  deleteEntity,
  writeReceipt,
  transferWork,
  getThresholdInformation,
  getVersion,
  searchTickets,
  getTicket,
  createTicket,
  updateTicket,
  createTicketNote,
  findFreeTime,
  bookServiceCall,
  getAttachment,
  createAttachment,
  searchCompanies,
  getCompany,
  createCompany,
  updateCompany,
  searchContacts,
  getContact,
  createContact,
  updateContact,
  searchProjects,
  getProject,
  searchTasks,
  getTask,
  searchTimeEntries,
  createTimeEntry,
];

/** The same where files of this machine may be attached by their path. */
export const toolsWithFiles: readonly Tool[] = tools.map((tool) =>
  tool === createAttachment ? createAttachmentFromFiles : tool,
);
