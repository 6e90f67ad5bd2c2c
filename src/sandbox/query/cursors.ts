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

/** The service remembers the cursors of the 50 latest pages; each page hands out two at most. */
const mostCursors = 100;

export class Cursors {
  private readonly kept = new Map<string, Cursor>();

  /** `paging` and `search` as they stand in the page's URL identify the cursor. */
  keep(token: string, cursor: Cursor): void {
    this.kept.delete(token);
    this.kept.set(token, cursor);
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= mostCursors) break;
      this.kept.delete(oldest);
    }
  }

  find(token: string): Cursor | undefined {
    return this.kept.get(token);
  }
}
