import type { Group } from './filter.js';

/** Where a query goes on, and how it has to be asked. */
export interface Cursor {
  readonly entity: string;
  readonly method: string;
  /** The body the query was sent with; a page is asked for with the same one. */
  readonly bodyText: string;
  readonly filter: Group;
  readonly includeFields: readonly string[] | undefined;
  readonly size: number;
  /** Id of the last row before each page up to this one; the first page starts after nothing. */
  readonly starts: readonly (number | undefined)[];
}

/** The service remembers the cursors of the 50 latest pages. */
const mostCursors = 50;

export class Cursors {
  private readonly kept = new Map<string, Cursor>();

  /** `paging` and `search` as they stand in the page's URL, and the verb, identify the cursor. */
  keep(paging: string, search: string, cursor: Cursor): void {
    const key = `${cursor.method} ${paging} ${search}`;
    this.kept.delete(key);
    this.kept.set(key, cursor);
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= mostCursors) break;
      this.kept.delete(oldest);
    }
  }

  /** The cursor of that page; one of another verb when there is none of this. */
  find(method: string, paging: string, search: string): Cursor | undefined {
    const rest = `${paging} ${search}`;
    return (
      this.kept.get(`${method} ${rest}`) ?? this.kept.get(`POST ${rest}`) ?? this.kept.get(`GET ${rest}`)
    );
  }
}
