import { readerOf } from './api/reader.js';
import { writerOf } from './api/writer.js';
import { createClientCore } from './client-core.js';
import type { AutotaskReader, AutotaskWriter, ClientSettings } from './types.js';

export { CertificateNotTrusted, createFetch, createFetchJson, type Fetch } from './http/fetch-json.js';
export type { TenantState } from './tenant-state/tenant-state.js';
export type * from './types.js';
export { checkReachability } from './zone/reachability.js';

/** A client that cannot write: the object has no method for it. Nothing is sent before the first call. */
export function createReader(settings: ClientSettings): AutotaskReader {
  return readerOf(createClientCore(settings));
}

export function createWriter(settings: ClientSettings): AutotaskWriter {
  return writerOf(createClientCore(settings));
}
