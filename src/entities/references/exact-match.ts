import type { AutotaskReader, FilterNode, Row } from '../../client/types.js';
import type { Entity } from '../../model.js';
import { oneLine } from '../../text.js';
import { orNull } from '../read/optional-read.js';
import { alternativesIn } from '../values/alternatives.js';
import { autotaskNumber, autotaskNumberIn, withoutSearchSigns } from '../values/text-patterns.js';
import { noSuchRecord } from './nearest-records.js';
import {
  activeIn,
  besideName,
  canName,
  isPerson,
  listedRecords,
  nameOf,
  numberField,
} from './record-names.js';
import { type Candidate, mostCandidates } from './records-by-name.js';
import type { References } from './references.js';
import { meansMe, resolveMe } from './resolve-me.js';

/** One record, or why the text does not name one. */
export type ExactMatch =
  /** `isFresh`: the whole record was read just now; otherwise it may be some minutes old. */
  | { readonly ok: true; readonly id: number; readonly row: Row; readonly isFresh: boolean }
  | { readonly ok: false; readonly problem: string; readonly allowed: readonly string[] };

/** Longer names are not taken apart into a first and a last one. */
const mostWords = 8;

/** How a whole name is given: with other spaces and in another Unicode form than it is stored in. */
const plain = (text: string) => oneLine(text.normalize('NFKC'));

/** How two spellings of one whole name are compared: without case, composition and spacing, nothing else. */
const spelling = (text: string) => plain(text).toLowerCase();

const eq = (field: string, value: string): FilterNode => ({ op: 'eq', field, value });
const both = (...items: FilterNode[]): FilterNode => ({ op: 'and', items });

/** Every way of writing the whole name of a record: its number, its title, `first last` and `last, first`. */
function wholeNames(entity: Entity, row: Row): string[] {
  const number = numberField(entity);
  const fields = [...(isPerson(entity) ? [] : entity.nameFields), ...(number === undefined ? [] : [number])];
  const reversed = [...entity.nameFields].reverse().map((field) => String(row[field] ?? '').trim());
  return [
    nameOf(entity, row) ?? '',
    ...fields.map((field) => String(row[field] ?? '')),
    ...(isPerson(entity) ? [reversed.join(' '), reversed.join(', ')] : []),
  ].map(spelling);
}

/** Conditions that every record of this whole name meets one of, and few others. */
function conditions(entity: Entity, text: string): FilterNode[] {
  const number = numberField(entity) ?? entity.nameFields.find((field) => field.endsWith('Number'));
  if (number !== undefined && autotaskNumber.test(text)) return [eq(number, text)];
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  if (isPerson(entity)) {
    const pairs = words.slice(1, mostWords).flatMap((_, at) => {
      const [front, back] = [words.slice(0, at + 1).join(' '), words.slice(at + 1).join(' ')];
      return [
        both(eq('firstName', front), eq('lastName', back)),
        both(eq('firstName', back), eq('lastName', front)),
      ];
    });
    return [...pairs, both({ op: 'notExist', field: 'firstName' }, eq('lastName', text))];
  }
  const [first = '', ...rest] = words;
  const isNumbered = autotaskNumber.test(first) && number !== undefined;
  return [
    ...entity.nameFields.map((field) => eq(field, text)),
    ...(isNumbered ? [both(eq(number, first), eq(entity.nameFields.at(-1) ?? '', rest.join(' ')))] : []),
  ];
}

interface MatchOptions {
  readonly signal?: AbortSignal | undefined;
  /** Ids by field: a name that several records have means the one that has these. */
  readonly within?: readonly (readonly [field: string, id: number])[];
  /** The record is about to be written: it is read whole, as it is now. */
  readonly isWritten?: boolean;
}

/** What a text that names no record may be instead; undefined where nothing tells. */
function remarkOn(given: string, isSeveral: boolean): string | undefined {
  const hash = /^(?:#|id[\s:]*)\s*(\d+)$/i.exec(plain(given))?.[1];
  if (hash !== undefined) return `an id is given as ${hash}`;
  return isSeveral ? 'one record is wanted here, not several' : undefined;
}

/**
 * Finds the one record that a value in a write names: by its number, its whole name, or a person by e-mail address or
 * user name. A part of a name, or a name that several records have, inactive ones included, names none: then the
 * records that come close are listed, and nothing is chosen.
 */
export function createExactMatcher(reader: AutotaskReader, references: References) {
  type Named = Entity & { path: string };

  /** The records that are called exactly so. */
  async function called(entity: Named, given: string, how: MatchOptions) {
    const { signal, within = [], isWritten = false } = how;
    const text = autotaskNumberIn(plain(given)) ?? plain(given);
    const known = isPerson(entity) ? await references.identifier(entity, plain(given)) : undefined;
    const spellings = [...new Set([text, given.trim(), oneLine(given.normalize('NFC'))])];
    const isNumber = autotaskNumber.test(text);
    const names = (isNumber ? [text] : spellings).flatMap((one) => conditions(entity, one));
    const items = [
      ...(known?.name === '' ? [] : names),
      ...(known?.filter === undefined ? [] : [known.filter]),
    ];
    const owners = within.map(([field, value]): FilterNode => ({ op: 'eq', field, value }));
    const filter = [...owners, ...(items.length === 1 ? items : [{ op: 'or', items }])];
    const options = { limit: mostCandidates, ...(signal ? { signal } : {}) };
    const fields = isWritten ? {} : await references.fieldsToTell(entity, known?.fields ?? []);
    // No other record ever gets the number of one, so a confirmation finds it where its preview did.
    const { rows, isKept } =
      isNumber || !isWritten
        ? await references.lookUp(entity, { filter, ...fields }, options)
        : { ...(await reader.query(entity.path, { filter }, options)), isKept: false };
    const wanted = spelling(text);
    const found = rows.filter(
      (row) => known?.isExact(row) === true || wholeNames(entity, row).includes(wanted),
    );
    return { found, isFresh: isWritten && !isKept };
  }

  /** Records that come close: by a part of their name, else by its nearest ones, or the one that differs in spaces. */
  async function closeTo(entity: Named, text: string, { signal, within = [] }: MatchOptions) {
    const owned = within.length === 0 ? [] : await references.candidates(entity, text, signal, within);
    const parts = owned.length > 0 ? owned : await references.candidates(entity, text, signal);
    const isSame = ({ name }: Candidate) => spelling(name) === spelling(text);
    if (parts.some(isSame)) return { parts, near: [] };
    const near = (await orNull(() => references.nearby(entity, text, signal))) ?? [];
    return { parts, near: parts.length === 0 ? near : near.filter(isSame) };
  }

  return async function identify(entity: Entity, given: string, how: MatchOptions = {}): Promise<ExactMatch> {
    if (!canName(entity)) {
      const { problem } = noSuchRecord(entity.name, given, []);
      return { ok: false, problem: `${problem}: give its id`, allowed: [] };
    }
    if (meansMe(entity, given)) {
      const { id, name } = await resolveMe();
      return { ok: true, id, row: { id, name }, isFresh: false };
    }
    if (plain(given) === '') return { ok: false, problem: 'is empty', allowed: [] };
    const { within = [], ...anywhere } = how;
    const first = await called(entity, given, how);
    const { found, isFresh } =
      first.found.length > 0 || within.length === 0 ? first : await called(entity, given, anywhere);
    const [only, ...others] = found;
    if (only !== undefined && others.length === 0 && typeof only.id === 'number') {
      if (how.isWritten === true) references.learn(entity, only);
      return { ok: true, id: only.id, row: only, isFresh };
    }
    const value = JSON.stringify(given);
    if (only !== undefined) {
      const owned = await references.ownerFields(entity);
      const rows = found.map((row) => ({
        id: Number(row.id),
        name: nameOf(entity, row) ?? '',
        isActive: activeIn(row),
        beside: besideName(row, owned),
      }));
      return {
        ok: false,
        problem: `${value} fits several records of ${entity.name}; give the id of one`,
        allowed: listedRecords(rows),
      };
    }
    const { parts, near } = await closeTo(entity, plain(given), how);
    // The same name is stored with other spaces, or in a form of Unicode that Autotask tells apart.
    const [same, ...alike] = [...parts, ...near].filter(({ name }) => spelling(name) === spelling(given));
    if (same !== undefined && alike.length === 0) {
      const search = { filter: [{ op: 'eq', field: 'id', value: same.id }] };
      const options = { limit: 1, ...(how.signal ? { signal: how.signal } : {}) };
      const [row] = (await reader.query(entity.path, search, options)).rows;
      if (row !== undefined) return { ok: true, id: same.id, row, isFresh: true };
    }
    if (parts.length > 0)
      return { ok: false, problem: `${value} is not the whole name`, allowed: listedRecords(parts) };
    const bare = withoutSearchSigns(plain(given));
    if (bare === plain(given)) {
      const several = alternativesIn(given, isPerson(entity) ? 'people' : 'names');
      const numbers = several?.every((one) => autotaskNumber.test(one)) === true;
      const remark = remarkOn(given, several !== undefined);
      const { problem, allowed } = noSuchRecord(entity.name, given, numbers ? [] : near, remark);
      return { ok: false, problem, allowed };
    }
    const meant = bare === '' ? { parts: [], near } : await closeTo(entity, bare, how);
    const problem = `${value} is a search; a value to store is the id, number or whole name of one record`;
    return { ok: false, problem, allowed: listedRecords([...meant.parts, ...meant.near]) };
  };
}

export type ExactMatcher = ReturnType<typeof createExactMatcher>;
