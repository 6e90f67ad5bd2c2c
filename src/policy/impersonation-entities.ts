import type { Entity } from '../model.js';

/**
 * Entities whose records remember the resource in whose name they were written (`ImpersonationResourceId`).
 * Source: the overview of entities in Autotask's developer help. Elsewhere the header is ignored (Tasks) or
 * answered with an error, so it is sent on writes to these alone.
 */
const attributed = new Set([
  'Companies',
  'CompanyAttachments',
  'CompanyNoteAttachments',
  'CompanyNotes',
  'CompanyToDos',
  'ConfigurationItemAttachments',
  'ConfigurationItemNoteAttachments',
  'ConfigurationItemNotes',
  'ConfigurationItems',
  'Contacts',
  'ContractNotes',
  'InventoryItems',
  'InventoryLocations',
  'Opportunities',
  'ProductNotes',
  'Products',
  'ProjectNotes',
  'Projects',
  'PurchaseOrders',
  'Quotes',
  'SalesOrders',
  'ServiceCalls',
  'Subscriptions',
  'TaskNotes',
  'TicketAttachments',
  'TicketNoteAttachments',
  'TicketNotes',
  'Tickets',
  'TimeEntries',
]);

export const takesImpersonation = (entity: Entity): boolean => attributed.has(entity.name);
