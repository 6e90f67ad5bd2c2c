import type { Operation, Parent } from '../../model.js';
import { attachmentEntities, seededContent } from '../entities/attachment-entities.js';
import { json, type Reply } from '../http/reply.js';
import type { Row } from '../store/value.js';
import { childRow, missing, render } from './records.js';
import type { Call, Handler } from './request-context.js';

const contents = (call: Call, entity: string, row: Row): string | null =>
  row.attachmentType === 'FILE_ATTACHMENT'
    ? (call.tenant.files.get(`${entity}/${row.id}`) ?? seededContent(row))
    : null;

/** The only place where a file's contents are given out; a list with one row, as the service answers. */
async function withData(call: Call, entity: string, parent: Parent): Promise<Reply> {
  const row = await childRow(call, entity, parent);
  if (row === undefined) {
    return call.behaviour.attachmentGet === 'items'
      ? json({ items: [], pageDetails: details(0) })
      : missing(call);
  }
  const item = { ...(await render(call, entity, row)), data: contents(call, entity, row) };
  return json(
    call.behaviour.attachmentGet === 'items' ? { items: [item], pageDetails: details(1) } : { item },
  );
}

function details(count: number) {
  return { count, requestCount: 500, prevPageUrl: null, nextPageUrl: null };
}

/** Files below other files have no collection that answers a GET; nobody says where else they are read. */
async function atRoot(call: Call, entity: string): Promise<Reply> {
  const row = (await call.tenant.table(entity)).get(call.ids[0] ?? -1);
  if (row === undefined) return missing(call);
  return json({ item: { ...(await render(call, entity, row)), data: contents(call, entity, row) } });
}

type AttachmentRoute = readonly [string, string, Handler, string, Operation];

const rootRoutes = attachmentEntities
  .filter(({ parents }) => parents.every(({ operations }) => !operations.includes('get')))
  .map(
    ({ name, path }): AttachmentRoute => [
      'GET',
      `${path ?? name}/#`,
      (call) => atRoot(call, name),
      name,
      'query',
    ],
  );

const childRoutes = attachmentEntities.flatMap(({ name, parents }) =>
  parents
    .filter((parent) => parent.operations.includes('get'))
    .map(
      (parent): AttachmentRoute => [
        'GET',
        `${parent.path.replace('{parentId}', '#')}/#`,
        (call) => withData(call, name, parent),
        name,
        'query',
      ],
    ),
);

export const attachmentRoutes = [...rootRoutes, ...childRoutes];
