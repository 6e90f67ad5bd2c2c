import * as z from 'zod';
import type { Row } from '../../client/types.js';
import type { Entity } from '../../model.js';
import { spellingKey } from '../../names/spelling.js';
import * as scalars from '../../scalars.js';
import type { FieldMetadata } from '../metadata/entity-metadata.js';
import { entityOfType } from '../metadata/entity-names.js';
import { comparisonProblem } from '../metadata/picklists.js';
import { orNull } from '../read/optional-read.js';
import type { ExactMatch } from '../references/exact-match.js';
import { canName } from '../references/record-names.js';
import type { References } from '../references/references.js';
import { noSuchRecord } from '../references/similar-names.js';
import { convertChoice } from './convert-choice.js';
import { type Converted, fail, isNumeric } from './converted.js';
import { isDay, rangeExamples, toUtc } from './dates.js';
import {
  isNameOf,
  meansUnassigned,
  nameBesideAddress,
  textPattern,
  wildcardAloneProblem,
} from './text-patterns.js';

/** Everything needed to turn what a caller wrote into what Autotask stores. */
export interface Conversion {
  readonly references: References | null;
  readonly timeZone: string;
  readonly signal?: AbortSignal;
  /** For a filter, where inactive records and ranges of time are welcome; otherwise a value to store. */
  readonly filter?: boolean;
  /** Status codes of tickets that count as closed. */
  readonly closedStatusIds?: readonly number[];
  /** The value is one of a list. */
  readonly many?: boolean;
  /** The moment from which `today` and its like count; milliseconds, the present unless given. */
  readonly now?: number;
  /**
   * Values of the same record or filter that are known already, by field. A name that several records have means
   * the one that belongs to the same: the phase of this project, the contact of this company.
   */
  readonly knownValues?: Row;
  /** Finds a record by its whole name where a part of it is not enough; undefined for fields where it is. */
  readonly identify?: (field: FieldMetadata, text: string) => Promise<ExactMatch> | undefined;
}

const byType: Readonly<Record<string, z.ZodType>> = {
  integer: scalars.integer,
  long: scalars.long,
  short: scalars.short,
  decimal: scalars.decimal,
  double: scalars.decimal,
  boolean: scalars.boolean,
  datetime: scalars.datetime,
  'byte[]': scalars.bytes,
  string: z.union([z.string(), z.number().transform(String), z.boolean().transform(String)]),
};

/** Of the records that a name fits; more of them help nobody to choose. */
const mostListed = 10;

async function findCandidates(
  references: References,
  entity: Entity & { path: string },
  text: string,
  conversion: Conversion,
) {
  const { knownValues = {}, signal } = conversion;
  const owners = Object.keys(knownValues).length === 0 ? [] : await references.ownerFields(entity);
  const within = owners.flatMap((name) => {
    const id = knownValues[name];
    return typeof id === 'number' ? [[name, id] as const] : [];
  });
  const withinOwners = within.length === 0 ? [] : await references.candidates(entity, text, signal, within);
  return withinOwners.length > 0 ? withinOwners : references.candidates(entity, text, signal);
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

async function convertReference(
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
  const named = await conversion.identify?.(field, given);
  if (named !== undefined) {
    return named.ok ? { ok: true, value: named.id } : fail(field, named.problem, named.allowed);
  }
  const text = conversion.filter === true ? nameInPattern(field, given, entity) : given;
  if (typeof text !== 'string') return text;
  const fits = await findCandidates(conversion.references, entity, text, conversion);
  if (conversion.filter !== true && meansUnassigned(text)) {
    return fail(field, `${JSON.stringify(text)} is no record of ${entity.name}; null empties the field`);
  }
  const refused = comparisonProblem(field, text, conversion);
  // Only a record that has the sign in its name is meant by it.
  const wantedKey = spellingKey(text);
  const all = refused === undefined ? fits : fits.filter(({ name }) => spellingKey(name).includes(wantedKey));
  if (refused !== undefined && all.length === 0) return { ok: false, problem: refused };
  const active = all.filter((candidate) => candidate.isActive);
  const found = active.length > 0 || conversion.filter === true ? (active.length > 0 ? active : all) : [];
  const [only, ...others] = found;
  const [inactive] = all;
  if (only === undefined && inactive !== undefined) {
    return fail(field, `${JSON.stringify(text)} is ${inactive.name} (id ${inactive.id}), which is inactive`);
  }
  if (only === undefined) {
    const { references, signal } = conversion;
    const withinOwners = (await orNull(() => references.nearby(entity, text, signal))) ?? [];
    const { problem, allowed } = noSuchRecord(entity.name, text, withinOwners);
    return fail(field, problem, allowed);
  }
  if (others.length > 0) {
    const listed = found.slice(0, mostListed).map((candidate) => `${candidate.id} = ${candidate.name}`);
    const rest = found.length - listed.length;
    return fail(
      field,
      `${JSON.stringify(text)} fits several records of ${entity.name}; give the id of one`,
      rest === 0 ? listed : [...listed, `and ${rest} more`],
    );
  }
  const passedOver = conversion.filter === true ? all.filter((candidate) => !found.includes(candidate)) : [];
  const beside = nameBesideAddress(text);
  const isOther = beside !== undefined && !isNameOf(beside, only.name);
  const states = [
    `id ${only.id}`,
    ...(isOther ? [`found by the address, though its name is not ${JSON.stringify(beside)}`] : []),
    ...(only.isActive ? [] : ['inactive']),
    ...(passedOver.length === 0 ? [] : [`not the inactive ${passedOver.map(({ id }) => id).join(', ')}`]),
  ];
  return { ok: true, value: only.id, record: `${only.name} (${states.join('; ')})` };
}

/** Whether the value is the name of a record that the field points to, and has to be looked for. */
export function isName(field: FieldMetadata, given: unknown): given is string {
  const points = field.isReference === true || field.referenceEntityType !== null;
  return points && field.dataType !== 'string' && typeof given === 'string' && !isNumeric(given);
}

/** The names in an order in which each stands after those that its record may belong to. */
export async function byDependency<Named extends { readonly field: FieldMetadata }>(
  names: readonly Named[],
  references: References | null,
): Promise<readonly Named[]> {
  if (references === null || names.length < 2) return names;
  const owners = new Map<string, readonly string[]>();
  for (const { field } of names) {
    const entity = entityOfType(field.referenceEntityType);
    owners.set(field.name, entity === undefined ? [] : await references.ownerFields(entity));
  }
  const ordered: Named[] = [];
  const left = new Set(names);
  while (left.size > 0) {
    const waits = ({ field }: Named) =>
      [...left].some((other) => other.field !== field && owners.get(field.name)?.includes(other.field.name));
    // Two that wait for each other are taken as they were given.
    const next = [...left].find((named) => !waits(named)) ?? [...left][0];
    if (next === undefined) break;
    ordered.push(next);
    left.delete(next);
  }
  return ordered;
}

/**
 * One value for one field: picklist labels become codes, names become ids, numbers and flags may be text,
 * dates without a zone are read in the caller's. The result may be a list when a label stands for several codes.
 */
export async function convertValue(
  field: FieldMetadata,
  given: unknown,
  conversion: Conversion,
): Promise<Converted> {
  if (field.isPickList === true) {
    const choice = convertChoice(field, given, conversion.many === true);
    if (choice !== undefined) return choice;
  }
  if (isName(field, given)) return convertReference(field, given, conversion);
  // Some flags are integers in Autotask (Contacts.isActive); an id or a code is never true or false.
  const flag = /^is[A-Z]/.test(field.name) && ['integer', 'short'].includes(field.dataType);
  if (flag && /^(true|false)$/i.test(String(given))) {
    return { ok: true, value: String(given).toLowerCase() === 'true' ? 1 : 0 };
  }
  const schema = byType[field.dataType] ?? z.unknown();
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const refused = comparisonProblem(field, given, conversion);
    if (refused !== undefined && conversion.filter === true) return { ok: false, problem: refused };
    const [issue] = parsed.error.issues;
    const ranges =
      field.dataType === 'datetime' && conversion.filter === true
        ? `; in a filter also ${rangeExamples}`
        : '';
    return fail(field, `${JSON.stringify(given)} ${issue?.message ?? 'is not valid'}${ranges}`);
  }
  if (field.dataType !== 'datetime') return { ok: true, value: parsed.data };
  const text = String(parsed.data);
  if (isDay(text) && field.deadline === true && conversion.filter !== true) {
    const interpretation = `${field.name}: a day was given, and its end is meant (${conversion.timeZone})`;
    return { ok: true, value: toUtc(`${text.trim()}T23:59:59`, conversion.timeZone), interpretation };
  }
  const day = isDay(text) && field.day;
  return { ok: true, value: day ? `${text.trim()}T00:00:00Z` : toUtc(text, conversion.timeZone) };
}
