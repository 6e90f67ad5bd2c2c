import { type Completion, completions } from './completions.js';

/**
 * Resources are read tools under an address: reading one runs the tool, through the same dispatcher, so
 * that whatever holds for tools holds for resources.
 */
export interface Resource {
  /** `autotask://tickets`, or with one variable `autotask://tickets/{id}`. */
  readonly uri: string;
  readonly title: string;
  readonly description: string;
  readonly tool: string;
  readonly args: (variable: string) => Record<string, unknown>;
  /** Suggestions for the variable. */
  readonly complete?: Completion;
}

const none = (args: Record<string, unknown>) => () => args;
const byId = (variable: string) => ({ id: variable });

export const resources: readonly Resource[] = [
  {
    uri: 'autotask://threshold',
    title: 'API usage',
    description: "Share of the tenant's hourly API allowance that is used",
    tool: 'get-threshold-information',
    args: none({}),
  },
  {
    uri: 'autotask://tickets',
    title: 'Open tickets',
    description: 'The newest open tickets',
    tool: 'search-tickets',
    args: none({ openOnly: true }),
  },
  {
    uri: 'autotask://companies',
    title: 'Active companies',
    description: 'The first active companies',
    tool: 'search-companies',
    args: none({ activeOnly: true }),
  },
  {
    uri: 'autotask://contacts',
    title: 'Active contacts',
    description: 'The first active contacts',
    tool: 'search-contacts',
    args: none({ activeOnly: true }),
  },
  {
    uri: 'autotask://entities',
    title: 'Entities',
    description: 'All entities of the API',
    tool: 'list-known-entities',
    args: none({}),
  },
  {
    uri: 'autotask://tickets/{id}',
    title: 'Ticket',
    description: 'A ticket with its last notes and time entries, by id or number',
    tool: 'get-ticket',
    args: byId,
    complete: completions.ids('Tickets'),
  },
  {
    uri: 'autotask://companies/{id}',
    title: 'Company',
    description: 'A company by id or name',
    tool: 'get-company',
    args: byId,
    complete: completions.ids('Companies'),
  },
  {
    uri: 'autotask://contacts/{id}',
    title: 'Contact',
    description: 'A contact by id or name',
    tool: 'get-contact',
    args: byId,
    complete: completions.ids('Contacts'),
  },
  {
    uri: 'autotask://attachments/{id}',
    title: 'Attachment',
    description: 'A file by its id, whole',
    tool: 'get-attachment',
    args: byId,
  },
  {
    uri: 'autotask://entities/{name}',
    title: 'Entity',
    description: 'Fields of an entity',
    tool: 'describe-entity-fields',
    args: (name) => ({ entity: name }),
    complete: completions.entities,
  },
];

/** The resource an address stands for, and the value of its variable. */
export function resourceAt(
  uri: string,
): { readonly resource: Resource; readonly variable: string } | undefined {
  const exact = resources.find((resource) => resource.uri === uri);
  if (exact !== undefined) return { resource: exact, variable: '' };
  const [, base, encoded] = /^(autotask:\/\/[a-z]+)\/([^/]+)$/.exec(uri) ?? [];
  const resource = resources.find((candidate) => candidate.uri.startsWith(`${base}/{`));
  if (resource === undefined || encoded === undefined) return undefined;
  try {
    return { resource, variable: decodeURIComponent(encoded) };
  } catch {
    return undefined;
  }
}
