import { udfTypes } from '../metadata/udf.js';
import { numberIn, referred } from '../write/pending-record.js';
import { holdsRole } from './organisation.js';
import type { Rules } from './rule.js';

export const ticketSecondaryResources: Rules = {
  check: async (pending) => {
    const ticket = await referred(pending, 'ticketID');
    const resource = numberIn(pending, 'resourceID');
    if (ticket !== undefined && ticket.assignedResourceID === resource) {
      pending.errors.push('Data violation: The primary resource cannot also be a secondary resource.');
    }
    if (!(await holdsRole(pending.tenant, resource ?? -1, numberIn(pending, 'roleID') ?? -1))) {
      pending.errors.push('The specified ResourceID and RoleID combination is not currently defined');
    }
  },
};

/** Adding a checklist library to a ticket copies its items. */
export const ticketChecklistLibraries: Rules = {
  after: async (pending, row) => {
    const source = (await pending.tenant.table('ChecklistLibraryChecklistItems')).rows;
    const items = await pending.tenant.table('TicketChecklistItems');
    for (const item of source.filter((one) => one.checklistLibraryID === row.checklistLibraryID)) {
      items.insert({
        id: items.nextId(),
        ticketID: row.ticketID ?? null,
        itemName: item.itemName ?? null,
        isImportant: item.isImportant ?? false,
        isCompleted: false,
        position: item.position ?? null,
      });
    }
  },
};

/** `completedByResourceID` and the time follow from ticking the item off. */
export const ticketChecklistItems: Rules = {
  prepare: (pending) => {
    pending.values.isCompleted ??= false;
    const done = pending.values.isCompleted === true;
    if (done === (typeof pending.values.completedDateTime === 'number')) return;
    pending.values.completedDateTime = done ? pending.now : null;
    pending.values.completedByResourceID = done ? pending.actor : null;
  },
};

/** Most user-defined fields by udfType. */
const mostUdfs: Readonly<Record<string, number>> = {
  Companies: 200,
  CompanySiteConfigurations: 500,
  Contacts: 100,
  Contracts: 50,
  ConfigurationItems: 500,
  Opportunities: 200,
  Projects: 200,
  Products: 200,
  SalesOrders: 100,
  Subscriptions: 100,
  Tasks: 100,
  Tickets: 300,
};

export const userDefinedFieldDefinitions: Rules = {
  prepare: (pending) => {
    if (pending.mode === 'create') pending.values.isActive ??= true;
  },
  check: async (pending) => {
    const udfType = numberIn(pending, 'udfType');
    const entity = Object.keys(udfTypes).find((name) => udfTypes[name] === udfType);
    if (entity === undefined) return;
    const siblings = (await pending.tenant.table('UserDefinedFieldDefinitions')).rows.filter(
      (row) => row.udfType === udfType && row.id !== pending.before?.id,
    );
    const name = String(pending.values.name ?? '');
    if (siblings.some((row) => String(row.name).toLowerCase() === name.toLowerCase())) {
      pending.errors.push(
        `A UserDefinedFieldDefinition already exists with Name [${name}]. UserDefinedFieldDefinition names must be unique.`,
      );
    }
    const limit = mostUdfs[entity];
    if (pending.mode === 'create' && limit !== undefined && siblings.length >= limit) {
      pending.errors.push(`No more than ${limit} user-defined fields are allowed for ${entity}.`);
    }
  },
};

export const userDefinedFieldListItems: Rules = {
  prepare: (pending) => {
    if (pending.mode === 'create') pending.values.isActive ??= true;
  },
  check: async (pending) => {
    const udf = await referred(pending, 'udfFieldId');
    if (udf !== undefined && udf.dataType !== 3) {
      pending.errors.push('List items can only be added to a user-defined field that is a list.');
    }
  },
};

/** What a new record is when the body does not say. */
export function defaults(values: Readonly<Record<string, string | number | boolean>>): Rules {
  return {
    prepare: (pending) => {
      if (pending.mode !== 'create') return;
      for (const [field, value] of Object.entries(values)) pending.values[field] ??= value;
    },
  };
}
