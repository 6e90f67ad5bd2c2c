import type { AutotaskReader, FilterNode, Row } from '../../client/types.js';
import type { Entity } from '../../model.js';
import { oneLine } from '../../text.js';
import { orNull } from '../read/optional-read.js';
import { addressIn, autotaskNumber, autotaskNumberIn } from '../values/text-patterns.js';
import { noSuchRecord } from './nearest-records.js';
import { canName, nameOf, numberField } from './record-names.js';
import { mostCandidates } from './records-by-name.js';
import type { References } from './references.js';

/** One record, or why the text does not name one. */
export type ExactMatch =
  /** `isFresh`: the whole record was read just now; otherwise it may be some minutes old. */
  | { readonly ok: true; readonly id: number; readonly row: Row; readonly isFresh: boolean }
  | { readonly ok: false; readonly problem: string; readonly allowed: readonly string[] };

/** Longer names are not taken apart into a first and a last one. */
const mostWords = 8;

/** How two spellings of one whole name are compared: without case, composition and spacing, nothing else. */
const spelling = (text: string) => oneLine(text.normalize('NFKC')).toLowerCase();

const eq = (field: string, value: string): FilterNode => ({ op: 'eq', field, value });
const both = (...items: FilterNode[]): FilterNode => ({ op: 'and', items });

const isPerson = ({ nameFields }: Entity) => nameFields[0] === 'firstName' && nameFields[1] === 'lastName';

/** The field with the e-mail address of a person. */
const mailField = (entity: Entity) =>
  isPerson(entity) ? entity.summaryFields.find((name) => /^email(Address)?$/.test(name)) : undefined;

/** Every way of writing the whole name of a record: its number, its title, `first last` and `last, first`. */
function wholeNames(entity: Entity, row: Row): string[] {
  const number = numberField(entity);
  const mail = mailField(entity);
  const fields = isPerson(entity) ? [] : entity.nameFields;
  const reversed = [...entity.nameFields].reverse().map((field) => String(row[field] ?? '').trim());
  return [
    nameOf(entity, row) ?? '',
    ...[...fields, number, mail].map((field) => (field === undefined ? '' : String(row[field] ?? ''))),
    ...(isPerson(entity) ? [reversed.join(' '), reversed.join(', ')] : []),
  ].map(spelling);
}

/** A condition that every record of this whole name meets, and few others. */
function condition(entity: Entity, text: string): FilterNode {
  const number = numberField(entity) ?? entity.nameFields.find((field) => field.endsWith('Number'));
  if (number !== undefined && autotaskNumber.test(text)) return eq(number, text);
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  if (isPerson(entity)) {
    const mail = mailField(entity);
    if (mail !== undefined && /^\S+@\S+$/.test(text)) return eq(mail, text);
    const pairs = words.slice(1, mostWords).flatMap((_, at) => {
      const [front, back] = [words.slice(0, at + 1).join(' '), words.slice(at + 1).join(' ')];
      return [
        both(eq('firstName', front), eq('lastName', back)),
        both(eq('firstName', back), eq('lastName', front)),
      ];
    });
    return {
      op: 'or',
      items: [...pairs, both({ op: 'notExist', field: 'firstName' }, eq('lastName', text))],
    };
  }
  const [first = '', ...rest] = words;
  const items = entity.nameFields.map((field) => eq(field, text));
  if (autotaskNumber.test(first) && number !== undefined)
    items.push(both(eq(number, first), eq(entity.nameFields.at(-1) ?? '', rest.join(' '))));
  return { op: 'or', items };
}

/**
 * Finds the record that a write is meant for. A part of a name, or a name that several records have, inactive ones
 * included, names none: then the records that come close are listed, and nothing is chosen.
 */
export function createExactMatcher(reader: AutotaskReader, references: References) {
  return async function identify(entity: Entity, given: string, signal?: AbortSignal): Promise<ExactMatch> {
    if (!canName(entity)) {
      const { problem } = noSuchRecord(entity.name, given, []);
      return { ok: false, problem: `${problem.replace(/^n/, 'N')}: give its id`, allowed: [] };
    }
    const text = autotaskNumberIn(given) ?? (isPerson(entity) ? addressIn(given) : undefined) ?? given.trim();
    if (text === '') return { ok: false, problem: 'is empty', allowed: [] };
    const search = { filter: [condition(entity, text)] };
    const options = { limit: mostCandidates, ...(signal ? { signal } : {}) };
    // No other record ever gets the number of one, so a confirmation finds it where its preview did.
    const { rows, isKept } = autotaskNumber.test(text)
      ? await references.lookUp(entity, search, options)
      : { ...(await reader.query(entity.path, search, options)), isKept: false };
    const found = rows.filter((row) => wholeNames(entity, row).includes(spelling(text)));
    const [only, ...others] = found;
    if (only !== undefined && others.length === 0 && typeof only.id === 'number') {
      references.learn(entity, only);
      return { ok: true, id: only.id, row: only, isFresh: !isKept };
    }
    if (only !== undefined) {
      const inactive = ({ isActive }: Row) => (isActive === false || isActive === 0 ? ' (inactive)' : '');
      const allowed = found.map((row) => `${String(row.id)} = ${nameOf(entity, row) ?? ''}${inactive(row)}`);
      return {
        ok: false,
        problem: `${JSON.stringify(given)} fits several records of ${entity.name}; give the id of one`,
        allowed,
      };
    }
    const near = await references.candidates(entity, text, signal);
    if (near.length === 0) {
      const other = (await orNull(() => references.nearby(entity, text, signal))) ?? [];
      const { problem, allowed } = noSuchRecord(entity.name, given, other);
      return { ok: false, problem: problem.replace(/^n/, 'N'), allowed };
    }
    return {
      ok: false,
      problem: `${JSON.stringify(given)} is not the whole name`,
      allowed: near.map(({ id, name }) => `${id} = ${name}`),
    };
  };
}

export type ExactMatcher = ReturnType<typeof createExactMatcher>;
