import { startSandbox } from '../../src/sandbox/index.js';
import type { EntityFile } from '../model.js';
import type { Snapshot } from '../snapshot.js';
import type { EntityEvidence, Evidence, FieldEvidence } from './evidence.js';
import type { Io, SourceRead } from './source.js';
import { readTenant } from './tenant.js';

const fold = (name: string) => name.toLowerCase();

function knownField(
  reported: FieldEvidence,
  known: EntityFile['fields'][number],
  corrected: readonly string[],
): FieldEvidence {
  const unknown = Object.entries(known).flatMap(([flag, value]) => (value === null ? [flag] : []));
  const silent = new Set([...unknown, ...corrected]);
  const flags = Object.entries(reported).filter(([flag]) => !silent.has(flag));
  return { ...Object.fromEntries(flags), name: reported.name };
}

/** The evidence without its word on flags that the snapshot does not know or that a hand corrected. */
function withoutGuesses(source: Evidence, snapshot: Snapshot): Evidence {
  const files = new Map(snapshot.entities.map((file) => [file.name, file]));
  const entities = source.entities.map((reported): EntityEvidence => {
    const file = files.get(reported.name);
    if (file === undefined) return reported;
    const { routes, ...rest } = reported;
    const known = Object.values(file.operations).includes(null) || routes === undefined ? {} : { routes };
    const fields = reported.fields?.map((field) => {
      const own = file.fields.find(({ name }) => fold(name) === fold(field.name));
      if (own === undefined) return field;
      const corrections = snapshot.overrides.filter(
        (override) => override.entity === reported.name && override.field === own.name,
      );
      return knownField(
        field,
        own,
        corrections.flatMap(({ change }) => Object.keys(change)),
      );
    });
    return { ...rest, ...known, ...(fields === undefined ? {} : { fields }) };
  });
  return { ...source, entities };
}

/**
 * The same pull from the embedded tenant, over HTTP. The sandbox is made from this snapshot, so its word on a
 * flag that nobody knows is a guess and is dropped; its word on a known one must be the same.
 */
export async function readSandbox(snapshot: Snapshot, io: Io): Promise<SourceRead> {
  const sandbox = await startSandbox();
  try {
    const read = await readTenant(
      {
        credentials: sandbox.credentials,
        zoneUrl: sandbox.url,
        timeoutMs: 30_000,
        maxConcurrency: 3,
        cacheDir: null,
        log: () => {},
      },
      snapshot,
      io,
    );
    const evidence = read.evidence.map((source) => withoutGuesses(source, snapshot));
    return { evidence, name: 'the embedded sandbox tenant' };
  } finally {
    await sandbox.close();
  }
}
