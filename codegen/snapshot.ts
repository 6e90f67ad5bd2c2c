import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ZodType } from 'zod';
import { didYouMean } from '../src/names/nearest.js';
import { companyScopes } from './derived/company-scope.js';
import { nameFields, naturalDate, queryBy, summaryFields } from './derived/summary.js';
import { formatProblems } from './format-problems.js';
import { formatProvenance } from './merge/provenance.js';
import {
  type EntityFile,
  entityFile,
  type FieldFile,
  fieldFile,
  type Model,
  type ModelEntity,
  type Override,
  overrideKeys,
  overridesFile,
  type Provenance,
  provenanceFile,
} from './model.js';
import { byName } from './order.js';

async function parse<T>(
  path: string,
  schema: ZodType<T>,
  keys: (path: readonly PropertyKey[]) => readonly string[] = () => [],
): Promise<T> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const problems = formatProblems(json, result.error, keys);
  throw new Error(`${path} is not in the snapshot's format:\n  ${problems.join('\n  ')}`);
}

/** A snapshot file: one line a field, so that a change of a flag is a one-line difference. */
export function formatEntity(entity: EntityFile): string {
  const { fields, parents, ...head } = entity;
  const block = (rows: readonly unknown[]) =>
    rows.length === 0 ? '[]' : `[\n${rows.map((row) => `    ${JSON.stringify(row)}`).join(',\n')}\n  ]`;
  const lines = Object.entries(head).map(([key, value]) => `  "${key}": ${JSON.stringify(value)}`);
  lines.push(`  "parents": ${block(parents)}`, `  "fields": ${block(fields)}`);
  return `{\n${lines.join(',\n')}\n}\n`;
}

async function readEntityFiles(schemaDir: string): Promise<EntityFile[]> {
  const folder = join(schemaDir, 'entities');
  const files = (await readdir(folder)).filter((file) => file.endsWith('.json'));
  const entities = await Promise.all(
    files.map(async (file) => {
      const entity = await parse(join(folder, file), entityFile);
      if (`${entity.name}.json` !== file) throw new Error(`${join(folder, file)} holds ${entity.name}`);
      return entity;
    }),
  );
  return entities.sort(byName);
}

const readOverrides = (schemaDir: string): Promise<Override[]> =>
  parse(join(schemaDir, 'overrides.json'), overridesFile, overrideKeys);

function correctField(entity: EntityFile, field: FieldFile, overrides: readonly Override[]): FieldFile {
  let corrected = field;
  for (const override of overrides) {
    if (override.entity !== entity.name || override.field !== field.name) continue;
    corrected = fieldFile.parse({ ...corrected, ...override.change });
  }
  return corrected;
}

/** The field of an entity. @throws Error with the nearest ones when there is none of that name */
function fieldOf({ name: entity, fields }: EntityFile, name: string): FieldFile {
  const found = fields.find((field) => field.name === name);
  if (found !== undefined) return found;
  const names = fields.map((field) => field.name);
  throw new Error(`overrides.json names an unknown field: ${entity}.${name}.${didYouMean(name, names)}`);
}

function correctParents(file: EntityFile, fields: Readonly<Record<string, string>>): EntityFile['parents'] {
  for (const [parent, field] of Object.entries(fields)) {
    const parents = file.parents.map(({ entity }) => entity);
    if (!parents.includes(parent)) {
      throw new Error(
        `overrides.json names ${parent}, which is no parent of ${file.name}. Parents: ${parents.join(', ') || 'none'}`,
      );
    }
    fieldOf(file, field);
  }
  return file.parents.map((parent) => ({
    ...parent,
    parentField: fields[parent.entity] ?? parent.parentField,
  }));
}

/** Applies the hand corrections; one that names something unknown is an error, so that none goes stale. */
export function correct(entities: readonly EntityFile[], overrides: readonly Override[]): ModelEntity[] {
  const names = entities.map(({ name }) => name);
  // Of a snapshot of some entities the others are known by what refers to them.
  const referred = entities.flatMap(({ singular, fields }) => [
    singular,
    ...fields.flatMap(({ referenceEntityType }) => referenceEntityType ?? []),
  ]);
  for (const { entity: name, field, change } of overrides) {
    const entity = entities.find((candidate) => candidate.name === name);
    if (entity === undefined)
      throw new Error(`overrides.json names an unknown entity: ${name}.${didYouMean(name, names)}`);
    if (field !== undefined) fieldOf(entity, field);
    const { referenceEntityType: target } = change;
    if (target != null && !referred.includes(target)) {
      const near = didYouMean(target, [...new Set(referred)]);
      throw new Error(
        `overrides.json lets ${name}.${field} refer to ${target}, which is the singular name of no entity.${near}`,
      );
    }
  }
  const corrected = entities.map((file) => {
    const own = overrides.filter((override) => override.entity === file.name && override.field === undefined);
    const changes = own.map((override) => override.change);
    const entity: EntityFile = {
      ...file,
      operations: Object.assign({ ...file.operations }, ...changes.map((change) => change.operations ?? {})),
      parents: correctParents(file, Object.assign({}, ...changes.map((change) => change.parentFields ?? {}))),
      fields: file.fields.map((field) => correctField(file, field, overrides)),
    };
    const names = changes.findLast((change) => change.nameFields)?.nameFields ?? nameFields(entity);
    const summary =
      changes.findLast((change) => change.summaryFields)?.summaryFields ?? summaryFields(entity, names);
    const by = changes.findLast((change) => change.queryBy)?.queryBy ?? queryBy(entity);
    const dated = changes.findLast((change) => change.naturalDate !== undefined);
    const date = dated?.naturalDate === undefined ? naturalDate(entity) : dated.naturalDate;
    const deadlines = changes.flatMap((change) => change.deadlines ?? []);
    for (const name of [...names, ...summary, ...by]) fieldOf(entity, name);
    for (const name of [...deadlines, ...(date === null ? [] : [date])]) {
      const { dataType } = fieldOf(entity, name);
      if (dataType !== 'datetime')
        throw new Error(`overrides.json takes ${entity.name}.${name} for a date, and it is a ${dataType}`);
    }
    return {
      ...entity,
      nameFields: names,
      summaryFields: summary,
      queryBy: by,
      naturalDate: date,
      deadlines,
    };
  });
  const scopes = companyScopes(
    corrected,
    new Map(
      overrides.flatMap(({ entity, change: { companyScope } }) =>
        companyScope === undefined ? [] : [[entity, companyScope]],
      ),
    ),
  );
  return corrected.map((entity) => ({ ...entity, companyScope: scopes.get(entity.name) ?? 'denied' }));
}

/** schema/ as it stands on disk, before the corrections. */
export interface Snapshot {
  readonly entities: readonly EntityFile[];
  readonly provenance: Provenance;
  readonly overrides: readonly Override[];
}

export async function readSnapshot(schemaDir: string): Promise<Snapshot> {
  const [entities, overrides, provenance] = await Promise.all([
    readEntityFiles(schemaDir),
    readOverrides(schemaDir),
    parse(join(schemaDir, 'provenance.json'), provenanceFile),
  ]);
  return { entities, overrides, provenance };
}

/** What every emitter works from: the snapshot with the hand corrections applied last. */
export const modelOf = ({ entities, provenance, overrides }: Snapshot): Model => ({
  entities: correct(entities, overrides),
  provenance,
});

/** The files of schema/ that hold facts; overrides.json is written by hand alone. */
export const snapshotFiles = ({ entities, provenance }: Snapshot): Record<string, string> => ({
  ...Object.fromEntries(entities.map((entity) => [`entities/${entity.name}.json`, formatEntity(entity)])),
  'provenance.json': formatProvenance(provenance),
});
