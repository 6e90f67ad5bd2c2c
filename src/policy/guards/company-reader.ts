import type { AutotaskReader, CallOptions, FilterNode, Row, Search } from '../../client/types.js';
import { AutotaskError } from '../../errors.js';
import type { Entity } from '../../model.js';
import { type CompanyScope, stepsOf } from '../companies/company-scope.js';
import { narrow } from '../companies/narrow.js';
import { entityAt } from '../entity-of-path.js';

/** Pages of 500 that are read for one answer where Autotask cannot filter by company itself. */
const mostPages = 40;

const tooMany = (entity: Entity) =>
  new AutotaskError(
    'notAllowed',
    `The policy of this server limits ${entity.name} to some companies, and Autotask cannot look for those alone: too many would have to be read.`,
    {
      next: `Narrow the filter, best by ${stepsOf(entity)
        .map(({ field }) => field)
        .join(' or ')}.`,
      actor: 'server',
    },
  );

/** The record below which a path stands, as ticket 42 in `Tickets/42/Notes/7`, where that one has a company. */
export function companyParent(path: string): { readonly entity: Entity; readonly id: number } | null {
  const [root = '', id = '', collection] = path.split('/');
  const entity = collection === undefined ? undefined : entityAt(root);
  return entity === undefined || stepsOf(entity).length === 0 ? null : { entity, id: Number(id) };
}

/** Whether the record below which a path stands belongs to the companies; null where there is none that could. */
export async function parentWithin(
  scope: CompanyScope,
  path: string,
  options: CallOptions = {},
): Promise<boolean | null> {
  const parent = companyParent(path);
  if (parent === null) return null;
  return (await scope.holds(parent.entity, [parent.id], options)).has(parent.id);
}

/** The search with the fields that decide, and what takes those out again that nobody asked for. */
function withSteps(entity: Entity, search: Search) {
  const { includeFields } = search;
  const given = new Set(includeFields?.map((field) => field.toLowerCase()));
  const added =
    includeFields === undefined
      ? []
      : stepsOf(entity)
          .map(({ field }) => field)
          .filter((field) => !given.has(field.toLowerCase()) && field !== 'id');
  const shown = (row: Row): Row =>
    added.length === 0
      ? row
      : Object.fromEntries(Object.entries(row).filter(([name]) => !added.includes(name)));
  return {
    search: includeFields === undefined ? search : { ...search, includeFields: [...includeFields, ...added] },
    shown,
  };
}

/** A reader for which there are no records but those of some companies, and those of no company at all. */
export function limitToCompanies(reader: AutotaskReader, scope: CompanyScope): AutotaskReader {
  const limited = (path: string): Entity | null => {
    const entity = entityAt(path);
    return entity === undefined || entity.companyScope === 'shared' ? null : entity;
  };
  /** What finds the records in scope; null where there are none. */
  async function searchFor(entity: Entity, filter: readonly FilterNode[], options: CallOptions) {
    const narrowed = await narrow(scope, entity, filter, options);
    if ('wider' in narrowed) return { filter: narrowed.wider, exact: false };
    const [first, ...others] = narrowed.filters;
    if (first === undefined) return null;
    return others.length === 0 ? { filter: first, exact: true } : { filter, exact: false };
  }
  async function* pagesWithin(
    entity: Entity,
    path: string,
    search: Search,
    options: CallOptions,
    most?: number,
  ) {
    const found = await searchFor(entity, search.filter, options);
    if (found === null) return;
    const wanted = withSteps(entity, { ...search, filter: found.filter });
    let pages = 0;
    for await (const page of reader.pages(path, wanted.search, options)) {
      pages += 1;
      if (most !== undefined && !found.exact && pages > most) throw tooMany(entity);
      yield (await scope.rowsWithin(entity, page, options)).map(wanted.shown);
    }
  }
  return {
    async query(path, search, options) {
      const entity = limited(path);
      if (entity === null) return reader.query(path, search, options);
      const { limit, onProgress, ...rest } = options;
      const found = await searchFor(entity, search.filter, rest);
      if (found === null) return { rows: [], more: false };
      if (found.exact) {
        const wanted = withSteps(entity, { ...search, filter: found.filter });
        const { rows, more } = await reader.query(path, wanted.search, options);
        return { rows: (await scope.rowsWithin(entity, rows, rest)).map(wanted.shown), more };
      }
      const rows: Row[] = [];
      for await (const page of pagesWithin(entity, path, search, rest, mostPages)) {
        rows.push(...page);
        onProgress?.(Math.min(rows.length, limit));
        if (rows.length > limit) return { rows: rows.slice(0, limit), more: true };
      }
      return { rows, more: false };
    },
    async *pages(path, search, options = {}) {
      const entity = limited(path);
      yield* entity === null
        ? reader.pages(path, search, options)
        : pagesWithin(entity, path, search, options);
    },
    async count(path, filter, options = {}) {
      const entity = limited(path);
      if (entity === null) return reader.count(path, filter, options);
      const narrowed = await narrow(scope, entity, filter, options);
      let count = 0;
      if ('filters' in narrowed) {
        for (const part of narrowed.filters) count += await reader.count(path, part, options);
        return count;
      }
      const search = { filter: narrowed.wider, includeFields: ['id'] };
      for await (const page of pagesWithin(entity, path, search, options, mostPages)) count += page.length;
      return count;
    },
    async list(path, options) {
      const entity = limited(path);
      if (entity === null) return reader.list(path, options);
      const { limit: _, onProgress: __, ...rest } = options;
      const below = await parentWithin(scope, path, rest);
      if (below === false) return { rows: [], more: false };
      const { rows, more } = await reader.list(path, options);
      return { rows: await scope.rowsWithin(entity, rows, rest, below === true), more };
    },
    async item(path, options = {}) {
      const entity = limited(path);
      if (entity === null) return reader.item(path, options);
      const below = await parentWithin(scope, path, options);
      const row = below === false ? null : await reader.item(path, options);
      if (row === null) return null;
      const [within = null] = await scope.rowsWithin(entity, [row], options, below === true);
      return within;
    },
    entityInformation: (path, options) => reader.entityInformation(path, options),
    fields: (path, options) => reader.fields(path, options),
    userDefinedFields: (path, options) => reader.userDefinedFields(path, options),
    threshold: (options) => reader.threshold(options),
    version: (options) => reader.version(options),
    zone: (options) => reader.zone(options),
    requestsSent: () => reader.requestsSent(),
    now: () => reader.now(),
    longestMs: reader.longestMs,
  };
}
