import {
  attachmentEntities,
  contentTypeOf,
  isOwnerField,
  parentTypeOf,
  seededContent,
} from '../../entities/attachment-entities.js';
import { definition, entityNamed, hasEntity } from '../../entities/metadata/definition.js';
import type { Row } from '../../store/value.js';
import { firstId } from '../lookup-tables.js';
import { day, type Seeder } from '../seed.js';
import { apiUserId } from './organisation.js';

const names = ['error.png', 'event-log.txt', 'quote.pdf', 'screenshot.jpg', 'device-list.csv'];

/** Every twelfth ticket has a file, and a handful of the records of any other kind. */
function files(entity: string): Seeder {
  return async (seed) => {
    const parent = entityNamed(entity).parents[0];
    // Files below files hang on those of tickets.
    const source = entity === 'AttachmentNestedAttachments' ? 'TicketAttachments' : parent?.entity;
    const owners = source !== undefined && hasEntity(source) ? await seed.rows(source) : [];
    const step = entity === 'TicketAttachments' ? 12 : Math.max(1, Math.floor(owners.length / 6));
    const shape = await definition(entity);
    const named = shape.fields.find(
      ({ name, reference }) => reference?.name === parent?.entity && isOwnerField(name),
    );
    const rows: Row[] = [];
    for (let i = step - 1; i < owners.length; i += step) {
      const owner = owners[i];
      if (owner === undefined) continue;
      const fullPath = names[rows.length % names.length] ?? 'file.txt';
      const row: Row = {
        id: firstId(entity) + rows.length,
        parentID: owner.id,
        parentType: parentTypeOf(entity),
        attachmentType: 'FILE_ATTACHMENT',
        title: fullPath.replace(/\..*/, ''),
        fullPath,
        publish: rows.length % 3 === 0 ? 2 : 1,
        contentType: contentTypeOf(fullPath),
        attachDate: dateOf(owner) ?? seed.today - (rows.length + 1) * day,
        attachedByResourceID: apiUserId,
        creatorType: 1,
        isTaskAttachment: entity === 'TaskAttachments',
      };
      if (named !== undefined) row[named.key] = owner.id;
      if (shape.byName.has('ticketid') && typeof owner.ticketID === 'number') row.ticketID = owner.ticketID;
      row.fileSize = Buffer.from(seededContent(row), 'base64').length;
      rows.push(row);
    }
    return rows;
  };
}

function dateOf(owner: Row): number | undefined {
  const date = owner.createDate ?? owner.createDateTime;
  return typeof date === 'number' ? date : undefined;
}

export const attachments: Readonly<Record<string, Seeder>> = {
  /** One entry for every file of every entity, under the file's own id. */
  AttachmentInfo: async (seed) => {
    const { fields } = await definition('AttachmentInfo');
    const rows: Row[] = [];
    for (const { name } of attachmentEntities) {
      for (const file of await seed.rows(name)) {
        const row: Row = { id: file.id };
        for (const { key } of fields) {
          const value = file[key];
          if (value !== undefined && key !== 'id') row[key] = value;
        }
        rows.push(row);
      }
    }
    return rows.sort((a, b) => a.id - b.id);
  },
  ...Object.fromEntries(attachmentEntities.map(({ name }) => [name, files(name)])),
};
