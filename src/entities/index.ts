import { type ChangedRecords, createChangedRecords } from '../changed-records.js';
import type { AutotaskReader } from '../client/types.js';
import { AutotaskError } from '../errors.js';
import { createPolicy, type Policy } from '../policy/index.js';
import { createAggregate } from './aggregate/index.js';
import { describe } from './metadata/describe.js';
import { createMetadataStore } from './metadata/metadata-store.js';
import { retryWithFreshMetadata } from './metadata/stale-metadata.js';
import { type Cursors, createCursors } from './order/cursors/cursor.js';
import { createAttachments } from './read/attachments.js';
import { verifyPages } from './read/lists/completeness.js';
import { createReads } from './read/read.js';
import { createRecordWithLists } from './read/record-with-lists.js';
import { createReferences } from './references/references.js';
import type { MarkFields } from './write/idempotency-mark.js';
import { createUploadLimit } from './write/upload-limit.js';
import { createWrites } from './write/write.js';

/**
 * The one interpreter of the entity table: everything a tool can do with Autotask's data.
 * `reader` null is a server without credentials: it can describe entities from the snapshot and nothing else.
 */
export function createEntities(
  reader: AutotaskReader | null,
  whyNot = 'There are no Autotask credentials.',
  policy: Policy = createPolicy(),
  marks: MarkFields = new Map(),
  cursors: Cursors = createCursors(),
  changes: ChangedRecords = createChangedRecords(),
) {
  const facts = createMetadataStore(reader, policy);
  const connect = () => {
    if (reader === null) {
      throw new AutotaskError('configuration', whyNot, {
        next: 'Set AUTOTASK_USERNAME, AUTOTASK_SECRET and AUTOTASK_INTEGRATION_CODE, or start with --demo.',
      });
    }
    const verifiedReader = verifyPages(reader);
    const references = createReferences(reader, policy, changes);
    const reads = createReads(verifiedReader, facts, references, cursors);
    return {
      reader,
      references,
      reads,
      aggregate: createAggregate(verifiedReader, facts, references, reads),
      account: createRecordWithLists(verifiedReader, facts, references, reads),
      attachments: createAttachments(reader, facts, reads),
      writes: createWrites({
        reader,
        facts,
        references,
        reads,
        policy,
        marks,
        uploads: createUploadLimit(),
      }),
    };
  };
  let connected: ReturnType<typeof connect> | undefined;
  const tenant = () => {
    connected ??= connect();
    return connected;
  };
  return {
    facts,
    /** Runs what only reads, again when labels or fields that it refused exist by now. */
    withFreshMetadata: <T>(work: () => Promise<T>, signal?: AbortSignal) =>
      retryWithFreshMetadata(reader, work, signal),
    /** What the operator allows; early errors come from here, the reader enforces it. */
    policy,
    describe: (args: Parameters<typeof describe>[1], signal?: AbortSignal) => describe(facts, args, signal),
    /** Everything that needs a tenant; throws when there are no credentials. */
    tenant,
  };
}

export type Entities = ReturnType<typeof createEntities>;
