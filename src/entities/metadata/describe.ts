import type { Entity, Operation } from '../../model.js';
import { named } from '../../names/match.js';
import { didYouMean } from '../../names/nearest.js';
import { fold } from '../../names/spelling.js';
import type { Action, Policy } from '../../policy/index.js';
import { alternativesIn } from '../values/alternatives.js';
import { textPattern } from '../values/text-patterns.js';
import { routes } from '../write/route.js';
import type { EntityMetadata, FieldMetadata } from './entity-metadata.js';
import { allEntities, findEntity } from './entity-names.js';
import { entitySynonyms } from './entity-synonyms.js';
import type { MetadataStore } from './metadata-store.js';
import { markMetadataSuspect } from './stale-metadata.js';

/** What can be done with an entity, wherever it can be done and as far as the policy allows it. */
export function abilities(entity: Entity, policy: Policy): string[] {
  const list: string[] = [];
  const add = (name: string, operation: Operation, action: Action) => {
    if (policy.may(action, entity) && routes(entity, operation).length > 0) list.push(name);
  };
  if (entity.operations.includes('query')) add('query', 'query', 'read');
  else add('get', 'get', 'read');
  add('create', 'create', 'create');
  add('update', 'patch', 'update');
  add('delete', 'delete', 'delete');
  return list;
}

export interface EntitySummary {
  readonly name: string;
  readonly abilities: readonly string[];
  /** Entities below whose records it is written. */
  readonly parents: readonly string[];
}

/**
 * Readable entities whose name contains every word of the search text, or of one of its parts where it names several:
 * `ticket, company`. Names are found by a part anyway, so wildcards say nothing more.
 */
export function listEntities(given: string | undefined, policy: Policy): EntitySummary[] {
  const search = given === undefined ? undefined : withoutWildcards(given);
  if (search === '' && given?.trim() !== '') return listEntities(undefined, policy);
  const found = entitiesNamed(search, policy);
  const several = found.length > 0 || search === undefined ? undefined : alternativesIn(search, 'names');
  if (several === undefined) return found;
  const names = new Set(several.flatMap((one) => entitiesNamed(one, policy)).map(({ name }) => name));
  return entitiesNamed(undefined, policy).filter(({ name }) => names.has(name));
}

/** `ticket*` and `%ticket%` are ticket; empty for wildcards alone. */
const withoutWildcards = (text: string): string => textPattern(text)?.parts.join(' ') ?? text;

function entitiesNamed(search: string | undefined, policy: Policy): EntitySummary[] {
  const words = (search ?? '')
    .split(/[\s,/]+/)
    .map(fold)
    .filter((word) => word !== '');
  const parts = words.map((word) => ({
    stem: word.replace(/ies$/, '').replace(/s$/, ''),
    meant: entitySynonyms(word),
  }));
  const meantBySearch = entitySynonyms(search ?? '');
  return allEntities
    .filter((entity) => policy.may('read', entity))
    .filter((entity) => {
      // Marks alone are part of no name.
      if (words.length === 0) return (search ?? '').trim() === '';
      const text = fold(
        `${entity.name} ${entity.singular} ${entity.parents.map((parent) => `${parent.entity} ${parent.collection}`).join(' ')}`,
      );
      const { name } = entity;
      return (
        meantBySearch.includes(name) ||
        parts.every(({ stem, meant }) => text.includes(stem) || meant.includes(name))
      );
    })
    .map((entity) => ({
      name: entity.name,
      abilities: abilities(entity, policy),
      parents: entity.parents.map((parent) => parent.entity),
    }));
}

export interface Description {
  readonly entity: Entity;
  readonly live: boolean;
  readonly fields: readonly FieldMetadata[];
  /** How many fields the entity has, user-defined ones included. */
  readonly total: number;
  /** Those of which there is none, with what was probably meant. */
  readonly unknown: readonly string[];
}

const allUserDefined = /^(?:udfs?|(?:user[- ]?defined|custom)(?:[- ]?fields?)?)$/i;

/** Fields of an entity; `names` picks some, by name or by a part of it. */
export async function describe(
  facts: MetadataStore,
  args: { readonly entity: string; readonly fields?: readonly string[] | undefined },
  signal?: AbortSignal,
): Promise<Description> {
  const metadata: EntityMetadata = await facts(findEntity(args.entity), signal);
  const udfs = await metadata.udfs(signal);
  const all = [...metadata.fields, ...udfs];
  if (args.fields === undefined || args.fields.length === 0) {
    return { entity: metadata.entity, live: metadata.live, fields: all, total: all.length, unknown: [] };
  }
  const chosen: FieldMetadata[] = [];
  const unknown: string[] = [];
  for (const given of args.fields) {
    const name = withoutWildcards(given);
    // A star alone is every field, as in `includeFields`.
    if (name === '') for (const field of all) if (!chosen.includes(field)) chosen.push(field);
    if (name === '') continue;
    if (allUserDefined.test(name) && udfs.length > 0) {
      for (const field of udfs) if (!chosen.includes(field)) chosen.push(field);
      continue;
    }
    const exact = named(name, all, (field) => field.name, 'stored');
    const part = fold(name);
    const close =
      exact.length > 0 || part === ''
        ? exact
        : all.filter((field) => [field.name, field.label ?? ''].some((text) => fold(text).includes(part)));
    // What people call a field, as a query understands it.
    const meant = close.length > 0 ? undefined : await metadata.find(name, signal);
    const found = meant === undefined ? close : [meant];
    if (found.length === 0) {
      markMetadataSuspect();
      unknown.push(
        `${given}.${didYouMean(
          given,
          all.map((field) => field.name),
        )}`,
      );
    }
    for (const field of found) if (!chosen.includes(field)) chosen.push(field);
  }
  return { entity: metadata.entity, live: metadata.live, fields: chosen, total: all.length, unknown };
}
