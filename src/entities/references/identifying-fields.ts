import type { FilterNode, Row } from '../../client/types.js';
import type { Entity } from '../../model.js';
import { addressIn, hostIn, isUrl } from '../values/text-patterns.js';

/** What tells a record apart besides its name: a person's e-mail address or user name, a company's web address. */

const isEmail = (field: string) => /^email(Address)?\d?$/i.test(field);
const isUserName = (field: string) => /^userName$/i.test(field);
const isWeb = (field: string) => /^webAddress$/i.test(field);

export interface IdentifyingCondition {
  /** The name in the text; empty where it is an address alone. */
  readonly name: string;
  /** Fields that have to be read to tell whether a record is exactly the one. */
  readonly fields: readonly string[];
  readonly filter: FilterNode | undefined;
  isExact(row: Row): boolean;
  /** Filters to try one after the other, those for names among them. */
  first(names: readonly (readonly FilterNode[])[]): readonly (readonly FilterNode[])[];
}

/** Whether it is worth looking at the fields of the entity. */
export const mayHoldIdentifier = (text: string, { nameFields: [first = ''] }: Entity): boolean =>
  text.includes('@') || hostIn(text) !== undefined || first === 'firstName';

const lower = (value: unknown) => (typeof value === 'string' ? value.trim().toLowerCase() : '');

/** Reads a text that names a record of an entity with the fields. */
export function identifyingCondition(fields: readonly string[], text: string): IdentifyingCondition {
  const email = addressIn(text);
  const host = hostIn(text);
  const [op, value, chosen]: readonly ['eq' | 'contains', string, readonly string[]] =
    email !== undefined
      ? ['eq', email, fields.filter((field) => isEmail(field) || isUserName(field))]
      : host !== undefined && fields.some(isWeb)
        ? ['contains', host, fields.filter(isWeb)]
        : ['eq', text.trim(), /[\s,]/.test(text.trim()) ? [] : fields.filter(isUserName)];
  const filter: FilterNode | undefined =
    chosen.length === 0
      ? undefined
      : { op: 'or', items: chosen.map((field): FilterNode => ({ op, field, value })) };
  // An address names one person; a name beside it does not lead to another.
  const isAddress = chosen.length > 0 && (email !== undefined || isUrl(text));
  return {
    name: isAddress ? '' : text,
    fields: chosen,
    filter,
    isExact: (row) =>
      chosen.some((field) =>
        op === 'eq' ? lower(row[field]) === value.toLowerCase() : hostIn(String(row[field] ?? '')) === value,
      ),
    first: (names) => {
      if (filter === undefined) return names;
      const [exact, ...others] = names;
      if (isAddress || exact === undefined) return [[filter], ...names];
      // One query for both: whoever is called so, and whoever has it as user name or web address.
      const [only, ...more] = exact;
      const named: FilterNode =
        only !== undefined && more.length === 0 ? only : { op: 'and', items: [...exact] };
      return [[{ op: 'or', items: [named, filter] }], ...others];
    },
  };
}
