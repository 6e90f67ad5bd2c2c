import { operations as allOperations, type DataType } from '../../src/model.js';
import type { EntityFile, FieldFile, ParentFile, Provenance } from '../model.js';
import { byName, compareText } from '../order.js';
import {
  type EntityEvidence,
  type Evidence,
  type FieldEvidence,
  flags,
  type ParentEvidence,
  type RouteEvidence,
} from '../sources/evidence.js';
import { credit, type Decision, type RecordDecision } from './provenance.js';
import { isRemoved, missingButRetained, withoutRemovedFields } from './removed.js';

export interface Merged {
  readonly entities: readonly EntityFile[];
  readonly provenance: Provenance;
  /** What a source says differently without overruling the snapshot. */
  readonly kept: readonly string[];
}

interface Context {
  readonly decided: RecordDecision;
  readonly kept: string[];
}

const fold = (name: string) => name.toLowerCase();

const unknownField = (name: string, dataType: DataType): FieldFile => ({
  name,
  dataType,
  length: null,
  isRequired: null,
  isReadOnly: null,
  isQueryable: null,
  isReference: null,
  referenceEntityType: null,
  isPickList: null,
  picklistValues: null,
});

function mergeType(
  entity: string,
  field: FieldFile,
  reported: FieldEvidence,
  source: Evidence,
  context: Context,
) {
  const [likely] = reported.dataTypes ?? [];
  if (likely === undefined || likely === field.dataType) return field.dataType;
  if (reported.dataTypes?.includes(field.dataType)) {
    context.kept.push(
      `${entity}.${field.name} is ${field.dataType}; ${source.kind} says ${likely}, less exactly`,
    );
    return field.dataType;
  }
  context.decided(source.tag, entity, field.name);
  return likely;
}

function mergeField(
  entity: string,
  field: FieldFile,
  reported: FieldEvidence,
  source: Evidence,
  context: Context,
) {
  const merged = { ...field, dataType: mergeType(entity, field, reported, source, context) };
  for (const flag of flags) {
    const value = reported[flag];
    if (value === undefined || value === merged[flag]) continue;
    Object.assign(merged, { [flag]: value });
    context.decided(source.tag, entity, field.name);
  }
  if (merged.isReference === false) merged.referenceEntityType = null;
  return merged;
}

/** Fields keep the order of the metadata: id first, the others by name. */
const inOrder = (a: FieldFile, b: FieldFile) =>
  Number(b.name === 'id') - Number(a.name === 'id') || compareText(fold(a.name), fold(b.name));

function mergeFields(
  entity: string,
  known: readonly FieldFile[],
  source: Evidence,
  reported: EntityEvidence,
  context: Context,
) {
  const fields = new Map(known.map((field) => [fold(field.name), field]));
  let grown = false;
  for (const evidence of reported.fields ?? []) {
    const field = fields.get(fold(evidence.name));
    const [likely] = evidence.dataTypes ?? [];
    if (field === undefined && likely === undefined) continue;
    grown ||= field === undefined;
    if (field === undefined) context.decided(source.tag, entity, evidence.name);
    const start = field ?? unknownField(evidence.name, likely ?? 'string');
    fields.set(fold(evidence.name), mergeField(entity, start, evidence, source, context));
  }
  return grown ? [...fields.values()].sort(inOrder) : [...fields.values()];
}

function mergeParent(
  known: ParentFile | undefined,
  reported: ParentEvidence,
  complete: boolean,
  fields: readonly FieldFile[],
) {
  const [root = '', , collection = ''] = reported.path.split('/');
  const lost = known !== undefined && !complete ? known.operations : [];
  const operations = allOperations.filter((op) => reported.operations.includes(op) || lost.includes(op));
  const { httpMethods: _replaced, ...rest } = known ?? {
    entity: root,
    collection,
    path: reported.path,
    parentField: parentFieldOf(root, fields),
  };
  return {
    ...rest,
    operations,
    ...(reported.httpMethods === undefined ? {} : { httpMethods: reported.httpMethods }),
  };
}

/** The field of a child that carries its parent's id, where one has the parent's name. */
function parentFieldOf(parent: string, fields: readonly FieldFile[]): string | null {
  const singular = fold(parent).replace(/ies$/, 'y').replace(/s$/, '');
  return fields.find((field) => fold(field.name) === `${singular}id`)?.name ?? null;
}

function mergeRoutes(
  file: EntityFile,
  reported: RouteEvidence,
  source: Evidence,
  context: Context,
): EntityFile {
  const known = new Map(file.parents.map((parent) => [parent.path, parent]));
  const paths = [
    ...known.keys(),
    ...reported.parents.map(({ path }) => path).filter((path) => !known.has(path)),
  ];
  const parents = paths.flatMap((path) => {
    const evidence = reported.parents.find((parent) => parent.path === path);
    if (evidence !== undefined) {
      return [mergeParent(known.get(path), evidence, source.complete, file.fields)];
    }
    const kept = known.get(path);
    return kept === undefined || source.complete ? [] : [kept];
  });
  const operations = { ...file.operations };
  for (const operation of allOperations) {
    if (reported.operations.includes(operation)) operations[operation] = true;
    else if (source.complete) operations[operation] = false;
  }
  const merged = {
    ...file,
    path: reported.path ?? (source.complete ? null : file.path),
    operations,
    parents,
  };
  if (JSON.stringify(merged) !== JSON.stringify(file)) context.decided(source.tag, file.name);
  return merged;
}

function createVia({ operations, parents }: EntityFile): EntityFile['createVia'] {
  const root = operations.create !== false;
  const child = parents.some((parent) => parent.operations.includes('create'));
  if (root) return child ? 'both' : 'root';
  return child ? 'child' : 'none';
}

const unknownEntity = (name: string): EntityFile => ({
  name,
  singular: name,
  path: null,
  parents: [],
  operations: { query: null, count: null, get: null, create: null, update: null, patch: null, delete: null },
  createVia: 'none',
  userDefinedFields: false,
  fields: [],
});

function mergeEntity(
  file: EntityFile,
  reported: EntityEvidence,
  source: Evidence,
  context: Context,
): EntityFile {
  const fields = mergeFields(file.name, file.fields, source, reported, context);
  const merged = { ...file, fields };
  for (const key of ['singular', 'userDefinedFields'] as const) {
    const value = reported[key];
    if (value === undefined || value === file[key]) continue;
    Object.assign(merged, { [key]: value });
    context.decided(source.tag, file.name);
  }
  return reported.routes === undefined ? merged : mergeRoutes(merged, reported.routes, source, context);
}

/**
 * Live metadata beats swagger beats snapshot, flag by flag; what a source does not say stays as it was.
 * `sources` come weakest first. What no source lists any more goes by the rule of removed.ts.
 */
export function merge(
  snapshot: readonly EntityFile[],
  provenance: Provenance,
  sources: readonly Evidence[],
): Merged {
  const context: Context & { decisions: Decision[] } = {
    kept: [],
    decisions: [],
    decided: (...decision) => context.decisions.push(decision),
  };
  const entities = new Map(snapshot.map((file) => [file.name, file]));
  for (const source of sources) {
    for (const reported of source.entities) {
      const known = entities.get(reported.name);
      if (known === undefined) context.decided(source.tag, reported.name);
      entities.set(
        reported.name,
        mergeEntity(known ?? unknownEntity(reported.name), reported, source, context),
      );
    }
  }
  const remaining = [...entities.values()]
    .filter((file) => !isRemoved(provenance, sources, file.name))
    .map((file) => withoutRemovedFields(file, provenance, sources))
    .map((file) => ({ ...file, createVia: createVia(file) }))
    .sort(byName);
  return {
    entities: remaining,
    provenance: credit(provenance, sources, context.decisions, remaining),
    kept: [
      ...missingButRetained(remaining, sources),
      ...context.kept,
      ...sources.flatMap((source) => source.notes),
    ],
  };
}
