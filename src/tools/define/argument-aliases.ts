import * as z from 'zod';
import type { Row } from '../../client/types.js';
import { fold } from '../../names/spelling.js';
import { formatInput, listInputs } from './shared-inputs.js';

/** What other servers and APIs call an argument, folded. The first in the tool's own order is meant. */
const aliases: Readonly<Record<string, readonly string[]>> = {
  // Of groups; stands before maxRecords in aggregate-entity, where that limits what is read.
  top: ['limit', 'maxresults', 'take', 'first'],
  maxRecords: ['limit', 'maxresults', 'pagesize', 'perpage', 'take', 'top'],
  orderBy: ['sort', 'sortby', 'order'],
  includeFields: ['fields', 'select', 'columns'],
  query: ['filter', 'filters', 'where', 'conditions'],
  search: ['query', 'searchterm', 'searchtext', 'keyword', 'name', 'text', 'q', 'subject', 'title'],
  title: ['subject'],
  companyID: ['customer', 'customerid', 'client', 'clientid', 'account', 'accountid'],
  assignedResourceID: ['assignee', 'assignedto', 'technician', 'resource', 'resourceid'],
  ownerResourceID: ['owner', 'accountmanager'],
  emailAddress: ['email', 'mail'],
  mobilePhone: ['mobile', 'mobilenumber'],
  timeZone: ['tz'],
};

/**
 * Arguments of several tools that say how a call is made or answered, and never what a record holds. Holding nothing
 * they were not given, to a tool that has no such argument either.
 */
const ofCalls: ReadonlySet<string> = new Set([
  ...Object.keys({ ...listInputs, ...formatInput }),
  ...[
    'includeFields',
    'search',
    'query',
    'ids',
    'items',
    'onError',
    'parentEntity',
    'parentId',
    'confirm',
    'again',
  ],
]);

export interface AliasOptions {
  /** The tool's own names. */
  readonly names: readonly string[];
  readonly tool: string;
  /** Whether null or an empty text of the argument means that it was not given. */
  readonly optional: (name: string) => boolean;
}

const isNothing = (value: unknown) => value === null || value === '';

/**
 * Arguments under the tool's own names: `companyId` and `company` for `companyID`, `ticketNumber` for the `id` of
 * get-ticket, `limit` for `maxRecords`. A name of the tool's own always means itself, and two for one are left as
 * they are, to be refused. Clients in strict mode send every argument they know of: those that hold nothing are left
 * out here, for every tool.
 */
export const resolveAliases = (args: unknown, options: AliasOptions): unknown => {
  const found = taken(args, options);
  return found === undefined ? args : Object.fromEntries(found.map(({ name, value }) => [name, value]));
};

/** An argument that was given by another word than its own, `subject` for `search`. */
export interface RenamedArgument {
  readonly given: string;
  readonly name: string;
}

/** Those of them that differ in more than their spelling. */
export const renamedArguments = (args: unknown, options: AliasOptions): readonly RenamedArgument[] =>
  (taken(args, options) ?? [])
    .filter(({ key, name }) => ![fold(name), fold(name).replace(/id$/, '')].includes(fold(key)))
    .map(({ key, name }) => ({ given: key, name }));

/**
 * Null says who is assigned, nobody, where it is the only one: clients that send every argument send null for the
 * others as well, and those say nothing.
 */
function nobody(given: Row, names: readonly string[], own: (key: string) => string): Row {
  const nulls = Object.keys(given).filter((key) => given[key] === null);
  const [only = '', ...others] = nulls;
  const isMeant = others.length === 0 && own(only) === 'assignedResourceID' && names.includes('unassigned');
  return isMeant && given.unassigned === undefined ? { unassigned: true } : {};
}

function taken(args: unknown, { names, tool, optional }: AliasOptions) {
  const given = z.record(z.string(), z.unknown()).safeParse(args);
  if (!given.success) return undefined;
  const subject = fold(tool.slice(tool.indexOf('-') + 1));
  const own = (key: string): string => {
    // A confirmation is spelt as the preview says, or it is none.
    if (names.includes(key) || key === 'confirm') return key;
    const word = fold(key);
    return (
      names.find((name) => name !== 'confirm' && (fold(name) === word || fold(name) === `${word}id`)) ??
      names.find((name) => aliases[name]?.includes(word)) ??
      ([`${subject}id`, `${subject}number`, subject, 'recordid'].includes(word) && names.includes('id')
        ? 'id'
        : key)
    );
  };
  const found = Object.entries({ ...given.data, ...nobody(given.data, names, own) })
    .map(([key, value]) => [own(key), value, key] as const)
    .filter(
      ([name, value]) => !isNothing(value) || !(names.includes(name) ? optional(name) : ofCalls.has(name)),
    );
  const times = new Map<string, number>();
  for (const [name] of found) times.set(name, (times.get(name) ?? 0) + 1);
  return found.map(([name, value, key]) => ({ key, name: (times.get(name) ?? 0) > 1 ? key : name, value }));
}
