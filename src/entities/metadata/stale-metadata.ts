import { AsyncLocalStorage } from 'node:async_hooks';
import type { AutotaskReader } from '../../client/types.js';
import { InvalidInput } from '../../errors.js';
import type { Entity } from '../../model.js';

/** What a call has met of the tenant's metadata, which may be hours old. */
interface MetadataUse {
  readonly entities: Set<Entity>;
  /** Whether it refused a label, a code or a field that may have been added meanwhile. */
  suspect: boolean;
}

const running = new AsyncLocalStorage<MetadataUse>();

/** Metadata of this age is not asked for again: who guesses labels costs one request a minute and entity. */
const freshMs = 60_000;

/** Path under which the metadata of an entity stands, also of those that live only below a parent. */
export const metadataPath = (entity: Entity): string => entity.path ?? entity.name;

/** Called where metadata is read. */
export function markMetadataUsed(entity: Entity): void {
  running.getStore()?.entities.add(entity);
}

/** Called wherever something is refused because the metadata does not know it. */
export function markMetadataSuspect(): void {
  const use = running.getStore();
  if (use !== undefined) use.suspect = true;
}

/** Asks for the metadata of an entity unless it is fresh; true when it is another one than before. */
async function hasChanged(reader: AutotaskReader, entity: Entity, signal?: AbortSignal): Promise<boolean> {
  const path = metadataPath(entity);
  const read = (options: { readonly maxAgeMs?: number }) => {
    const how = signal === undefined ? options : { ...options, signal };
    const udfs = entity.userDefinedFields ? reader.userDefinedFields(path, how) : [];
    return Promise.all([reader.fields(path, how), udfs]);
  };
  const before = JSON.stringify(await read({}));
  return JSON.stringify(await read({ maxAgeMs: freshMs })) !== before;
}

/**
 * Runs work that only reads. When it refused something as unknown and the tenant, asked afresh, knows more by now,
 * it runs once more; otherwise what it answered or threw stands.
 */
export async function retryWithFreshMetadata<T>(
  reader: AutotaskReader | null,
  work: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const use: MetadataUse = { entities: new Set(), suspect: false };
  const first = await running.run(use, work).then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  const refused = 'value' in first || first.error instanceof InvalidInput;
  if (reader !== null && use.suspect && refused) {
    const changes = await Promise.all(
      // What the tenant does not tell now changes nothing about the refusal.
      [...use.entities].map((entity) => hasChanged(reader, entity, signal).catch(() => false)),
    );
    if (changes.includes(true)) return work();
  }
  if ('error' in first) throw first.error;
  return first.value;
}
