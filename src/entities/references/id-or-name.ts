import type { Entity } from '../../model.js';
import { orNull } from '../read/optional-read.js';
import { canName } from './record-names.js';
import type { Candidate } from './records-by-name.js';
import type { References } from './references.js';

/** The record that digits mean, or why they do not tell. */
export type DigitsMeaning =
  /** `others` are called so too. `isName`: no record has the id. */
  | {
      readonly ok: true;
      readonly id: number;
      readonly name?: string;
      readonly isName: boolean;
      readonly others: readonly Candidate[];
    }
  | { readonly ok: false; readonly problem: string; readonly allowed: readonly string[] };

/** Whether a text holds digits alone, as an id does and the name of a company may. */
export const isDigits = (given: unknown): given is string =>
  typeof given === 'string' && /^\s*\d+\s*$/.test(given) && Number.isSafeInteger(Number(given));

const listed = ({ id, name }: Candidate) => `${id} = ${name}`;

/**
 * Digits that were given as text are an id, and where no record has it, the whole name of one: a company may be called
 * 2020. Both at once are for the caller to decide. Where nothing may be looked up they are an id.
 */
export async function meaningOfDigits(
  references: References,
  entity: Entity | undefined,
  text: string,
  signal?: AbortSignal,
): Promise<DigitsMeaning> {
  const id = Number(text);
  const found = canName(entity) ? await orNull(() => references.byDigits(entity, text.trim(), signal)) : null;
  const called = found?.called ?? [];
  const [only, ...others] = called;
  if (found === null || found.byId !== undefined || only === undefined)
    return { ok: true, id, isName: false, others: called };
  if (others.length === 0) return { ok: true, id: only.id, name: only.name, isName: true, others: [] };
  const problem = `no record has the id ${id}, and ${called.length} are called so; give the id of one`;
  return { ok: false, problem, allowed: called.map(listed) };
}

/** The same for a write, which goes to no record that may not be the one. */
export async function writtenDigits(
  references: References,
  entity: Entity | undefined,
  text: string,
  signal?: AbortSignal,
): Promise<DigitsMeaning> {
  const meaning = await meaningOfDigits(references, entity, text, signal);
  if (!meaning.ok || meaning.others.length === 0) return meaning;
  return { ok: false, ...digitsOfTwo(text, meaning.others) };
}

/** Why digits do not tell which of several records is meant. */
export const digitsOfTwo = (text: string, called: readonly Candidate[]) => ({
  problem: `${JSON.stringify(text)} is the id of one record and the name of another: give the id of the latter, or the former as a number`,
  allowed: called.map(listed),
});
/** Autotask takes 500 alternatives; each of these is one as an id and one as a name. */
const mostCompared = 200;

/**
 * Remarks on digits that a condition compares as ids and by which another record is called: neither is surely meant,
 * so both are told. One request, which also tells the names of the ids. Records that are called by their number and
 * title, or by two names, are not called by digits.
 */
export async function calledLikeIds(
  references: References,
  entity: Entity | undefined,
  given: readonly unknown[],
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const texts = [...new Set(given.filter(isDigits).map((text) => text.trim()))].slice(0, mostCompared);
  if (texts.length === 0 || !canName(entity) || entity.nameFields.length > 1) return [];
  const found = (await orNull(() => references.byManyDigits(entity, texts, signal))) ?? [];
  return texts.flatMap((text) => {
    const own = found.find(({ id }) => id === Number(text));
    const called = found.filter(({ id, name }) => name === text && id !== Number(text));
    if (own === undefined || called.length === 0) return [];
    const others = called.map(({ id, name }) => `${name} (id ${id})`).join(', ');
    return [`${text} was taken for the id of ${own.name}; called ${text}: ${others}`];
  });
}
