import type { Operation, Parent } from '../../model.js';
import { attachmentEntities, seededContent } from '../attachments.js';
import type { Call } from '../http/call.js';
import { json, type Reply } from '../http/reply.js';
import type { Handler } from '../http/routes.js';
import { childRow, missing, render } from './records.js';

/** The only place where a file's contents are given out; a list with one row, as the service answers. */
async function withData(call: Call, entity: string, parent: Parent): Promise<Reply> {
  const row = await childRow(call, entity, parent);
  if (row === undefined) {
    return call.behaviour.attachmentGet === 'items'
      ? json({ items: [], pageDetails: details(0) })
      : missing(call);
  }
  const isFile = row.attachmentType === 'FILE_ATTACHMENT';
  const data = isFile ? (call.tenant.files.get(`${entity}/${row.id}`) ?? seededContent(row)) : null;
  const item = { ...(await render(call, entity, row)), data };
  return json(
    call.behaviour.attachmentGet === 'items' ? { items: [item], pageDetails: details(1) } : { item },
  );
}

function details(count: number) {
  return { count, requestCount: 500, prevPageUrl: null, nextPageUrl: null };
}

export const attachmentRoutes = attachmentEntities.flatMap(({ name, parents }) =>
  parents
    .filter((parent) => parent.operations.includes('get'))
    .map((parent): readonly [string, string, Handler, string, Operation] => [
      'GET',
      `${parent.path.replace('{parentId}', '#')}/#`,
      (call) => withData(call, name, parent),
      name,
      'query',
    ]),
);
