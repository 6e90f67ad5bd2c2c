import type { Entity } from '../../model.js';
import { spellingKey } from '../../names/spelling.js';
import type { FieldMetadata } from '../metadata/entity-metadata.js';
import { entityOfType } from '../metadata/entity-names.js';
import { orNull } from '../read/optional-read.js';
import type { ExactMatcher } from '../references/exact-match.js';
import { writtenDigits } from '../references/id-or-name.js';
import { noSuchRecord } from '../references/nearest-records.js';
import { canName, isPerson, listedRecords, nameOf } from '../references/record-names.js';
import { mostCandidates } from '../references/records-by-name.js';
import type { References } from '../references/references.js';
import { alternativesIn, presenceRemark, severalAre } from './alternatives.js';
import { comparisonProblem } from './comparisons/comparison-problem.js';
import { comparisonIn } from './comparisons/comparison-signs.js';
import type { Conversion } from './conversion.js';
import { type Converted, fail } from './converted.js';
import { idIn, isNameOf, nameBesideAddress, textPattern, wildcardAloneProblem } from './text-patterns.js';

/** Of the records that a name fits; more of them help nobody to choose. */
const mostListed = 10;

/** What the record has to belong to, of the values that are known of the same record or filter. */
async function ownersOf(references: References, entity: Entity, { knownValues = {} }: Conversion) {
  const owners = Object.keys(knownValues).length === 0 ? [] : await references.ownerFields(entity);
  return owners.flatMap((name) => {
    const id = knownValues[name];
    return typeof id === 'number' ? [[name, id] as const] : [];
  });
}

async function findCandidates(
  references: References,
  entity: Entity & { path: string },
  text: string,
  conversion: Conversion,
) {
  const { signal } = conversion;
  const within = await ownersOf(references, entity, conversion);
  const withinOwners = within.length === 0 ? [] : await references.candidates(entity, text, signal, within);
  return withinOwners.length > 0 ? withinOwners : references.candidates(entity, text, signal);
}

/** A person who is found by an address, though another name stands beside it. */
const otherName = (given: string, name: string) => {
  const beside = nameBesideAddress(given);
  return beside === undefined || isNameOf(beside, name) ? undefined : beside;
};

/** The record that a value to store names; see `createExactMatcher`. */
async function convertWritten(
  field: FieldMetadata,
  given: string,
  entity: Entity,
  identify: ExactMatcher,
  conversion: Conversion,
): Promise<Converted> {
  const { references, signal } = conversion;
  const within = references === null ? [] : await ownersOf(references, entity, conversion);
  const found = await identify(entity, given, { signal, within });
  if (!found.ok) return fail(field, found.problem, found.allowed);
  const name = nameOf(entity, found.row) ?? '';
  const other = otherName(given, name);
  if (other === undefined) return { ok: true, value: found.id };
  const interpretation = `${field.name}: ${name} (id ${found.id}) was found by the address, though the name is not ${JSON.stringify(other)}`;
  return { ok: true, value: found.id, interpretation };
}

/**
 * The part of a name in a text with wildcards, as names are found by a part of them anyway. A text with a wildcard in
 * its middle, or of wildcards alone, is refused with the form that works.
 */
function nameInPattern(field: FieldMetadata, given: string, entity: Entity): Converted | string {
  const pattern = textPattern(given);
  if (pattern === undefined) return given;
  const [only, ...others] = pattern.parts;
  if (only === undefined) return fail(field, wildcardAloneProblem(field.name, given));
  if (others.length === 0) return only;
  const [longest = only] = [...pattern.parts].sort((a, b) => b.length - a.length);
  return fail(
    field,
    `${JSON.stringify(given)} has a wildcard inside; records of ${entity.name} are found by a part of their name: ${JSON.stringify({ [field.name]: longest })}`,
  );
}

export async function convertReference(
  field: FieldMetadata,
  given: string,
  conversion: Conversion,
): Promise<Converted> {
  const entity = entityOfType(field.referenceEntityType);
  if (conversion.references === null || !canName(entity)) {
    return fail(
      field,
      `${JSON.stringify(given)} must be the numeric id of a record of ${entity?.name ?? 'Autotask'}`,
    );
  }
  if (conversion.identify !== undefined)
    return convertWritten(field, given, entity, conversion.identify, conversion);
  const text = nameInPattern(field, given, entity);
  if (typeof text !== 'string') return text;
  const fits = await findCandidates(conversion.references, entity, text, conversion);
  const compared = comparisonIn(text);
  // Names have no order: `Over Easy` is one.
  const refused = compared?.by === 'order' ? undefined : comparisonProblem(field, text, conversion);
  // Only a record that has the sign in its name is meant by it.
  const wantedKey = spellingKey(text);
  const all = refused === undefined ? fits : fits.filter(({ name }) => spellingKey(name).includes(wantedKey));
  const active = all.filter((candidate) => candidate.isActive);
  const found = active.length > 0 ? active : all;
  const [only, ...others] = found;
  if (only === undefined) {
    const { references, signal } = conversion;
    const isSure = refused !== undefined && compared?.by !== 'word';
    if (isSure) return { ok: false, problem: refused };
    const near = (await orNull(() => references.nearby(entity, text, signal))) ?? [];
    const [firstWord = ''] = text.trim().toLowerCase().split(/\s/);
    // `No Limit` comes near to No Limits; a word before the name of a record takes it out.
    const isName = near.some(({ name }) => name.toLowerCase().split(/\s/)[0] === firstWord);
    if (refused !== undefined && !isName) return { ok: false, problem: refused };
    const several = alternativesIn(text, isPerson(entity) ? 'people' : 'names');
    const id = idIn(text);
    const remark =
      presenceRemark(field.name, text, conversion) ??
      (id === undefined
        ? several && severalAre(field.name, several, conversion.negated)
        : `an id is a number: ${JSON.stringify({ [field.name]: conversion.negated === true ? { noteq: id } : id })}`);
    const { problem, allowed } = noSuchRecord(entity.name, text, near, remark);
    return fail(field, problem, allowed);
  }
  if (others.length > 0) {
    const listed = listedRecords(found.slice(0, mostListed));
    const rest = found.length - listed.length;
    return fail(
      field,
      `${JSON.stringify(text)} fits several records of ${entity.name}; give the id of one`,
      rest === 0
        ? listed
        : [
            ...listed,
            `and ${rest} more${all.length < mostCandidates ? '' : ` of the first ${mostCandidates} found`}`,
          ],
    );
  }
  const passedOver = all.filter((candidate) => !found.includes(candidate));
  const beside = otherName(text, only.name);
  const states = [
    `id ${only.id}`,
    ...(beside !== undefined
      ? [`found by the address, though its name is not ${JSON.stringify(beside)}`]
      : []),
    ...(only.isActive ? [] : ['inactive']),
    ...(passedOver.length === 0 ? [] : [`not the inactive ${passedOver.map(({ id }) => id).join(', ')}`]),
  ];
  return { ok: true, value: only.id, record: `${only.name} (${states.join('; ')})` };
}

/** Digits that are to be stored: an id, or the name of a record that is called so where none has the id. */
export async function convertDigits(
  field: FieldMetadata,
  given: string,
  { references, signal }: Conversion,
): Promise<Converted> {
  if (references === null) return { ok: true, value: Number(given) };
  const meant = await writtenDigits(references, entityOfType(field.referenceEntityType), given, signal);
  if (!meant.ok) return fail(field, meant.problem, meant.allowed);
  if (!meant.isName) return { ok: true, value: meant.id };
  const interpretation = `${field.name}: no record has the id ${given.trim()}; ${meant.name} (id ${meant.id}) is called so`;
  return { ok: true, value: meant.id, interpretation };
}
