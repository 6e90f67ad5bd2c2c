import * as z from 'zod';
import { load } from '../../../generated/load.js';
import type { Row } from '../../client/types.js';
import type { Problem } from '../../errors.js';
import { oneLine } from '../../text.js';
import type { EntityMetadata, FieldMetadata } from '../metadata/entity-metadata.js';
import { activeChoiceTexts, choicesByLabel } from '../metadata/picklists.js';
import { markMetadataSuspect } from '../metadata/stale-metadata.js';
import { unknownField } from '../metadata/unknown-field.js';
import { comparisonIn } from '../values/comparisons/comparison-signs.js';
import type { Conversion } from '../values/conversion.js';
import { convertValue } from '../values/convert.js';
import type { Converted } from '../values/converted.js';
import { byDependency, isName, pointsTo } from '../values/name-order.js';
import { meansUnassigned } from '../values/text-patterns.js';
import { checkChoice } from './check-choice.js';

/** A body that is ready to send, or everything that is wrong with it. */
export interface CheckedBody {
  /** Built-in fields in Autotask's spelling, with `userDefinedFields` where any were given. */
  readonly body: Row;
  /** The fields named, for preview and read-back. */
  readonly fields: readonly FieldMetadata[];
  readonly problems: readonly Problem[];
  /** How values were understood where that is more than a name or a label. */
  readonly interpretations: readonly string[];
}

const udfInput = z.array(z.strictObject({ name: z.string(), value: z.unknown() }));

/** User-defined fields may stand beside the built-in ones or in Autotask's own list form. */
function flatten(metadata: EntityMetadata, data: Row, problems: Problem[]): [string, unknown][] {
  return Object.entries(data).flatMap(([name, value]): [string, unknown][] => {
    if (name.toLowerCase() !== 'userdefinedfields') return [[name, value]];
    const list = udfInput.safeParse(value);
    const builtIn = list.data?.find((field) => metadata.field(field.name) !== undefined);
    if (builtIn !== undefined) {
      problems.push({ field: name, problem: `names ${builtIn.name}, which is not a user-defined field` });
      return [];
    }
    if (list.success) return list.data.map((field) => [field.name, field.value]);
    problems.push({ field: name, problem: 'must be a list of { name, value }' });
    return [];
  });
}

/** The operator says which of its codes count as closed. */
const isTicketStatus = ({ entity }: EntityMetadata, { name }: FieldMetadata) =>
  entity.name === 'Tickets' && name === 'status';

/** Whether an empty text is a value. */
const holdsText = ({ dataType, isPickList, referenceEntityType }: FieldMetadata) =>
  dataType === 'string' && isPickList !== true && referenceEntityType === null;

/** `!status`, `status !=`, `status__ne`: leaving the operator out would store what was not wanted. */
const hasOperator = (name: string) =>
  comparisonIn(name) !== undefined || /[!=<>≠≥≤]\s*$|__\p{L}+$/u.test(name);

/** Spaces and what nobody sees, which would be stored and shown as nothing. */
const isBlank = (given: unknown) => typeof given === 'string' && given !== '' && oneLine(given) === '';

/** A value that stands for none: an empty text where no text is kept, and words for nobody and nothing. */
function meansNothing(field: FieldMetadata, given: unknown): boolean {
  if (given === '') return !holdsText(field);
  if (!meansUnassigned(given)) return false;
  if (field.isPickList !== true) return pointsTo(field);
  if (field.isRequired === true || choicesByLabel(field, String(given), 'stored').length > 0) return false;
  // It may be a label that is new.
  markMetadataSuspect();
  return true;
}

/**
 * The records that the body points to: there, and active where the record does not point to them already. Autotask
 * takes no new reference to an inactive contact or resource. They are looked up for the preview anyway.
 */
async function checkReferences(
  body: Row,
  fields: readonly FieldMetadata[],
  conversion: Conversion,
  stored: Row,
): Promise<Problem[]> {
  const { references } = conversion;
  if (references === null) return [];
  const problems = await Promise.all(
    fields.map(async (field): Promise<Problem[]> => {
      const id = body[field.name];
      if (field.udf || field.referenceEntityType === null || typeof id !== 'number') return [];
      const type = field.referenceEntityType;
      const { inactive, missing, names } = await references.lookup(type, [id], conversion.signal);
      if (missing.has(id)) return [{ field: field.name, problem: `there is no ${type} with the id ${id}` }];
      if (!inactive.has(id) || stored[field.name] === id) return [];
      const problem = `${names.get(id) ?? type} (id ${id}) is inactive: what is newly referred to has to be active`;
      return [{ field: field.name, problem }];
    }),
  );
  return problems.flat();
}

/** Checks the body with the generated schema; what the tenant has and the snapshot has not is left to the tenant. */
async function checkSchema(
  metadata: EntityMetadata,
  body: Row,
  mode: 'create' | 'update',
): Promise<Problem[]> {
  const loader = load[metadata.entity.name];
  if (loader === undefined) return [];
  const [schemas, snapshot] = await Promise.all([loader.schemas(), loader.fields()]);
  const known = new Set([...snapshot.map((field) => field.name), 'userDefinedFields']);
  const checked = Object.fromEntries(Object.entries(body).filter(([name]) => known.has(name)));
  const parsed = schemas[mode].safeParse(checked);
  if (parsed.success) return [];
  return parsed.error.issues.map((issue) => {
    const name = String(issue.path[0] ?? metadata.entity.name);
    const field = metadata.field(name);
    const absent = body[name] === undefined;
    const emptied = body[name] === null;
    const required = `is required${mode === 'create' ? ' to create a record' : ''}`;
    const problem = absent ? required : emptied ? 'cannot be empty' : issue.message;
    const allowed = (absent || emptied) && field ? activeChoiceTexts(field.choices) : [];
    return { field: name, problem, allowed };
  });
}

/** What this tenant demands beyond the snapshot: its own required fields and lengths. */
function checkTenant(
  metadata: EntityMetadata,
  fields: readonly FieldMetadata[],
  body: Row,
  mode: 'create' | 'update',
): Problem[] {
  if (!metadata.live) return [];
  const problems: Problem[] = [];
  for (const field of fields) {
    const value = field.udf ? undefined : body[field.name];
    if (typeof value === 'string' && field.length !== null && value.length > field.length) {
      problems.push({
        field: field.name,
        problem: `has ${value.length} characters; at most ${field.length} fit`,
      });
    }
  }
  for (const field of mode === 'update' ? fields : []) {
    if (field.isRequired === true && !field.udf && body[field.name] === null)
      problems.push({
        field: field.name,
        problem: 'cannot be empty',
        allowed: activeChoiceTexts(field.choices),
      });
  }
  if (mode === 'create') {
    for (const field of metadata.fields) {
      if (field.isRequired !== true || field.isReadOnly === true || field.name === 'id') continue;
      if (body[field.name] === undefined || body[field.name] === null) {
        problems.push({
          field: field.name,
          problem: 'is required to create a record',
          allowed: activeChoiceTexts(field.choices),
        });
      }
    }
  }
  return problems;
}

/** Stored values of dependent picklists that do not belong to the new value of the one they depend on. */
function orphanedChoices(metadata: EntityMetadata, body: Row, stored: Row): Problem[] {
  return metadata.fields.flatMap((field): Problem[] => {
    const parent = field.parentField === null ? undefined : metadata.field(field.parentField);
    const kept = stored[field.name];
    if (parent === undefined || body[parent.name] === undefined || body[field.name] !== undefined) return [];
    const choice = field.choices.find((candidate) => candidate.value === String(kept));
    if (choice === undefined || choice.parentValue === '' || choice.parentValue === String(body[parent.name]))
      return [];
    const siblings = field.choices.filter((candidate) => candidate.parentValue === String(body[parent.name]));
    const problem = `holds ${choice.label}, which does not belong to the new ${parent.name}: change it too`;
    return [{ field: field.name, problem, allowed: activeChoiceTexts(siblings) }];
  });
}

const oncePerField = (problems: readonly Problem[]): Problem[] =>
  problems.filter((problem, index) => problems.findIndex((other) => other.field === problem.field) === index);

/**
 * Turns what a caller gave into what Autotask stores and finds every problem before anything is sent.
 * `stored` is the record as it is, for an update: dependent picklists are checked against it.
 */
export async function checkBody(
  metadata: EntityMetadata,
  data: Row,
  mode: 'create' | 'update',
  conversion: Conversion,
  stored: Row = {},
): Promise<CheckedBody> {
  const problems: Problem[] = [];
  const interpretations: string[] = [];
  const body: Record<string, unknown> = {};
  const udfs: { name: string; value: string | null }[] = [];
  const fields: FieldMetadata[] = [];
  const picklists: { field: FieldMetadata; given: unknown }[] = [];
  const names: { field: FieldMetadata; given: unknown }[] = [];
  const empty = new Map<string, unknown>();
  const keep = (field: FieldMetadata, converted: Converted) => {
    if (!converted.ok) problems.push(converted.problem);
    else if (field.udf) udfs.push({ name: field.name, value: String(converted.value) });
    else body[field.name] = converted.value;
    if (converted.ok && converted.interpretation !== undefined)
      interpretations.push(converted.interpretation);
  };
  for (const [name, given] of flatten(metadata, data, problems)) {
    const field = await metadata.find(name, conversion.signal);
    if (field === undefined) {
      const compared = `${JSON.stringify(name)} is a field with an operator, and a value that is stored has none`;
      problems.push({
        field: name,
        problem: hasOperator(name) ? compared : await unknownField(metadata, name, 'store'),
      });
      continue;
    }
    if (given === undefined) continue;
    // User-defined fields are described anew each time.
    if (fields.some((other) => other.name === field.name && other.udf === field.udf)) {
      problems.push({ field: field.name, problem: 'is given twice' });
      continue;
    }
    fields.push(field);
    if (typeof given === 'object' && given !== null) {
      problems.push({ field: field.name, problem: `${JSON.stringify(given)} must be a single value` });
    } else if (isBlank(given)) {
      const instead =
        field.isRequired === true
          ? 'it cannot be empty'
          : mode === 'update'
            ? 'null empties the field'
            : 'leave it out';
      problems.push({ field: field.name, problem: `holds nothing that can be seen: ${instead}` });
    } else if (meansNothing(field, given)) {
      empty.set(field.name, given);
      if (mode === 'update' && !field.udf) body[field.name] = null;
    } else if (given === null) {
      if (field.udf) udfs.push({ name: field.name, value: null });
      else body[field.name] = null;
    } else if (field.isPickList === true) picklists.push({ field, given });
    else if (isName(field, given)) names.push({ field, given });
    else keep(field, await convertValue(field, given, conversion));
  }
  // What a record belongs to is known before a name is looked for in it.
  for (const named of await byDependency(names, conversion.references)) {
    const knownValues = { ...stored, ...body };
    keep(named.field, await convertValue(named.field, named.given, { ...conversion, knownValues }));
  }
  const { closedStatusIds = [] } = conversion;
  // Parent picklists first: what a dependent one may hold is known only then.
  picklists.sort((a, b) => Number(a.field.parentField !== null) - Number(b.field.parentField !== null));
  for (const { field, given } of picklists) {
    const parentName =
      field.parentField === null ? undefined : (metadata.field(field.parentField)?.name ?? field.parentField);
    const parent = parentName === undefined ? undefined : (body[parentName] ?? stored[parentName]);
    const choice = checkChoice(field, given, parent, isTicketStatus(metadata, field) ? closedStatusIds : []);
    keep(field, 'problem' in choice ? { ok: false, ...choice } : { ok: true, ...choice });
  }
  if (udfs.length > 0) body.userDefinedFields = udfs;
  problems.push(...orphanedChoices(metadata, body, stored));
  for (const field of fields) {
    if (field.isRequired === true && body[field.name] === '')
      problems.push({ field: field.name, problem: 'is empty' });
  }
  problems.push(
    ...(await checkSchema(metadata, body, mode)).filter(
      (problem) => !problems.some((other) => other.field === problem.field),
    ),
    ...checkTenant(metadata, fields, body, mode),
    ...(await checkReferences(body, fields, conversion, stored)),
  );
  // Where the field may not be empty that is what is wrong; otherwise the form in which it is emptied.
  for (const [name, given] of empty) {
    const instead = mode === 'update' ? 'null empties the field' : 'leave it out';
    problems.push({ field: name, problem: `${JSON.stringify(given)} is no value of it: ${instead}` });
  }
  return { body, fields, problems: oncePerField(problems), interpretations };
}
