import type { EntityFile, Provenance } from '../model.js';
import type { Evidence, SourceKind } from '../sources/evidence.js';
import { sourcesOf } from './provenance.js';

/**
 * A fact disappears only when a source of the kind that once told it, and that lists everything it knows,
 * no longer does, and no other given source still does.
 */

const fold = (name: string) => name.toLowerCase();

const kindsOf = (provenance: Provenance, tags: readonly string[]) =>
  new Set<SourceKind | undefined>(tags.map((tag) => provenance.sources[tag]?.kind));

/** Only the swagger lists every entity: a tenant is asked for the ones that are already known. */
export function isRemoved(provenance: Provenance, sources: readonly Evidence[], entity: string): boolean {
  if (sources.some((source) => source.entities.some(({ name }) => name === entity))) return false;
  const kinds = kindsOf(provenance, provenance.entities[entity]?.sources ?? []);
  return kinds.has('swagger') && sources.some((source) => source.kind === 'swagger' && source.complete);
}

export function withoutRemovedFields(
  file: EntityFile,
  provenance: Provenance,
  sources: readonly Evidence[],
): EntityFile {
  const reported = sources.flatMap((source) => {
    const fields = source.entities.find(({ name }) => name === file.name)?.fields;
    return fields === undefined ? [] : [{ source, names: new Set(fields.map(({ name }) => fold(name))) }];
  });
  const origins = sourcesOf(provenance, file.name);
  const fields = file.fields.filter((field) => {
    if (reported.some(({ names }) => names.has(fold(field.name)))) return true;
    const kinds = kindsOf(provenance, origins.get(field.name) ?? []);
    return !reported.some(({ source }) => source.complete && kinds.has(source.kind));
  });
  return fields.length === file.fields.length ? file : { ...file, fields };
}

/** Entities that a complete source lacks and that stay all the same, because it never knew them. */
export function missingButRetained(entities: readonly EntityFile[], sources: readonly Evidence[]): string[] {
  return sources
    .filter((source) => source.kind === 'swagger' && source.complete)
    .flatMap((source) => {
      const listed = new Set(source.entities.map(({ name }) => name));
      return entities
        .filter(({ name }) => !listed.has(name))
        .map(({ name }) => `${name} is not in the swagger`);
    });
}
