import { definition } from '../entities/metadata/definition.js';
import { json, type Reply, wrongMethod } from '../http/reply.js';
import { Refusal } from '../refusal.js';
import type { Cursor } from '../store/query/cursors.js';
import { renderAllFields, renderFields } from '../store/query/render.js';
import { readQuery } from '../store/query/request.js';
import { checkRequiredConditions } from '../store/query/required-conditions.js';
import { count as countRows, page } from '../store/query/search.js';
import type { Call } from './request-context.js';

export async function query(call: Call, entity: string): Promise<Reply> {
  const shape = await definition(entity);
  const request = readQuery(call, shape, await call.tenant.udfs(entity));
  checkRequiredConditions(shape, request.filter, call.behaviour);
  return answer(
    call,
    {
      entity,
      method: call.method,
      bodyText: call.bodyText,
      filter: request.filter,
      includeFields: request.includeFields,
      size: request.size,
      starts: [undefined],
    },
    request.text,
  );
}

export async function count(call: Call, entity: string): Promise<Reply> {
  const shape = await definition(entity);
  const { filter } = readQuery(call, shape, await call.tenant.udfs(entity));
  checkRequiredConditions(shape, filter, call.behaviour);
  return json({ queryCount: countRows(await call.tenant.table(entity), filter) });
}

/** `query/next` and `query/prev`: where `paging` says, if asked with the verb and body of the query. */
export async function turnPage(call: Call, entity: string): Promise<Reply> {
  const cursor = call.tenant.cursors.find(
    call.method,
    call.query.get('paging') ?? '',
    call.query.get('search') ?? '',
  );
  if (cursor === undefined || cursor.entity !== entity) {
    throw new Refusal('The paging information is invalid or no longer available.');
  }
  if (call.behaviour.pagingVerb === 'same' && cursor.method !== call.method) {
    return wrongMethod(call.method, [cursor.method]);
  }
  if (call.behaviour.pagingBody === 'same' && cursor.bodyText !== call.bodyText) {
    throw new Refusal('The query does not match the paging information.');
  }
  return answer(call, cursor, call.query.get('search') ?? '');
}

/** The page a cursor points to, with the URLs of its neighbours. */
export async function answer(call: Call, cursor: Cursor, text: string): Promise<Reply> {
  const { tenant, behaviour } = call;
  const shape = {
    definition: await definition(cursor.entity),
    udfs: await tenant.udfs(cursor.entity),
    dateSuffix: behaviour.dateSuffix,
  };
  const render =
    cursor.includeFields === undefined ? renderAllFields(shape) : renderFields(shape, cursor.includeFields);
  const found = page(await tenant.table(cursor.entity), cursor.filter, cursor.size, cursor.starts.at(-1));
  return json({
    items: found.rows.map(render),
    pageDetails: {
      count: found.rows.length,
      requestCount: cursor.size,
      prevPageUrl:
        cursor.starts.length < 2
          ? null
          : pageUrl(call, { ...cursor, starts: cursor.starts.slice(0, -1) }, text, 'prev'),
      nextPageUrl:
        found.next === undefined
          ? null
          : pageUrl(call, { ...cursor, starts: [...cursor.starts, found.next] }, text, 'next'),
    },
  });
}

function pageUrl(call: Call, cursor: Cursor, text: string, direction: 'next' | 'prev'): string {
  const previous = cursor.starts.at(-2);
  const start = cursor.starts.at(-1);
  const paging = JSON.stringify({
    pageSize: cursor.size,
    previousIds: previous === undefined ? [] : [previous],
    nextIds: start === undefined ? [] : [start],
  });
  call.tenant.cursors.keep(paging, text, cursor);
  return `${call.pagingBase}${cursor.entity}/query/${direction}?paging=${encodeURIComponent(paging)}&search=${encodeURIComponent(text)}`;
}
