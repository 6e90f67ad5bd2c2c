import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ZodType } from 'zod';
import { companyScopes } from './company-scope.js';
import { formatProvenance } from './merge/provenance.js';
import {
  type EntityFile,
  entityFile,
  type FieldFile,
  fieldFile,
  type Model,
  type ModelEntity,
  type Override,
  overridesFile,
  type Provenance,
  provenanceFile,
} from './model.js';
import { byName } from './order.js';
import { nameFields, naturalDate, queryBy, summaryFields } from './summary.js';

async function parse<T>(path: string, schema: ZodType<T>): Promise<T> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const issues = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`${path} is not in the snapshot's format:\n  ${issues.join('\n  ')}`);
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
  parse(join(schemaDir, 'overrides.json'), overridesFile);

function correctField(entity: EntityFile, field: FieldFile, overrides: readonly Override[]): FieldFile {
  let corrected = field;
  for (const override of overrides) {
    if (override.entity !== entity.name || override.field !== field.name) continue;
    corrected = fieldFile.parse({ ...corrected, ...override.change });
  }
  return corrected;
}

function correctParents(file: EntityFile, fields: Readonly<Record<string, string>>): EntityFile['parents'] {
  for (const [parent, field] of Object.entries(fields)) {
    if (!file.parents.some(({ entity }) => entity === parent)) {
      throw new Error(`overrides.json names ${parent}, which is no parent of ${file.name}`);
    }
    if (!file.fields.some(({ name }) => name === field)) {
      throw new Error(`overrides.json lists ${file.name}.${field}, which is not a field`);
    }
  }
  return file.parents.map((parent) => ({
    ...parent,
    parentField: fields[parent.entity] ?? parent.parentField,
  }));
}

/** Applies the hand corrections; one that names something unknown is an error, so that none goes stale. */
export function correct(entities: readonly EntityFile[], overrides: readonly Override[]): ModelEntity[] {
  for (const override of overrides) {
    const entity = entities.find((candidate) => candidate.name === override.entity);
    if (entity === undefined) throw new Error(`overrides.json names an unknown entity: ${override.entity}`);
    const { field } = override;
    if (field !== undefined && !entity.fields.some((candidate) => candidate.name === field)) {
      throw new Error(`overrides.json names an unknown field: ${override.entity}.${field}`);
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
    for (const name of [...names, ...summary, ...by, ...deadlines, ...(date === null ? [] : [date])]) {
      if (!entity.fields.some((field) => field.name === name)) {
        throw new Error(`overrides.json lists ${entity.name}.${name}, which is not a field`);
      }
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
