import type { Row } from '../../../client/types.js';
import { AutotaskError, type Problem } from '../../../errors.js';
import { fieldValue } from '../../display/display.js';
import { idOf } from '../../display/row-id.js';
import { type EntityMetadata, type FieldMetadata, titleOf } from '../../metadata/entity-metadata.js';
import { entityNamed, findEntity } from '../../metadata/entity-names.js';
import type { ParentArguments } from '../../read/lists/list-path.js';
import { ifAllowed } from '../../read/optional-read.js';
import { withoutRows } from '../../read/record.js';
import type { CallContext } from '../../result.js';
import { checkBody } from '../check-body.js';
import { isMark, newMark, withoutMark } from '../idempotency-mark.js';
import { outcomeQueryOfCreate } from '../outcomes/outcome-query.js';
import type { ParentRecord } from '../parent-record.js';
import type { LaterId, WritePlan } from '../plan.js';
import { parentLines } from '../record-lines.js';
import { findRoute, type Route } from '../route.js';
import { fileBytes, mostFileBytes } from '../upload-limit.js';
import { audienceOf } from '../visibility.js';
import { computedValues } from '../warnings.js';
import { invisibleNotes } from './change-notes.js';
import { type PlanningServices, refuse, wholeText } from './planning-services.js';

/** Records that a write belongs to and that are not there. */
const missing = (found: readonly ParentRecord[], { parentId }: ParentArguments): Problem[] =>
  found.flatMap(({ field, entity, id, row }) => {
    const problem = `there is no record ${id} in ${entity.name}`;
    return row === null ? [{ field: parentId === id ? 'parentId' : field, problem }] : [];
  });

export function createPlanCreate(services: PlanningServices) {
  const { duplicates, facts, marks, outcomes, parentRecords, policy, reader, reads, uploads } = services;
  const { conversion, options, result, show, warning } = services;

  /** The record that has the mark which was given for a new one. */
  async function withSameMark(
    { entity, find }: EntityMetadata,
    mark: string | null,
    body: Row,
    context: CallContext,
  ): Promise<string | undefined> {
    const field = mark === null ? undefined : await find(mark, context.signal);
    const value = field === undefined ? null : fieldValue(body, field);
    if (field === undefined || value === null || value === '') return undefined;
    const query = { [field.name]: value };
    const found = await ifAllowed(async () => {
      const { entity: of, filter } = await reads.prepare(
        { entity: entity.name, query },
        withoutRows(context),
      );
      return (await reads.rowsOf(of.path, filter, undefined, 1, context)).rows;
    }, []);
    const id = found[0] === undefined ? null : idOf(found[0]);
    return id === null ? undefined : `has the mark of ${entity.singular} ${id}`;
  }

  return async function planCreate(
    args: ParentArguments & {
      readonly entity: string;
      readonly data: Row;
      readonly notes?: readonly string[];
      /** Since when, by Autotask's clock, the record may have been created, where it is looked for. */
      readonly since?: Date;
      /** A field that gets the id of a record that an earlier step creates. */
      readonly later?: Omit<LaterId, 'bind'>;
      /** The record is wanted, whatever equals it. */
      readonly again?: boolean;
    },
    context: CallContext,
  ): Promise<WritePlan> {
    const { later } = args;
    const entity = findEntity(args.entity, args.parentEntity);
    policy.require('create', entity);
    // What cannot be created at all is refused before the tenant is asked anything.
    if (args.parentId !== undefined || entity.createVia === 'none')
      findRoute(entity, 'create', args.data, args);
    const metadata = await facts(entity, context.signal);
    const parentFields = entity.parents.flatMap(({ parentField }) => parentField ?? []);
    const [parentField] = parentFields;
    const { data: given, subjects: named } = await parentRecords.find(
      metadata,
      args.parentId !== undefined && parentField !== undefined && !(parentField in args.data)
        ? { [parentField]: args.parentId, ...args.data }
        : args.data,
      context,
    );
    // Where no field says what the record is for, only the path does.
    const unnamed =
      args.parentId === undefined || entity.path !== null || parentField !== undefined
        ? undefined
        : entityNamed(entity.parents.find(({ operations }) => operations.includes('create'))?.entity ?? '');
    const parents =
      unnamed === undefined || args.parentId === undefined
        ? named
        : [...named, await parentRecords.read('parentId', unnamed, args.parentId, context)];
    const mark = marks.get(entity.name) ?? null;
    const markIsGiven = Object.keys(given).some((name) => isMark(mark, name));
    const markField = markIsGiven ? null : mark;
    const dataWithMark = markField === null ? given : { ...given, [markField]: newMark() };
    const checked = await checkBody(metadata, dataWithMark, 'create', conversion(context));
    const bytes = fileBytes(checked.body);
    const tooLarge = {
      field: 'data',
      problem: `has ${bytes} bytes; Autotask takes ${mostFileBytes} in a file`,
    };
    const missingRecords = missing(parents, args).filter(
      ({ field }) => !checked.problems.some((other) => other.field === field),
    );
    const problems = [...checked.problems, ...missingRecords].filter(({ field }) => field !== later?.field);
    refuse(bytes > mostFileBytes ? [...problems, tooLarge] : problems, entity);
    uploads.check(bytes);
    const planNotes = [
      ...(args.notes ?? []),
      ...checked.interpretations,
      ...computedValues(metadata, checked.body, {}),
      ...invisibleNotes(checked.body),
    ];
    const cells = await show(checked.body, checked.fields, context, wholeText);
    const changes = checked.fields.map((field, index) => ({
      field: titleOf(field),
      before: null,
      after: cells[index] ?? { text: '', json: null },
    }));
    const plain = withoutMark(checked.body, markField) ?? {};
    const like = duplicates.like(metadata, plain, context);
    const ownMark = markField === null ? {} : { [markField]: dataWithMark[markField] };

    function planOf(body: Row, fields: readonly FieldMetadata[], route: Route): WritePlan {
      const probe = outcomeQueryOfCreate(metadata, body, ownMark, args.since ?? reader.now());
      return {
        action: 'create',
        entity,
        id: null,
        path: route.path,
        body,
        mark: markField,
        stored: null,
        basis: parents.map(({ row }) => row ?? null),
        called: parentLines(parents),
        audience: audienceOf(metadata, body, {}),
        changes,
        notes: planNotes,
        warnings: warning({ metadata, body, stored: {}, subjects: parents }, context, like),
        outcomeQuery: probe,
        outcome: (others) => outcomes.ofCreate(probe, body, fields, others, context),
        send: async (writer, how = options(context)) => {
          uploads.take(bytes);
          const remember = (id: number | null) =>
            duplicates.add(metadata, route.path, withoutMark(body, markField) ?? {}, id, context);
          const { method } = route;
          const sent = method === undefined ? how : { ...how, method };
          const id = await writer.create(route.path, body, sent).catch((error: unknown) => {
            if (error instanceof AutotaskError && error.kind === 'outcomeUnknown') remember(null);
            throw error;
          });
          remember(id);
          return id;
        },
        readBack: (id, stored) => {
          const written = { id, parentId: route.parent?.id, body, fields, changes, before: null, stored };
          return result('create', metadata, written, { changes, notes: planNotes, on: parents }, context);
        },
      };
    }

    const routeOf = (body: Row) => findRoute(entity, 'create', body, args);
    if (later === undefined) {
      const route = routeOf(checked.body);
      const duplicate =
        args.again === true
          ? undefined
          : ((markIsGiven ? await withSameMark(metadata, mark, checked.body, context) : undefined) ??
            duplicates.equal(metadata, route.path, plain));
      const plan = planOf(checked.body, checked.fields, route);
      return duplicate === undefined ? plan : { ...plan, duplicate, warnings: async () => [] };
    }
    const { field: name, step } = later;
    const field = metadata.field(name);
    const withId = (id: number) => ({ ...checked.body, [name]: id });
    const fields = field === undefined ? checked.fields : [...checked.fields, field];
    const plan = planOf(checked.body, checked.fields, routeOf(withId(0)));
    const after = { text: `the new ${step.entity.singular}`, json: null };
    return {
      ...plan,
      path: plan.path.replace('/0/', '/(new)/'),
      called: [...plan.called, `on the new ${step.entity.singular}`],
      changes: [...changes, { field: name, before: null, after }],
      uses: { step, field: name, bind: (id) => planOf(withId(id), fields, routeOf(withId(id))) },
    };
  };
}
