import { udfTypes } from '../metadata/udf.js';
import { numberIn, referred } from '../write/draft.js';
import { holdsRole } from './people.js';
import type { Rules } from './rule.js';

export const ticketSecondaryResources: Rules = {
  check: async (draft) => {
    const ticket = await referred(draft, 'ticketID');
    const resource = numberIn(draft, 'resourceID');
    if (ticket !== undefined && ticket.assignedResourceID === resource) {
      draft.errors.push('Data violation: The primary resource cannot also be a secondary resource.');
    }
    if (!(await holdsRole(draft.tenant, resource ?? -1, numberIn(draft, 'roleID') ?? -1))) {
      draft.errors.push('The specified ResourceID and RoleID combination is not currently defined');
    }
  },
};

/** Adding a checklist library to a ticket copies its items. */
export const ticketChecklistLibraries: Rules = {
  after: async (draft, row) => {
    const source = (await draft.tenant.table('ChecklistLibraryChecklistItems')).rows;
    const items = await draft.tenant.table('TicketChecklistItems');
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
  prepare: (draft) => {
    draft.values.isCompleted ??= false;
    const done = draft.values.isCompleted === true;
    if (done === (typeof draft.values.completedDateTime === 'number')) return;
    draft.values.completedDateTime = done ? draft.now : null;
    draft.values.completedByResourceID = done ? draft.actor : null;
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
  prepare: (draft) => {
    if (draft.mode === 'create') draft.values.isActive ??= true;
  },
  check: async (draft) => {
    const udfType = numberIn(draft, 'udfType');
    const entity = Object.keys(udfTypes).find((name) => udfTypes[name] === udfType);
    if (entity === undefined) return;
    const siblings = (await draft.tenant.table('UserDefinedFieldDefinitions')).rows.filter(
      (row) => row.udfType === udfType && row.id !== draft.before?.id,
    );
    const name = String(draft.values.name ?? '');
    if (siblings.some((row) => String(row.name).toLowerCase() === name.toLowerCase())) {
      draft.errors.push(
        `A UserDefinedFieldDefinition already exists with Name [${name}]. UserDefinedFieldDefinition names must be unique.`,
      );
    }
    const limit = mostUdfs[entity];
    if (draft.mode === 'create' && limit !== undefined && siblings.length >= limit) {
      draft.errors.push(`No more than ${limit} user-defined fields are allowed for ${entity}.`);
    }
  },
};

export const userDefinedFieldListItems: Rules = {
  prepare: (draft) => {
    if (draft.mode === 'create') draft.values.isActive ??= true;
  },
  check: async (draft) => {
    const udf = await referred(draft, 'udfFieldId');
    if (udf !== undefined && udf.dataType !== 3) {
      draft.errors.push('List items can only be added to a user-defined field that is a list.');
    }
  },
};

/** What a new record is when the body does not say. */
export function defaults(values: Readonly<Record<string, string | number | boolean>>): Rules {
  return {
    prepare: (draft) => {
      if (draft.mode !== 'create') return;
      for (const [field, value] of Object.entries(values)) draft.values[field] ??= value;
    },
  };
}
