import { AutotaskError } from '../../errors.js';
import type { ClientCore } from '../client-core.js';
import { member, toNumber } from '../json.js';
import { type ApiRequest, checkPath, requestName } from '../pipeline/request.js';
import type { AutotaskWriter, Row, WriteOptions } from '../types.js';
import { readerOf } from './reader.js';

/** The id in the answer to a write: `itemId`, on some paths `id` or the whole `item`. */
function idOf(request: ApiRequest, body: unknown): number {
  for (const found of [member(body, 'itemId'), member(body, 'id'), member(member(body, 'item'), 'id')]) {
    const id = toNumber(found);
    if (id !== null) return id;
  }
  throw new AutotaskError('outcomeUnknown', `Autotask accepted ${requestName(request)} but named no id.`, {
    next: 'Do not repeat the write: search for the record first, it probably exists.',
  });
}

export function writerOf(core: ClientCore): AutotaskWriter {
  const write = (
    method: ApiRequest['method'],
    path: string,
    row: Row | null,
    { impersonationResourceId, beforeSending, ...options }: WriteOptions = {},
  ) =>
    core.withRedactedErrors(async () => {
      checkPath(path);
      const body = row === null ? {} : { body: JSON.stringify(row) };
      const actAs = impersonationResourceId === undefined ? {} : { impersonationResourceId };
      const last = beforeSending === undefined ? {} : { beforeSending };
      const request: ApiRequest = { method, path, write: true, ...body, ...actAs, ...last };
      return idOf(request, await core.send(request, options));
    });
  return {
    ...readerOf(core),
    // Approving time off is a GET without a body: a write all the same, sent once and never repeated.
    create: (path, body, options) =>
      options?.method === 'GET' ? write('GET', path, null, options) : write('POST', path, body, options),
    patch: (path, body, options) => write('PATCH', path, body, options),
    remove: (path, options) => write('DELETE', path, null, options),
  };
}
