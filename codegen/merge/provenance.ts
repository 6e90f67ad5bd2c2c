import type { EntityFile, Provenance } from '../model.js';
import type { Evidence } from '../sources/evidence.js';

/** The tag of a source that decided something about an entity, or about one of its fields. */
export type Decision = readonly [tag: string, entity: string, field?: string];

export type RecordDecision = (...decision: Decision) => void;

const usedFor: Readonly<Record<Evidence['kind'], string>> = {
  swagger: 'entities, routes, operations, names in wire casing, types',
  live: 'flags, lengths, types and reference targets',
};

type EntityProvenance = Provenance['entities'][string];

function fieldTags(entity: EntityProvenance | undefined): Map<string, string[]> {
  const tags = new Map<string, string[]>();
  for (const [key, names] of Object.entries(entity?.fields ?? {})) {
    for (const name of names) tags.set(name, key.split('+'));
  }
  return tags;
}

/** The sources of one field, e.g. for a doc comment. */
export const sourcesOf = (provenance: Provenance, entity: string) => fieldTags(provenance.entities[entity]);

/** The provenance after a merge: each source stands with the facts it decided, and nowhere else. */
export function credit(
  provenance: Provenance,
  sources: readonly Evidence[],
  decisions: readonly Decision[],
  entities: readonly EntityFile[],
): Provenance {
  const credited = new Set(decisions.map(([tag]) => tag));
  const added = sources.filter((source) => credited.has(source.tag));
  const byEntity = new Map<string, Decision[]>();
  for (const decision of decisions)
    byEntity.set(decision[1], [...(byEntity.get(decision[1]) ?? []), decision]);
  return {
    note: provenance.note,
    sources: {
      ...provenance.sources,
      ...Object.fromEntries(
        added.map(({ tag, kind, what }) => [tag, { what, usedFor: usedFor[kind], kind }]),
      ),
    },
    entities: Object.fromEntries(
      entities.map((file) => [file.name, creditEntity(provenance, file, byEntity.get(file.name) ?? [])]),
    ),
  };
}

function creditEntity(provenance: Provenance, file: EntityFile, decisions: readonly Decision[]) {
  const before = provenance.entities[file.name] ?? { sources: [], fields: {} };
  const tags = fieldTags(before);
  if (decisions.length === 0 && tags.size === file.fields.length) return before;
  for (const [tag, , field] of decisions) {
    if (field === undefined) continue;
    const known = tags.get(field) ?? [];
    if (!known.includes(tag)) tags.set(field, [...known, tag]);
  }
  const fields: Record<string, string[]> = {};
  for (const { name } of file.fields) {
    const key = (tags.get(name) ?? []).join('+');
    if (key !== '') fields[key] = [...(fields[key] ?? []), name];
  }
  return { sources: [...new Set([...before.sources, ...decisions.map(([tag]) => tag)])], fields };
}

/** provenance.json: one line an entity, so that a change of one is a one-line difference. */
export function formatProvenance({ note, sources, entities }: Provenance): string {
  const rows = Object.entries(entities).map(
    ([name, entity]) => `    ${JSON.stringify(name)}: ${JSON.stringify(entity)}`,
  );
  const block = JSON.stringify(sources, null, 2).replaceAll('\n', '\n  ');
  return `{\n  "note": ${JSON.stringify(note)},\n  "sources": ${block},\n  "entities": {\n${rows.join(',\n')}\n  }\n}\n`;
}
