import { entities } from '../../../generated/table.js';
import type { AutotaskReader, CallOptions, Row } from '../../client/types.js';
import type { CompanyStep, Entity } from '../../model.js';
import type { CompanyList } from './company-list.js';
import { findCompanies } from './find-companies.js';

/** How long it is remembered which companies a list names, and which records belong to them. */
const companiesMs = 60_000;
const recordsMs = 30_000;
const mostRemembered = 20_000;
const batchSize = 500;

const byName = new Map(entities.map((entity) => [entity.name, entity]));

export const entityNamed = (name: string): Entity | undefined => byName.get(name);

/** The fields that lead a record to its company; empty where none does. */
export const stepsOf = ({ companyScope }: Entity): readonly CompanyStep[] =>
  typeof companyScope === 'string' ? [] : companyScope;

/** Whether a query finds records by their id, of whatever owner. */
export const canBeAskedById = ({ path, operations, queryBy }: Entity): boolean =>
  path !== null && operations.includes('query') && queryBy.length === 0;

/** What a field of a record names; null for what is no id, which names nothing of a company in scope. */
const idIn = (row: Row, field: string): number | null | undefined => {
  const value = row[field];
  if (value === undefined || value === null) return undefined;
  return typeof value === 'number' && Number.isInteger(value) ? value : null;
};

const present = (values: readonly (number | null | undefined)[]): number[] =>
  values.filter((value) => typeof value === 'number');

/** Decides which records belong to companies that all of some lists name. Remembers it briefly. */
export class CompanyScope {
  readonly #reader: AutotaskReader;
  readonly #lists: readonly CompanyList[];
  readonly #now: () => number;
  #companies: { readonly at: number; readonly ids: Promise<ReadonlySet<number>> } | undefined;
  readonly #records = new Map<string, { readonly at: number; readonly within: boolean }>();

  constructor(reader: AutotaskReader, lists: readonly CompanyList[], now: () => number = Date.now) {
    this.#reader = reader;
    this.#lists = lists;
    this.#now = now;
  }

  /** Ids of the companies. A failure is not remembered. */
  async companies(): Promise<ReadonlySet<number>> {
    const known = this.#companies;
    if (known !== undefined && known.at > this.#now() - companiesMs) return known.ids;
    // Others wait for it too: it does not end with the call that asks first.
    const asked = { at: this.#now(), ids: this.#find() };
    this.#companies = asked;
    try {
      return await asked.ids;
    } catch (error) {
      if (this.#companies === asked) this.#companies = undefined;
      throw error;
    }
  }

  async #find(): Promise<ReadonlySet<number>> {
    const sets: ReadonlySet<number>[] = [];
    for (const list of this.#lists) sets.push(await findCompanies(this.#reader, list));
    const [first = new Set<number>(), ...others] = sets;
    return new Set([...first].filter((id) => others.every((ids) => ids.has(id))));
  }

  /** The records of an entity, by id, that belong to these companies. */
  async holds(
    entity: Entity,
    ids: readonly number[],
    options: CallOptions = {},
  ): Promise<ReadonlySet<number>> {
    if (entity.singular === 'Company') {
      const companies = await this.companies();
      return new Set(ids.filter((id) => companies.has(id)));
    }
    const within = new Set<number>();
    const unknown: number[] = [];
    const oldest = this.#now() - recordsMs;
    for (const id of new Set(ids)) {
      const known = this.#records.get(`${entity.name} ${id}`);
      if (known === undefined || known.at <= oldest) unknown.push(id);
      else if (known.within) within.add(id);
    }
    for (let start = 0; start < unknown.length; start += batchSize) {
      const batch = unknown.slice(start, start + batchSize);
      const rows = await this.#read(entity, batch, options);
      const decided = await this.rowsWithin(entity, rows, options);
      const found = new Set(present(decided.map((row) => idIn(row, 'id'))));
      for (const id of batch) {
        this.#remember(`${entity.name} ${id}`, found.has(id));
        if (found.has(id)) within.add(id);
      }
    }
    return within;
  }

  /** Those of the rows that belong to these companies. `below`: what Autotask lists below a record that does. */
  async rowsWithin(
    entity: Entity,
    rows: readonly Row[],
    options: CallOptions = {},
    below = false,
  ): Promise<readonly Row[]> {
    const steps = stepsOf(entity);
    if (steps.length === 0 || rows.length === 0) return [];
    const allowed = await this.#targets(steps, rows, options);
    return rows.filter((row) => {
      const named = steps.map(({ field }) => idIn(row, field));
      const given = named.filter((id) => id !== undefined);
      if (given.length === 0) return below;
      return named.every(
        (id, index) => id === undefined || (id !== null && allowed[index]?.has(id) === true),
      );
    });
  }

  /** What was written may belong to another company now. */
  forget(): void {
    this.#companies = undefined;
    this.#records.clear();
  }

  async #targets(
    steps: readonly CompanyStep[],
    rows: readonly Row[],
    options: CallOptions,
  ): Promise<readonly ReadonlySet<number>[]> {
    const sets: ReadonlySet<number>[] = [];
    for (const { field, entity } of steps) {
      const target = entityNamed(entity);
      const ids = present(rows.map((row) => idIn(row, field)));
      sets.push(
        target === undefined || ids.length === 0 ? new Set() : await this.holds(target, ids, options),
      );
    }
    return sets;
  }

  /** The fields that decide, of records by id; none of an entity that cannot be asked for by id. */
  async #read(entity: Entity, ids: readonly number[], options: CallOptions): Promise<readonly Row[]> {
    if (entity.path === null || !canBeAskedById(entity)) return [];
    const filter = [{ op: 'in', field: 'id', value: ids }];
    const includeFields = ['id', ...stepsOf(entity).map(({ field }) => field)];
    const { rows } = await this.#reader.query(
      entity.path,
      { filter, includeFields },
      { ...options, limit: ids.length },
    );
    return rows;
  }

  #remember(key: string, within: boolean): void {
    this.#records.delete(key);
    this.#records.set(key, { at: this.#now(), within });
    for (const oldest of this.#records.keys()) {
      if (this.#records.size <= mostRemembered) return;
      this.#records.delete(oldest);
    }
  }
}

const scopes = new WeakMap<AutotaskReader, WeakMap<readonly CompanyList[], CompanyScope>>();

/** One for all who read through the same reader within the same limit; null where there is no limit. */
export function scopeFor(reader: AutotaskReader, lists: readonly CompanyList[]): CompanyScope | null {
  if (lists.length === 0) return null;
  const known = scopes.get(reader) ?? new WeakMap<readonly CompanyList[], CompanyScope>();
  const scope = known.get(lists) ?? new CompanyScope(reader, lists);
  scopes.set(reader, known.set(lists, scope));
  return scope;
}
