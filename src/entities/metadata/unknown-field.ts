import { load } from '../../../generated/load.js';
import type { Entity } from '../../model.js';
import { named } from '../../names/match.js';
import { didYouMean } from '../../names/nearest.js';
import { fold } from '../../names/spelling.js';
import { type EntityMetadata, type FieldMetadata, titleOf } from './entity-metadata.js';
import { entityNamed, entityOfType } from './entity-names.js';
import { fieldSynonyms } from './field-synonyms.js';
import { markMetadataSuspect } from './stale-metadata.js';
import { conditionsMeant } from './words/conditions-meant.js';
import { fieldBelow } from './words/field-below.js';

/** What records are called by; each kind has a field of its own for it. */
const nameWords: ReadonlySet<string> = new Set(['name', 'title', 'label', 'subject']);

/** The fields that people mean by a word that is the name of none; several are asked back. */
export const fieldsOf = (
  word: string,
  { nameFields }: Entity,
  field: EntityMetadata['field'],
): readonly FieldMetadata[] => {
  // A ticket is called by its number too, and that is no name.
  const called = nameWords.has(fold(word)) ? nameFields.filter((name) => !name.endsWith('Number')) : [];
  return [...new Set([...fieldSynonyms(word), ...called].flatMap((name) => field(name) ?? []))];
};

/** The query for a person's whole name, which no field holds; undefined where something else is asked for. */
function personMeant(word: string, { name, nameFields }: Entity, value: unknown): string | undefined {
  const [firstName, lastName, ...more] = nameFields;
  if (firstName !== 'firstName' || lastName !== 'lastName' || more.length > 0) return undefined;
  if (!['name', 'fullname'].includes(fold(word)) || typeof value !== 'string') return undefined;
  const [first = '', ...rest] = value.trim().split(/\s+/);
  const query = rest.length === 0 ? { lastName: first } : { firstName: first, lastName: rest.join(' ') };
  return `${JSON.stringify(word)} is not a field of ${name}, whose names are first and last ones; as a query: ${JSON.stringify(query)}`;
}

/** User-defined fields by name, label or what answers call them; several where the spelling fits more than one. */
export function udfsNamed(name: string, udfs: readonly FieldMetadata[]): readonly FieldMetadata[] {
  const spellings = udfs.flatMap((udf) =>
    [...new Set([udf.name, udf.label ?? udf.name, titleOf(udf)])].map((spelling) => ({ udf, spelling })),
  );
  return [...new Set(named(name, spellings, ({ spelling }) => spelling, 'stored').map(({ udf }) => udf))];
}

/** As far as aggregate-entity follows references. */
const mostReferences = 2;

/** Paths to the field through what a record belongs to, `taskID.projectID.companyID`; none where it is not there. */
async function pathsTo(word: string, entity: Entity, references = 0): Promise<readonly string[]> {
  if (references > 0) {
    const [first = '', ...more] = word.split('.');
    // Contracts and others are active by their status: looking further would find whether the company is.
    const state = fold(first) === 'isactive' ? ['status'] : [];
    const names = [first, ...fieldSynonyms(first), ...state].map(fold);
    const fields = (await load[entity.name]?.fields()) ?? [];
    const field = names.flatMap((one) => fields.find(({ name }) => fold(name) === one) ?? [])[0];
    if (field !== undefined) return [[field.name, ...more].join('.')];
  }
  if (references === mostReferences || typeof entity.companyScope === 'string') return [];
  const found: string[] = [];
  for (const { field, entity: name } of entity.companyScope) {
    const owner = entityNamed(name);
    if (owner === undefined || field === 'id') continue;
    found.push(...(await pathsTo(word, owner, references + 1)).map((path) => `${field}.${path}`));
  }
  return found;
}

/** The first field of a path and what it points to; undefined for a path of one part, or through no reference. */
function stepOf({ field }: EntityMetadata, path: string) {
  const [step = '', ...more] = path.split(/\s*(?:->|[./])\s*/);
  const through = more.length > 0 ? (field(step) ?? field(`${step}ID`)) : undefined;
  const owner = entityOfType(through?.referenceEntityType ?? null);
  return through === undefined || owner === undefined ? undefined : { through, owner, rest: more.join('.') };
}

/** Where a field stands that the entity lacks, and what does read it; undefined where nobody knows. */
export async function fieldElsewhere(metadata: EntityMetadata, given: string): Promise<string | undefined> {
  const own = stepOf(metadata, given);
  // A path through a field that points to nothing, `createDate.between`, leads nowhere.
  if (own === undefined && /->|[./]/.test(given)) return undefined;
  const paths =
    own === undefined
      ? await pathsTo(given, metadata.entity)
      : (await pathsTo(own.rest, own.owner, 1)).map((rest) => `${own.through.name}.${rest}`);
  const step = stepOf(metadata, paths[0] ?? '');
  if (step === undefined) return undefined;
  return `${JSON.stringify(given)} is not a field of ${metadata.entity.name} but of what they belong to: aggregate-entity groups by ${JSON.stringify(paths.join('|'))}; for a list find the ${step.owner.name} first, then {${JSON.stringify(step.through.name)}:[…]} with their ids`;
}

/**
 * `"statsu" is not a field of Tickets. Did you mean status?`; what is stored can only be in the record itself. `use`: of
 * a condition its value, and whether it is one of those that leave out.
 */
export async function unknownField(
  metadata: EntityMetadata,
  name: string,
  use: 'read' | 'store' | { readonly value: unknown; readonly negated: boolean } = 'read',
): Promise<string> {
  if (metadata.hides(name)) return `${JSON.stringify(name)} is hidden by the policy of this server`;
  markMetadataSuspect();
  const udfs = await metadata.udfs();
  const several = udfsNamed(name, udfs);
  if (several.length > 1) {
    const listed = several.map((udf) => JSON.stringify(udf.name)).join(' and ');
    return `${JSON.stringify(name)} fits several fields of ${metadata.entity.name}: ${listed}; spell one exactly`;
  }
  const person = typeof use === 'string' ? undefined : personMeant(name, metadata.entity, use.value);
  if (person !== undefined) return person;
  const meant = fieldsOf(name, metadata.entity, metadata.field);
  if (meant.length > 1) {
    const listed = meant.map((field) => field.name).join(' or ');
    return `${JSON.stringify(name)} may mean ${listed} of ${metadata.entity.name}; name one`;
  }
  if (use !== 'store') {
    const condition = typeof use === 'string' ? undefined : use;
    const read =
      conditionsMeant(metadata, name, condition) ??
      (await fieldElsewhere(metadata, name)) ??
      (await fieldBelow(metadata.entity, name, condition !== undefined));
    if (read !== undefined) return read;
  }
  const { entity, fields } = metadata;
  // articleID of what stands below KnowledgeBaseArticles.
  const parent = entity.parents.find(
    ({ entity: of, parentField }) =>
      parentField === null && fold(`${entityNamed(of)?.singular ?? of}ID`).endsWith(fold(name)),
  );
  if (parent !== undefined && fold(name).length > 2)
    return `${JSON.stringify(name)} is not a field of ${entity.name}: parentId says which record of ${parent.entity} it is of`;
  const names = [...fields, ...udfs].map((field) => field.name);
  const hint = didYouMean(name, names) || ' describe-entity-fields lists its fields';
  return `${JSON.stringify(name)} is not a field of ${metadata.entity.name}.${hint}`;
}
