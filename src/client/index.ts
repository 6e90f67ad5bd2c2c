import { readerOf } from './reader.js';
import { createTenant } from './tenant.js';
import type { AutotaskReader, AutotaskWriter, ClientSettings } from './types.js';
import { writerOf } from './writer.js';

export { reachService } from './reach.js';
export type { TenantShare } from './share.js';
export type * from './types.js';

/** A client that cannot write: the object has no method for it. Nothing is sent before the first call. */
export function createReader(settings: ClientSettings): AutotaskReader {
  return readerOf(createTenant(settings));
}

export function createWriter(settings: ClientSettings): AutotaskWriter {
  return writerOf(createTenant(settings));
}
