import type { Entity } from '../model.js';
import { fold } from '../nearest.js';
import type { EntityFacts, Facts, FieldFacts } from './facts.js';
import { allEntities, findEntity } from './names.js';
import { routes } from './route.js';

/** What can be done with an entity, wherever it can be done. */
export function abilities(entity: Entity): string[] {
  const list: string[] = [];
  if (entity.operations.includes('query')) list.push('query');
  else if (routes(entity, 'get').length > 0) list.push('get');
  if (routes(entity, 'create').length > 0) list.push('create');
  if (routes(entity, 'patch').length > 0) list.push('update');
  if (routes(entity, 'delete').length > 0) list.push('delete');
  return list;
}

export interface Listing {
  readonly name: string;
  readonly abilities: readonly string[];
  /** Entities below whose records it is written. */
  readonly parents: readonly string[];
}

/** Entities whose name contains every word of the search text. */
export function listEntities(search: string | undefined): Listing[] {
  const words = (search ?? '')
    .split(/[\s,/]+/)
    .map(fold)
    .filter((word) => word !== '');
  const stems = words.map((word) => word.replace(/ies$/, '').replace(/s$/, ''));
  return allEntities
    .filter((entity) => {
      const text = fold(
        `${entity.name} ${entity.singular} ${entity.parents.map((parent) => `${parent.entity} ${parent.collection}`).join(' ')}`,
      );
      return stems.every((stem) => text.includes(stem));
    })
    .map((entity) => ({
      name: entity.name,
      abilities: abilities(entity),
      parents: entity.parents.map((parent) => parent.entity),
    }));
}

export interface Description {
  readonly entity: Entity;
  readonly live: boolean;
  readonly fields: readonly FieldFacts[];
  /** How many fields the entity has, user-defined ones included. */
  readonly total: number;
  readonly unknown: readonly string[];
}

/** Fields of an entity; `names` picks some, by name or by a part of it. */
export async function describe(
  facts: Facts,
  args: { readonly entity: string; readonly fields?: readonly string[] | undefined },
  signal?: AbortSignal,
): Promise<Description> {
  const known: EntityFacts = await facts(findEntity(args.entity), signal);
  const all = [...known.fields, ...(await known.udfs(signal))];
  if (args.fields === undefined || args.fields.length === 0) {
    return { entity: known.entity, live: known.live, fields: all, total: all.length, unknown: [] };
  }
  const chosen: FieldFacts[] = [];
  const unknown: string[] = [];
  for (const name of args.fields) {
    const exact = all.filter((field) => field.name.toLowerCase() === name.toLowerCase());
    const found = exact.length > 0 ? exact : all.filter((field) => fold(field.name).includes(fold(name)));
    if (found.length === 0) unknown.push(name);
    for (const field of found) if (!chosen.includes(field)) chosen.push(field);
  }
  return { entity: known.entity, live: known.live, fields: chosen, total: all.length, unknown };
}
