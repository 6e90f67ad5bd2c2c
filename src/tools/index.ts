import { aggregateEntity } from './aggregate-entity.js';
import { countEntity } from './count-entity.js';
import { createAttachment, createAttachmentFromFiles } from './create-attachment.js';
import { createCompany } from './create-company.js';
import { createContact } from './create-contact.js';
import { createEntity } from './create-entity.js';
import { createTicket } from './create-ticket.js';
import { createTicketNote } from './create-ticket-note.js';
import { createTimeEntry } from './create-time-entry.js';
import type { Tool } from './define.js';
import { deleteEntity } from './delete-entity.js';
import { describeEntityFields } from './describe-entity-fields.js';
import { getAttachment } from './get-attachment.js';
import { getCompany } from './get-company.js';
import { getContact } from './get-contact.js';
import { getEntity } from './get-entity.js';
import { getProject } from './get-project.js';
import { getTask } from './get-task.js';
import { getThresholdInformation } from './get-threshold-information.js';
import { getTicket } from './get-ticket.js';
import { getVersion } from './get-version.js';
import { listKnownEntities } from './list-known-entities.js';
import { queryEntity } from './query-entity.js';
import { searchCompanies } from './search-companies.js';
import { searchContacts } from './search-contacts.js';
import { searchProjects } from './search-projects.js';
import { searchTasks } from './search-tasks.js';
import { searchTickets } from './search-tickets.js';
import { searchTimeEntries } from './search-time-entries.js';
import { updateCompany } from './update-company.js';
import { updateContact } from './update-contact.js';
import { updateEntity } from './update-entity.js';
import { updateTicket } from './update-ticket.js';

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
  getThresholdInformation,
  getVersion,
  searchTickets,
  getTicket,
  createTicket,
  updateTicket,
  createTicketNote,
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
