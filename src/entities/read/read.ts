import type { AutotaskReader } from '../../client/types.js';
import type { MetadataStore } from '../metadata/metadata-store.js';
import { type Cursors, createCursors } from '../order/cursors/cursor.js';
import type { References } from '../references/references.js';
import { createCount } from './lists/count.js';
import { createLists } from './lists/list.js';
import { createQueryPreparation } from './lists/prepare-query.js';
import { createScans } from './lists/scan.js';
import { createRecordReads } from './record.js';

/** Everything that reads records of one tenant. */
export function createReads(
  reader: AutotaskReader,
  facts: MetadataStore,
  references: References,
  cursors: Cursors = createCursors(),
) {
  const scans = createScans(reader);
  const preparation = createQueryPreparation(facts, references);
  return {
    query: createLists(reader, facts, references, cursors, preparation, scans),
    count: createCount(references, preparation, scans),
    prepare: preparation.prepare,
    conversion: preparation.conversion,
    rowsOf: scans.rowsOf,
    ...createRecordReads(reader, facts, references),
  };
}

export type Reads = ReturnType<typeof createReads>;
