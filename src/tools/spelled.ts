import * as z from 'zod';
import { fold } from '../nearest.js';

/** What other servers and APIs call an argument, folded. The first in the tool's own order is meant. */
const alsoCalled: Readonly<Record<string, readonly string[]>> = {
  // Of groups; stands before maxRecords in aggregate-entity, where that limits what is read.
  top: ['limit', 'maxresults', 'take', 'first'],
  maxRecords: ['limit', 'maxresults', 'pagesize', 'perpage', 'take', 'top'],
  orderBy: ['sort', 'sortby', 'order'],
  includeFields: ['fields', 'select', 'columns'],
  search: ['query', 'searchterm', 'searchtext', 'keyword', 'name', 'text', 'q'],
  companyID: ['customer', 'customerid', 'client', 'clientid', 'account', 'accountid'],
  assignedResourceID: ['assignee', 'assignedto', 'technician', 'resource', 'resourceid'],
  ownerResourceID: ['owner', 'accountmanager'],
  emailAddress: ['email', 'mail'],
  mobilePhone: ['mobile', 'mobilenumber'],
  timeZone: ['tz'],
};

/**
 * Arguments under the tool's own names: `companyId` and `company` for `companyID`, `ticketNumber` for the `id` of
 * get-ticket, `limit` for `maxRecords`. A name of the tool's own always means itself, and two for one are left as
 * they are, to be refused.
 */
export function spelled(args: unknown, names: readonly string[], tool: string): unknown {
  const given = z.record(z.string(), z.unknown()).safeParse(args);
  if (!given.success) return args;
  const subject = fold(tool.slice(tool.indexOf('-') + 1));
  const own = (key: string): string => {
    if (names.includes(key)) return key;
    const word = fold(key);
    return (
      names.find((name) => fold(name) === word || fold(name) === `${word}id`) ??
      names.find((name) => alsoCalled[name]?.includes(word)) ??
      ([`${subject}id`, `${subject}number`, subject, 'recordid'].includes(word) && names.includes('id')
        ? 'id'
        : key)
    );
  };
  const found = Object.entries(given.data).map(([key, value]) => [own(key), value, key] as const);
  const times = (name: string) => found.filter(([other]) => other === name).length;
  return Object.fromEntries(found.map(([name, value, key]) => [times(name) > 1 ? key : name, value]));
}
