import type { FilterNode } from '../../../client/types.js';
import type { Entity } from '../../../model.js';
import { usualLetters } from '../../../names/spelling.js';
import type { FieldMetadata } from '../../metadata/entity-metadata.js';
import { isPerson } from '../../references/record-names.js';
import { type PhoneNumber, phoneNotations, phoneNumberIn } from '../../values/phones.js';
import {
  addressIn,
  autotaskNumber,
  hostIn,
  isUrl,
  nameBesideAddress,
  partOfNumber,
  patternConditions,
  personNameSplits,
  soughtNumberIn,
  type TextOperator,
  textPattern,
  wildcardAloneProblem,
} from '../../values/text-patterns.js';

/** What a text in a filter means where it cannot be what is stored in the field. */
export interface RewrittenText {
  readonly node: FilterNode;
  /** In the reader's words. */
  readonly meaning: string;
  /** What is compared with what, when nothing matches. */
  readonly compared: readonly { readonly op: string; readonly value: string }[];
  /** The number to compare here, among the records that Autotask finds. */
  readonly phone?: PhoneNumber;
  /** The name that was given beside an address, which decides alone. */
  readonly besideAddress?: string;
}

const searching: readonly TextOperator[] = ['eq', 'contains', 'beginsWith', 'endsWith'];
const isEmail = (name: string) => /^email(Address)?\d?$/i.test(name);
const isWeb = (name: string) => /^webAddress$/i.test(name);

/** A number without what people write before it, an address without the name beside it. */
function withoutPrefix(field: FieldMetadata, text: string): string {
  if (/Number$/.test(field.name)) return soughtNumberIn(text) ?? text;
  return isEmail(field.name) ? (addressIn(text) ?? text) : text;
}

const words: Readonly<Record<string, string>> = {
  contains: 'contains ',
  beginsWith: 'begins with ',
  endsWith: 'ends with ',
};
const operatorText = (op: string, value: string) => `${words[op] ?? ''}${JSON.stringify(value)}`;

const any = (items: readonly FilterNode[]): FilterNode => ({ op: 'or', items });

/** Why a text with wildcards cannot be compared, with the form that works; undefined where it can. */
export function patternProblem(field: FieldMetadata, op: string, text: string): string | undefined {
  if (field.dataType !== 'string' || field.isPickList === true) return undefined;
  const excludes = op === 'noteq' || op === 'notIn';
  if (!excludes && !searching.some((one) => one === op)) return undefined;
  const pattern = textPattern(text);
  if (pattern === undefined) return undefined;
  if (pattern.parts.length === 0) return wildcardAloneProblem(field.name, text);
  const [first] = patternConditions('eq', pattern);
  if (!excludes || first?.op === 'eq' || first === undefined) return undefined;
  const example = JSON.stringify({ [field.name]: { [first.op]: first.value } });
  return `${op} compares the whole text and takes no wildcards, and Autotask cannot exclude a part of one; ${example} finds the records that have it`;
}

/** What is written in several ways; marks are what they are. */
const lettersAndSpaces = /[\p{L}\p{N}\p{M}\p{Cf}\p{Default_Ignorable_Code_Point}\s]+/gu;

/** Undefined where the text is to be compared as it stands. */
export function rewriteText(
  entity: Entity,
  field: FieldMetadata,
  op: string,
  given: string,
): RewrittenText | undefined {
  if (field.dataType !== 'string' || field.isPickList === true) return undefined;
  const usual = given.replace(lettersAndSpaces, usualLetters);
  const isCompared = op === 'noteq' || searching.some((one) => one === op);
  if (usual === given || usual.trim() === '' || !isCompared || field.udf)
    return rewriteVisible(entity, field, op, given);
  // Autotask compares letter by letter, and texts are stored as they came: wide, composed, with a soft hyphen.
  const compareWith = (value: string): RewrittenText => ({
    node: { op, field: field.name, value },
    meaning: operatorText(op, value),
    compared: [{ op, value }],
  });
  const read = rewriteVisible(entity, field, op, usual) ?? compareWith(usual);
  if (read.phone !== undefined || autotaskNumber.test(usual)) return read;
  const asGiven = compareWith(given);
  return {
    ...read,
    node: { op: op === 'noteq' ? 'and' : 'or', items: [read.node, asGiven.node] },
    meaning: `${read.meaning}, in these letters or as given`,
  };
}

function rewriteVisible(
  entity: Entity,
  field: FieldMetadata,
  op: string,
  given: string,
): RewrittenText | undefined {
  const { name } = field;
  const text = withoutPrefix(field, given);
  const compareWith = (how: string, value: string): RewrittenText => ({
    node: { op: how, field: name, value },
    meaning: operatorText(how, value),
    compared: [{ op: how, value }],
  });
  const pattern = textPattern(text);
  const plain = pattern?.parts[0];
  if (op === 'noteq' && plain !== undefined) return compareWith(op, plain);
  const how = searching.find((one) => one === op);
  if (how !== undefined) {
    const conditions = pattern === undefined ? [] : patternConditions(how, pattern);
    const [first, ...more] = conditions;
    if (first !== undefined && more.length === 0) return compareWith(first.op, first.value);
    if (first !== undefined) {
      return {
        node: {
          op: 'and',
          items: conditions.map(({ op, value }): FilterNode => ({ op, field: name, value })),
        },
        meaning: conditions.map((one) => operatorText(one.op, one.value)).join(' and '),
        compared: conditions,
      };
    }
    const part = how === 'eq' && /Number$/.test(name) ? partOfNumber(text) : undefined;
    if (part !== undefined) return compareWith(part.op, part.value);
    const phone = field.udf || op.endsWith('With') ? undefined : phoneNumberIn(name, text);
    if (phone !== undefined) {
      const how = phone.international
        ? 'in any notation, or stored without its country code'
        : 'in any notation, with or without a country code';
      return {
        node: any(phoneNotations(phone.digits).map((value) => ({ op: 'contains', field: name, value }))),
        meaning: `the digits ${phone.digits} ${how}`,
        compared: [{ op: 'digits', value: phone.digits }],
        phone,
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
      compared: [{ op: 'eq', value: text }],
    };
  }
  if (text === given) return undefined;
  const beside = isEmail(name) ? nameBesideAddress(given) : undefined;
  const rewritten = compareWith(op, text);
  if (beside === undefined) return rewritten;
  const meaning = `${rewritten.meaning}, whatever the name beside it`;
  return { ...rewritten, meaning, besideAddress: beside };
}
