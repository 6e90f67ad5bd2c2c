import type { FilterNode } from '../../../client/types.js';
import type { Entity } from '../../../model.js';
import type { FieldMetadata } from '../../metadata/entity-metadata.js';
import { phoneDigitsIn, phoneNotations } from '../../values/phones.js';
import {
  addressIn,
  autotaskNumberIn,
  hostIn,
  isUrl,
  personNameSplits,
  wildcardOperator,
} from '../../values/text-patterns.js';

/** What a text in a filter means where it cannot be what is stored in the field. */
export interface RewrittenText {
  readonly node: FilterNode;
  /** In the reader's words. */
  readonly meaning: string;
  /** What is compared with what, when nothing matches. */
  readonly compared: { readonly op: string; readonly value: string };
  /** The digits to compare here, among the records that Autotask finds. */
  readonly digits?: string;
}

const searching = new Set(['eq', 'contains', 'beginsWith', 'endsWith']);
const isEmail = (name: string) => /^email(Address)?\d?$/i.test(name);
const isWeb = (name: string) => /^webAddress$/i.test(name);

/** Whether the entity is people, told by first and last name. */
export const isPerson = ({ nameFields: [first, last] }: Pick<Entity, 'nameFields'>): boolean =>
  first === 'firstName' && last === 'lastName';

/** A number without what people write before it, an address without the name beside it. */
function withoutPrefix(field: FieldMetadata, text: string): string {
  if (/Number$/.test(field.name)) return autotaskNumberIn(text) ?? text;
  return isEmail(field.name) ? (addressIn(text) ?? text) : text;
}

const any = (items: readonly FilterNode[]): FilterNode => ({ op: 'or', items });

/** Why a text with wildcards cannot be excluded; undefined where it has none. */
export function exclusionProblem(field: FieldMetadata, op: string, text: string): string | undefined {
  const pattern = op === 'noteq' && field.dataType === 'string' ? wildcardOperator(text) : undefined;
  if (pattern === undefined) return undefined;
  const example = JSON.stringify({ [pattern.op]: pattern.value });
  return `noteq compares the whole text and takes no wildcards, and Autotask cannot exclude a part of one; ${example} finds the records that have it`;
}

/** Undefined where the text is to be compared as it stands. */
export function rewriteText(
  entity: Entity,
  field: FieldMetadata,
  op: string,
  given: string,
): RewrittenText | undefined {
  const { name } = field;
  if (field.dataType !== 'string' || field.isPickList === true) return undefined;
  const text = withoutPrefix(field, given);
  const compareWith = (how: string, value: string): RewrittenText => ({
    node: { op: how, field: name, value },
    meaning: `${how === 'eq' ? '' : `${how} `}${JSON.stringify(value)}`,
    compared: { op: how, value },
  });
  if (searching.has(op)) {
    const pattern = wildcardOperator(text);
    if (pattern !== undefined) return compareWith(op === 'eq' ? pattern.op : op, pattern.value);
    const digits = field.udf || op.endsWith('With') ? undefined : phoneDigitsIn(name, text);
    if (digits !== undefined) {
      return {
        node: any(phoneNotations(digits).map((value) => ({ op: 'contains', field: name, value }))),
        meaning: `the digits ${digits} in any notation`,
        compared: { op: 'digits', value: digits },
        digits,
      };
    }
    const host = isWeb(name) && (op === 'eq' || isUrl(text)) ? hostIn(text) : undefined;
    if (host !== undefined) return compareWith('contains', host);
  }
  const [first = '', last = ''] = entity.nameFields;
  const names = op === 'eq' && isPerson(entity) && [first, last].includes(name) ? personNameSplits(text) : [];
  if (names.length > 0) {
    const splitNames = names.map(
      ([forename, surname]): FilterNode => ({
        op: 'and',
        items: [
          { op: 'eq', field: first, value: forename },
          { op: 'eq', field: last, value: surname },
        ],
      }),
    );
    return {
      node: any([{ op: 'eq', field: name, value: text }, ...splitNames]),
      meaning: `${JSON.stringify(text)}, alone or as the whole name`,
      compared: { op: 'eq', value: text },
    };
  }
  return text === given ? undefined : compareWith(op, text);
}
