import { tools } from '../../src/tools/index.js';
import type { Rig } from './support.js';

/** Records of the sandbox tenant to try tools on. */
export interface Ids {
  readonly ticket: number;
  readonly resource: number;
  readonly role: number;
  readonly time: number;
  readonly company: number;
  readonly contact: number;
  readonly project: number;
  readonly task: number;
  readonly attachment: number;
}

export const recordsOf = async (server: Rig, entity: string, maxRecords = 1) =>
  JSON.parse((await server.call('query-entity', { entity, maxRecords, format: 'json' })).text).records;

export async function idsOf(server: Rig): Promise<Ids> {
  const first = async (entity: string): Promise<number> => (await recordsOf(server, entity))[0].id;
  // A resource with a role that it has.
  const given = {
    entity: 'TimeEntries',
    query: { ticketID: { noteq: null } },
    maxRecords: 1,
    format: 'json',
  };
  const fields = ['resourceID', 'roleID'];
  const worked = await server.call('query-entity', { ...given, includeFields: fields });
  const [{ id: time, resourceID, roleID }] = JSON.parse(worked.text).records;
  return {
    ticket: await first('Tickets'),
    resource: resourceID.id,
    role: roleID.id,
    time,
    company: await first('Companies'),
    contact: await first('Contacts'),
    project: await first('Projects'),
    task: await first('Tasks'),
    attachment: await first('AttachmentInfo'),
  };
}

/** The record that a resource with this address can show. */
export function idFor(uri: string, ids: Ids): number {
  if (/attachment/.test(uri)) return ids.attachment;
  if (/ticket/.test(uri)) return ids.ticket;
  return /contact/.test(uri) ? ids.contact : ids.company;
}

type Args = Record<string, unknown>;

let made = 0;

/** Arguments with which each tool that writes has something to do; some names must be unique in the tenant. */
const writing: Readonly<Record<string, (ids: Ids) => Args>> = {
  'create-entity': () => ({
    entity: 'ContactGroups',
    data: { name: `People of an example ${made}`, isActive: true },
  }),
  'update-entity': ({ ticket }) => ({ entity: 'Tickets', id: ticket, data: { title: `Other ${made}` } }),
  'delete-entity': ({ time }) => ({ entity: 'TimeEntries', id: time }),
  'create-ticket': () => ({
    companyID: 0,
    title: `New ${made}`,
    status: 1,
    priority: 2,
    dueDateTime: '2030-01-01',
    queueID: 5,
  }),
  'update-ticket': ({ ticket }) => ({ id: ticket, title: `Other ${made}` }),
  'create-ticket-note': ({ ticket }) => ({ ticketID: ticket, title: `Note ${made}`, description: 'Text' }),
  'create-company': ({ resource }) => ({
    companyName: `Blue Door ${made} Ltd`,
    companyType: 1,
    phone: '555',
    ownerResourceID: resource,
  }),
  'update-company': ({ company }) => ({ id: company, phone: `555 ${made}` }),
  'create-contact': () => ({ companyID: 0, firstName: 'Ann', lastName: `Lee ${made}`, isActive: 1 }),
  'update-contact': ({ contact }) => ({ id: contact, title: `CTO ${made}` }),
  'book-service-call': ({ ticket, resource }) => ({
    ticketIDs: [ticket],
    resourceIDs: [resource],
    startDateTime: '2030-01-08T09:00:00Z',
    endDateTime: '2030-01-08T10:00:00Z',
    description: `Visit ${made}`,
    allowConflicts: true,
  }),
  'transfer-work': ({ resource }) => ({
    kind: 'resource',
    from: resource,
    to: 29682888,
    entities: ['Companies'],
  }),
  'create-attachment': ({ ticket }) => ({
    parentId: ticket,
    name: `notes ${made}.txt`,
    data: Buffer.from('Text').toString('base64'),
  }),
  'create-time-entry': ({ ticket, resource, role }) => ({
    ticketID: ticket,
    resourceID: resource,
    roleID: role,
    hoursWorked: 1,
    dateWorked: '2030-01-01',
    summaryNotes: `Work ${made}`,
  }),
};

/** But write-receipt, which needs a write of another tool: test/writes/receipts.test.ts. */
export const writeTools = tools.flatMap((tool) =>
  tool.mutates && tool.name !== 'write-receipt' ? [tool] : [],
);
/** Those of which one call makes several writes. */
export const compositeTools: readonly string[] = ['book-service-call', 'transfer-work'];
export const readTools = tools.flatMap((tool) => (tool.mutates ? [] : [tool]));

/** Throws for a tool without an example, so that none is left out of the tests that go through all tools. */
export function writeExample(name: string, ids: Ids): Args {
  const example = writing[name];
  if (example === undefined) throw new Error(`${name} writes and has no example here`);
  made += 1;
  return example(ids);
}

/** Calls that show as much as each tool that reads can show. */
const reading: Readonly<Record<string, (ids: Ids) => readonly Args[]>> = {
  'list-known-entities': () => [{}, { search: 'ticket' }],
  'describe-entity-fields': () => [{ entity: 'Tickets' }, { entity: 'Companies' }],
  'query-entity': ({ ticket }) => [
    { entity: 'Tickets', query: { id: ticket }, includeFields: ['*'] },
    { entity: 'Companies', includeFields: ['*'], maxRecords: 5 },
    { entity: 'TicketNotes', query: { ticketID: ticket } },
  ],
  'aggregate-entity': () => [
    { entity: 'Tickets', groupBy: ['companyID', 'ticketCategory'] },
    { entity: 'Tickets', groupBy: ['title'], metrics: ['count', 'max(createDate)'] },
  ],
  'count-entity': () => [{ entity: 'Tickets', query: { ticketCategory: { noteq: null } } }],
  'get-attachment': ({ attachment }) => [{ id: attachment }],
  'get-entity': ({ ticket, company }) => [
    { entity: 'Tickets', id: ticket },
    { entity: 'Companies', id: company },
  ],
  'find-free-time': ({ resource }) => [{ resourceID: [String(resource)], range: 'next 30 days' }],
  'get-threshold-information': () => [{}],
  'get-version': () => [{}],
  'search-tickets': () => [{}, { includeFields: ['*'] }],
  'get-ticket': ({ ticket }) => [{ id: String(ticket) }],
  'search-companies': () => [{}, { includeFields: ['*'] }],
  'get-company': ({ company }) => [{ id: String(company) }],
  'search-contacts': () => [{}, { includeFields: ['*'] }],
  'get-contact': ({ contact }) => [{ id: String(contact) }],
  'search-projects': () => [{}],
  'get-project': ({ project }) => [{ id: String(project) }],
  'search-tasks': () => [{}],
  'get-task': ({ task }) => [{ id: String(task) }],
  'search-time-entries': () => [{}],
};

export function readExamples(name: string, ids: Ids): readonly Args[] {
  const example = reading[name];
  if (example === undefined) throw new Error(`${name} reads and has no example here`);
  return example(ids);
}
