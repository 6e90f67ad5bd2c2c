import type { AutotaskReader, Row } from '../../client/types.js';
import { AutotaskError, InvalidInput, type Problem } from '../../errors.js';
import type { Entity } from '../../model.js';
import type { Policy } from '../../policy/index.js';
import { clean } from '../../text.js';
import { display, fieldValue, filledFields } from '../display/display.js';
import { linkTo } from '../display/link.js';
import {
  type EntityMetadata,
  type FieldMetadata,
  type MetadataStore,
  titleOf,
} from '../metadata/entity-metadata.js';
import { findEntity } from '../metadata/entity-names.js';
import { childCountLines } from '../read/child-counts.js';
import type { CallContext, Reads, RecordResult } from '../read/read.js';
import { withoutRows } from '../read/record.js';
import { createExactMatcher } from '../references/exact-match.js';
import type { References } from '../references/references.js';
import { checkBody } from './check-body.js';
import { type MarkFields, newMark, withoutMark } from './idempotency-mark.js';
import { createOutcomes } from './outcomes/outcome.js';
import { outcomeQueryOfCreate, outcomeQueryOfRecord } from './outcomes/outcome-query.js';
import {
  createParentRecords,
  nameLine,
  type ParentRecord,
  parentEntityOf,
  parentLines,
} from './parent-record.js';
import type { WritePlan, WriteResult } from './plan.js';
import { createPrefetch } from './prefetch.js';
import { createReadBack, type WrittenRecord } from './read-back.js';
import { findRoute, type ParentArguments, type Route } from './route.js';
import { fileBytes, mostFileBytes, type UploadBudget } from './upload-budget.js';
import { audienceOf } from './visibility.js';
import {
  computedValues,
  createDuplicateDetector,
  createWarningLookups,
  lookupsOf,
  type WriteContext,
  warningsOf,
} from './warnings.js';

/** What is about to be stored is shown whole: Autotask's longest text has 32,000 characters. */
const wholeText = 40_000;

export interface WriteSettings {
  readonly reader: AutotaskReader;
  readonly facts: MetadataStore;
  readonly references: References;
  readonly reads: Reads;
  readonly policy: Policy;
  readonly marks: MarkFields;
  readonly uploads: UploadBudget;
}

/** Characters that nobody sees in a preview are stored nevertheless, so they are at least counted. */
function invisibleNotes(body: Row): string[] {
  return Object.entries(body).flatMap(([name, value]) => {
    if (typeof value !== 'string') return [];
    const hidden = value.replace(/\r\n?/g, '\n').length - clean(value).length;
    return hidden > 0 ? [`${name} holds ${hidden} invisible characters, which would be stored too`] : [];
  });
}

/** What an update empties, which is easily overlooked among what it changes. */
function clearedNote(
  body: Row,
  fields: readonly FieldMetadata[],
  before: readonly { readonly text: string }[],
): string[] {
  const cleared = fields.filter((field, index) => {
    const value = fieldValue(body, field);
    return (value === null || value === '') && before[index]?.text !== '';
  });
  return cleared.length > 0 ? [`this clears ${cleared.map(titleOf).join(', ')}`] : [];
}

export function createWrites(settings: WriteSettings) {
  const { reader, facts, references, reads, policy, marks, uploads } = settings;
  const options = (context: CallContext) => (context.signal ? { signal: context.signal } : {});
  const show = (row: Row, fields: readonly FieldMetadata[], context: CallContext, mostText = 500) =>
    display([row], fields, {
      references,
      timeZone: context.timeZone,
      mostText,
      single: true,
      ...options(context),
    }).then(([cells = []]) => cells);

  const identify = createExactMatcher(reader, references);
  const parentRecords = createParentRecords(reads, references, identify);
  const readBack = createReadBack(reads, references);
  const duplicates = createDuplicateDetector();
  const outcomes = createOutcomes(reads);

  /** Looked up once a plan, and only when somebody is shown a preview. */
  function warning(write: WriteContext, context: CallContext, also?: string): WritePlan['warnings'] {
    let found: Promise<string[]> | undefined;
    return async () => {
      const lookups = lookupsOf(context, () => createWarningLookups(reads, references, facts, context));
      found ??= warningsOf(write, lookups);
      return [...(also === undefined ? [] : [also]), ...(await found)];
    };
  }

  /** How values of a write are read: what is written to by its whole name only. */
  const conversion = (metadata: EntityMetadata, context: CallContext) => ({
    ...reads.conversion(context),
    identify: (field: FieldMetadata, text: string) => {
      const entity = parentEntityOf(metadata.entity, field);
      return entity === undefined ? undefined : identify(entity, text, context.signal);
    },
  });

  /** Records that a write belongs to and that are not there. */
  const missing = (found: readonly ParentRecord[], { parentId }: ParentArguments): Problem[] =>
    found.flatMap(({ field, entity, id, row }) => {
      const problem = `there is no record ${id} in ${entity.name}`;
      return row === null ? [{ field: parentId === id ? 'parentId' : field, problem }] : [];
    });

  function refuse(problems: readonly Problem[], entity: Entity): void {
    if (problems.length === 0) return;
    throw new InvalidInput(
      `Nothing was written: ${problems.length === 1 ? 'one field is' : `${problems.length} fields are`} not right.`,
      problems,
      `describe-entity-fields lists the fields of ${entity.name} and their values.`,
    );
  }

  /** What a create or an update answers. */
  async function result(
    action: 'create' | 'update',
    metadata: EntityMetadata,
    written: WrittenRecord,
    plan: Pick<WritePlan, 'changes' | 'notes'> & { readonly on: readonly ParentRecord[] },
    context: CallContext,
  ): Promise<WriteResult> {
    const { entity } = metadata;
    const { called, notes, row: _, ...back } = await readBack(metadata, written, withoutRows(context));
    const link = await linkTo(reader, entity, written.id, options(context));
    return {
      action,
      entity,
      id: written.id,
      link,
      called: [called, ...parentLines(plan.on)],
      changes: plan.changes,
      ...back,
      notes: [...plan.notes, ...notes],
    };
  }

  async function planCreate(
    args: ParentArguments & {
      readonly entity: string;
      readonly data: Row;
      readonly notes?: readonly string[];
      /** Since when the record may have been created, where it is looked for. */
      readonly since?: Date;
    },
    context: CallContext,
  ): Promise<WritePlan> {
    const entity = findEntity(args.entity, args.parentEntity);
    policy.require('create', entity);
    // What cannot be created at all is refused before the tenant is asked anything.
    if (args.parentId !== undefined || entity.createVia === 'none')
      findRoute(entity, 'create', args.data, args);
    const metadata = await facts(entity, context.signal);
    const parentFields = entity.parents.flatMap(({ parentField }) => parentField ?? []);
    const [parentField] = parentFields;
    const { data: given, subjects: parents } = await parentRecords.find(
      metadata,
      args.parentId !== undefined && parentField !== undefined && !(parentField in args.data)
        ? { [parentField]: args.parentId, ...args.data }
        : args.data,
      context,
    );
    const mark = marks.get(entity.name) ?? null;
    const markIsGiven = Object.keys(given).some((name) => name.toLowerCase() === mark?.toLowerCase());
    const markField = markIsGiven ? null : mark;
    const dataWithMark = markField === null ? given : { ...given, [markField]: newMark() };
    const checked = await checkBody(metadata, dataWithMark, 'create', conversion(metadata, context));
    const bytes = fileBytes(checked.body);
    const tooLarge = {
      field: 'data',
      problem: `has ${bytes} bytes; Autotask takes ${mostFileBytes} in a file`,
    };
    const missingRecords = missing(parents, args).filter(
      ({ field }) => !checked.problems.some((other) => other.field === field),
    );
    const problems = [...checked.problems, ...missingRecords];
    refuse(bytes > mostFileBytes ? [...problems, tooLarge] : problems, entity);
    uploads.check(bytes);
    const duplicate = duplicates.like(metadata, withoutMark(checked.body, markField) ?? {}, context);
    const planNotes = [
      ...(args.notes ?? []),
      ...checked.interpretations,
      ...computedValues(metadata, checked.body, {}),
      ...invisibleNotes(checked.body),
    ];
    const route = findRoute(entity, 'create', checked.body, args);
    const cells = await show(checked.body, checked.fields, context, wholeText);
    const changes = checked.fields.map((field, index) => ({
      field: titleOf(field),
      before: null,
      after: cells[index] ?? { text: '', json: null },
    }));
    const ownMark = markField === null ? {} : { [markField]: dataWithMark[markField] };
    const probe = outcomeQueryOfCreate(metadata, checked.body, ownMark, args.since ?? new Date());
    return {
      action: 'create',
      entity,
      id: null,
      path: route.path,
      body: checked.body,
      mark: markField,
      stored: null,
      basis: parents.map(({ row }) => row ?? null),
      called: parentLines(parents),
      audience: audienceOf(metadata, checked.body, {}),
      changes,
      notes: planNotes,
      warnings: warning({ metadata, body: checked.body, stored: {}, subjects: parents }, context, duplicate),
      outcomeQuery: probe,
      outcome: (others) => outcomes.ofCreate(probe, checked.body, checked.fields, others, context),
      send: async (writer, how = options(context)) => {
        uploads.take(bytes);
        const remember = (id: number | null) =>
          duplicates.add(metadata, withoutMark(checked.body, markField) ?? {}, id, context);
        const id = await writer.create(route.path, checked.body, how).catch((error: unknown) => {
          if (error instanceof AutotaskError && error.kind === 'outcomeUnknown') remember(null);
          throw error;
        });
        remember(id);
        return id;
      },
      readBack: (id, stored) => {
        const { body, fields } = checked;
        const written = { id, parentId: route.parent?.id, body, fields, changes, before: null, stored };
        return result('create', metadata, written, { changes, notes: planNotes, on: parents }, context);
      },
    };
  }

  /** The record to change or delete, and where: child entities are written below the parent they have now. */
  async function locate(
    operation: 'patch' | 'delete',
    args: ParentArguments & { readonly entity: string; readonly id: number },
    context: CallContext,
  ): Promise<{ entity: Entity; row: Row; route: Route }> {
    const entity = findEntity(args.entity, args.parentEntity);
    policy.require(operation === 'patch' ? 'update' : 'delete', entity);
    const needsRecord = entity.parents.some(({ operations }) => operations.includes(operation));
    if (!needsRecord) findRoute(entity, operation, {}, args);
    const row =
      parentRecords.justRead(entity, args.id, context) ??
      (await reads.row(entity, args.id, args.parentId, context));
    if (row === null) {
      throw new AutotaskError(
        'notFound',
        `There is no record ${args.id} in ${entity.name}. Nothing was written.`,
      );
    }
    return { entity, row, route: findRoute(entity, operation, row, args) };
  }

  async function planUpdate(
    args: ParentArguments & {
      readonly entity: string;
      readonly id: number;
      readonly data: Row;
      readonly notes?: readonly string[];
    },
    context: CallContext,
  ): Promise<WritePlan> {
    const { entity, row, route } = await locate('patch', args, context);
    const metadata = await facts(entity, context.signal);
    const data = Object.fromEntries(
      Object.entries(args.data).filter(([name]) => name.toLowerCase() !== 'id'),
    );
    const otherId = Object.entries(args.data).find(
      ([name, value]) => name.toLowerCase() === 'id' && Number(value) !== args.id,
    );
    if (otherId !== undefined) {
      throw new InvalidInput('Nothing was written.', [
        { field: 'id', problem: `is ${args.id}, but the data says ${JSON.stringify(otherId[1])}` },
      ]);
    }
    const parentField = route.parent?.field ?? undefined;
    const moved = Object.entries(data).find(
      ([name, value]) =>
        name.toLowerCase() === parentField?.toLowerCase() && Number(value) !== route.parent?.id,
    );
    if (moved !== undefined) {
      throw new InvalidInput('Nothing was written.', [
        { field: moved[0], problem: `cannot be changed: the record is written below ${route.parent?.id}` },
      ]);
    }
    if (Object.keys(data).length === 0) {
      throw new InvalidInput('Nothing was written.', [
        { field: 'data', problem: 'names no field to change' },
      ]);
    }
    const checked = await checkBody(
      metadata,
      { ...data, id: args.id },
      'update',
      conversion(metadata, context),
      row,
    );
    refuse(checked.problems, entity);
    const parents = await parentRecords.ofStored(metadata, row, context);
    const fields = checked.fields.filter((field) => field.name !== 'id');
    const before = await show(row, fields, context);
    const planNotes = [
      ...(args.notes ?? []),
      ...checked.interpretations,
      ...computedValues(metadata, checked.body, row),
      ...clearedNote(checked.body, fields, before),
      ...invisibleNotes(checked.body),
    ];
    const after = await show(checked.body, fields, context, wholeText);
    const changes = fields.map((field, index) => ({
      field: titleOf(field),
      before: before[index] ?? null,
      after: after[index] ?? { text: '', json: null },
    }));
    return {
      action: 'update',
      entity,
      id: args.id,
      path: route.path,
      body: checked.body,
      mark: null,
      stored: row,
      basis: [],
      called: [nameLine(entity, args.id, row), ...parentLines(parents)],
      audience: audienceOf(metadata, checked.body, row),
      changes,
      notes: planNotes,
      warnings: warning({ metadata, body: checked.body, stored: row, subjects: parents }, context),
      outcomeQuery: outcomeQueryOfRecord(
        entity.name,
        args.id,
        args.parentId,
        fields.map((field) => field.name),
      ),
      outcome: () =>
        outcomes.ofUpdate(metadata, args.id, route.parent?.id, checked.body, row, fields, context),
      send: (writer, how = options(context)) => writer.patch(route.path, checked.body, how),
      readBack: (id, stored) => {
        const { body } = checked;
        const written = { id, parentId: route.parent?.id, body, fields, changes, before: row, stored };
        return result('update', metadata, written, { changes, notes: planNotes, on: parents }, context);
      },
    };
  }

  async function planDelete(
    args: ParentArguments & { readonly entity: string; readonly id: number },
    context: CallContext,
  ): Promise<WritePlan> {
    const { entity, row, route } = await locate('delete', args, context);
    const metadata = await facts(entity, context.signal);
    const record: RecordResult = await reads.showRecord(
      row,
      metadata,
      await filledFields(row, metadata, context.signal),
      context,
    );
    const missingRecords = { text: '', json: null };
    const called = [
      nameLine(entity, args.id, row),
      ...parentLines(await parentRecords.ofStored(metadata, row, context)),
    ];
    const changes = record.fields.map((field, index) => ({
      field: titleOf(field),
      before: record.cells[index] ?? null,
      after: missingRecords,
    }));
    return {
      action: 'delete',
      entity,
      id: args.id,
      path: `${route.path}/${args.id}`,
      body: null,
      mark: null,
      stored: row,
      basis: [],
      called,
      audience: audienceOf(metadata, row, row),
      changes,
      notes: [],
      warnings: async () => [],
      childCounts: () => childCountLines(entity, args.id, reader, policy, context.signal),
      outcomeQuery: outcomeQueryOfRecord(entity.name, args.id, args.parentId ?? route.parent?.id, []),
      outcome: () => outcomes.ofDelete(metadata, args.id, args.parentId ?? route.parent?.id, context),
      send: (writer, how = options(context)) => writer.remove(`${route.path}/${args.id}`, how),
      readBack: async (id, stored) => {
        const read = () => reads.row(entity, args.id, route.parent?.id, withoutRows(context));
        const left = stored === undefined ? await read().catch(() => null) : stored;
        const differences = left === null ? [] : ['the record is still there'];
        const nothing = { stored: [], moved: [], notes: [] };
        return { action: 'delete', entity, id, link: null, called, changes, differences, ...nothing };
      },
    };
  }

  const prefetch = createPrefetch(reads, facts, parentRecords);
  return { planCreate, planUpdate, planDelete, subjects: parentRecords, prefetch };
}
