import { load } from '../../../generated/load.js';
import type { AutotaskReader, Row } from '../../client/types.js';
import { AutotaskError, InvalidInput } from '../../errors.js';
import type { Entity } from '../../model.js';
import { entityNamed, findEntity } from '../metadata/entity-names.js';
import type { MetadataStore } from '../metadata/metadata-store.js';
import type { CallContext, RecordResult } from '../result.js';
import { attachmentEntities, attachmentEntity, fileOwners } from './attachment-entities.js';
import type { Reads } from './read.js';

export interface AttachmentResult {
  readonly record: RecordResult;
  /** Null where the owner is not known, as of files below other files. */
  readonly owner: { readonly entity: string; readonly id: number } | null;
  /** The file as base64; null for links, and where Autotask or the policy does not give it. */
  readonly data: string | null;
  readonly dataHidden: boolean;
}

interface FileLocation {
  readonly entity: Entity;
  /** Null reads the file at the root, where no owner is asked for. */
  readonly ownerId: number | null;
}

const idIn = (row: Row, name: string | null): number | null => {
  const value = name === null ? null : row[name];
  return typeof value === 'number' ? value : null;
};

const dataOf = (row: Row): string | null =>
  typeof row.data === 'string' && row.data !== '' ? row.data : null;

/** What a row says about its owner: in `parentID`, and in a field named after the owner. */
const ownersIn = (entity: Entity, row: Row): number[] =>
  [idIn(row, entity.parents[0]?.parentField ?? null), idIn(row, 'parentID')].filter((id) => id !== null);

/** Where a row of AttachmentInfo says that the file is, the likeliest place first. */
async function locationsIn(info: Row): Promise<FileLocation[]> {
  const fields = (await load.AttachmentInfo?.fields()) ?? [];
  const parentId = idIn(info, 'parentID');
  const locations = attachmentEntities.flatMap((entity): FileLocation[] => {
    const owner = entityNamed(entity.parents[0]?.entity ?? '');
    const named = fields.find(
      ({ name, referenceEntityType }) =>
        referenceEntityType === owner?.singular && !/^(attachedBy|impersonator)/.test(name),
    );
    const ownerId = owner === undefined || named === undefined ? null : idIn(info, named.name);
    return ownerId === null ? [] : [{ entity, ownerId }];
  });
  // A file of a note names the note's ticket too; `parentID` tells which of them owns it.
  locations.sort((a, b) => Number(b.ownerId === parentId) - Number(a.ownerId === parentId));
  const nested = entityNamed('AttachmentNestedAttachments');
  return nested === undefined ? locations : [...locations, { entity: nested, ownerId: null }];
}

export function createAttachments(reader: AutotaskReader, facts: MetadataStore, reads: Reads) {
  const info = findEntity('AttachmentInfo');
  const options = (context: CallContext) => (context.signal ? { signal: context.signal } : {});

  async function infoOf(id: number, context: CallContext): Promise<Row> {
    const unknown = (why: string) =>
      new InvalidInput('The file was not read.', [
        { field: 'entity, parentId', problem: `are needed: ${why}`, allowed: [...fileOwners.keys()] },
      ]);
    let row: Row | null;
    try {
      row = await reads.row(info, id, undefined, context);
    } catch (error) {
      const closed = error instanceof AutotaskError && ['permission', 'notAllowed'].includes(error.kind);
      if (closed) throw unknown('this server may not look up whose file it is');
      throw error;
    }
    if (row !== null) return row;
    throw new AutotaskError('notFound', `There is no attachment ${id}.`, {
      next: 'get-ticket with include ["attachments"] lists the files of a ticket with their ids.',
    });
  }

  /** The row of a file with its contents, as only the collection below its owner gives them. */
  async function at(
    { entity, ownerId }: FileLocation,
    id: number,
    context: CallContext,
  ): Promise<Row | null> {
    const [parent] = entity.parents;
    if (ownerId === null || !parent?.operations.includes('get')) {
      return entity.path === null ? null : reader.item(`${entity.path}/${id}`, options(context));
    }
    return reader.item(`${parent.path.replace('{parentId}', String(ownerId))}/${id}`, options(context));
  }

  async function firstOf(locations: readonly FileLocation[], id: number, context: CallContext) {
    for (const location of locations) {
      const row = await at(location, id, context);
      if (row !== null) return { location, row };
    }
    return null;
  }

  /** Looked for in as few places as it can be in; null when it is in none of them. */
  async function find(
    id: number,
    entity: Entity | undefined,
    parentId: number | undefined,
    context: CallContext,
  ): Promise<{ location: FileLocation; row: Row } | null> {
    if (entity !== undefined && parentId !== undefined) {
      const found = await firstOf([{ entity, ownerId: parentId }], id, context);
      if (found !== null) return found;
    } else if (entity !== undefined) {
      const row = await reads.row(entity, id, undefined, context);
      if (row === null) return null;
      const below = entity.parents[0]?.operations.includes('get') === true;
      const location = { entity, ownerId: below ? (ownersIn(entity, row)[0] ?? null) : null };
      // Some tenants have been seen to give the contents here.
      if (dataOf(row) !== null || location.ownerId === null) return { location, row };
      return firstOf([location], id, context);
    }
    const row = await infoOf(id, context);
    const locations = await locationsIn(row);
    // The ticket of a note counts as the note's file's own.
    if (parentId !== undefined && ![row.parentID, ...locations.map((p) => p.ownerId)].includes(parentId)) {
      throw new InvalidInput('The file was not read.', [
        { field: 'parentId', problem: `attachment ${id} does not belong to ${parentId}` },
      ]);
    }
    return firstOf(locations, id, context);
  }

  /** A file by its id; `entity` and `parentId` spare the look-up of its owner, and are checked. */
  return async function attachment(
    args: {
      readonly id: number;
      readonly entity?: string | undefined;
      readonly parentId?: number | undefined;
    },
    context: CallContext,
  ): Promise<AttachmentResult> {
    const named = args.entity === undefined ? undefined : attachmentEntity(args.entity, 'entity');
    const found = await find(args.id, named, args.parentId, context);
    if (found === null) {
      const where = args.parentId === undefined ? '' : ` below ${args.parentId}`;
      throw new AutotaskError('notFound', `There is no attachment ${args.id}${where}.`);
    }
    const { entity, ownerId } = found.location;
    let { row } = found;
    const owners = ownersIn(entity, row);
    if (row.id !== args.id || (ownerId !== null && owners.length > 0 && !owners.includes(ownerId))) {
      throw new AutotaskError(
        'unexpected',
        `Autotask answered with another file than attachment ${args.id} of ${entity.parents[0]?.entity} ${ownerId}.`,
      );
    }
    const metadata = await facts(entity, context.signal);
    const dataHidden = metadata.hides('data');
    const isFile = row.attachmentType === 'FILE_ATTACHMENT' || row.attachmentType === undefined;
    // Sources disagree on which of the two reads carries the contents.
    if (isFile && !dataHidden && dataOf(row) === null && ownerId !== null && entity.path !== null) {
      const root = await reader.item(`${entity.path}/${args.id}`, options(context));
      if (root !== null && dataOf(root) !== null) row = { ...row, data: root.data };
    }
    const shown = ['publish', 'attachDate', 'attachedByResourceID', 'attachedByContactID'].flatMap(
      (name) => metadata.field(name) ?? [],
    );
    const filled = shown.filter(({ name }) => row[name] !== null && row[name] !== undefined);
    const parent = entity.parents[0]?.entity;
    return {
      record: await reads.showRecord(row, metadata, filled, context),
      owner: ownerId === null || parent === undefined ? null : { entity: parent, id: ownerId },
      data: dataOf(row),
      dataHidden,
    };
  };
}
