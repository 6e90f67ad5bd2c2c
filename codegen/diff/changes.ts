import { operations } from '../../src/model.js';
import type { EntityFile, FieldFile } from '../model.js';
import { flags } from '../sources/evidence.js';
import { breaksField } from './breaking.js';

/** One difference between two snapshots. */
export interface Change {
  readonly entity: string;
  readonly subject: 'entity' | 'route' | 'field';
  /** Field or path; absent for the entity itself. */
  readonly name?: string;
  readonly what: string;
  /** Why callers break; absent when they do not. */
  readonly breaks?: string;
}

const show = (value: unknown) => (value === null ? 'unknown' : String(value));

function fieldChanges(entity: EntityFile, before: FieldFile, after: FieldFile): Change[] {
  const compared = ['dataType', ...flags] as const;
  const parts = compared
    .filter((flag) => before[flag] !== after[flag])
    .map((flag) => `${flag} ${show(before[flag])} → ${show(after[flag])}`);
  if (JSON.stringify(before.picklistValues) !== JSON.stringify(after.picklistValues)) {
    parts.push('picklistValues changed');
  }
  if (parts.length === 0) return [];
  const breaks = breaksField(entity, before, after);
  const change = { entity: entity.name, subject: 'field', name: after.name, what: parts.join(', ') } as const;
  return [breaks === undefined ? change : { ...change, breaks }];
}

/** What is worth telling about a new field: flags that are set, and that it cannot be filtered by. */
function describeNew(field: FieldFile): string {
  const facts = flags.flatMap((flag) => {
    const value = field[flag];
    if (flag === 'isQueryable') return value === false ? ['not queryable'] : [];
    return value === null || value === false ? [] : [value === true ? flag : `${flag} ${value}`];
  });
  return `added: ${[field.dataType, ...facts].join(', ')}`;
}

function allFieldChanges(before: EntityFile, after: EntityFile): Change[] {
  const known = new Map(before.fields.map((field) => [field.name, field]));
  const now = new Set(after.fields.map(({ name }) => name));
  const subject = 'field' as const;
  return [
    ...after.fields.flatMap((field) => {
      const old = known.get(field.name);
      if (old !== undefined) return fieldChanges(after, old, field);
      const breaks = breaksField(after, undefined, field);
      const change = { entity: after.name, subject, name: field.name, what: describeNew(field) };
      return [breaks === undefined ? change : { ...change, breaks }];
    }),
    ...before.fields
      .filter(({ name }) => !now.has(name))
      .map(({ name }) => ({ entity: after.name, subject, name, what: 'removed', breaks: 'it is gone' })),
  ];
}

/** What can be called, as `verb of path` lines: the root's operations and those of each parent. */
function routesOf(entity: EntityFile): Map<string, string> {
  const routes = new Map<string, string>();
  const root = entity.path ?? entity.name;
  for (const operation of operations) {
    const known = entity.operations[operation];
    if (known !== false) routes.set(`${root}: ${operation}`, known === null ? 'perhaps' : 'yes');
  }
  for (const parent of entity.parents) {
    for (const operation of parent.operations) {
      routes.set(`${parent.path}: ${operation}`, parent.httpMethods?.[operation] ?? 'yes');
    }
  }
  return routes;
}

function routeChanges(before: EntityFile, after: EntityFile): Change[] {
  const known = routesOf(before);
  const now = routesOf(after);
  const subject = 'route' as const;
  const changes: Change[] = [];
  for (const [name, how] of now) {
    const was = known.get(name);
    if (was === undefined) changes.push({ entity: after.name, subject, name, what: 'added' });
    else if (was !== how) changes.push({ entity: after.name, subject, name, what: `${was} → ${how}` });
  }
  for (const [name] of known) {
    if (now.has(name)) continue;
    changes.push({ entity: after.name, subject, name, what: 'removed', breaks: 'the call no longer exists' });
  }
  return changes;
}

function entityChanges(before: EntityFile, after: EntityFile): Change[] {
  const changes: Change[] = [];
  const subject = 'entity' as const;
  if (before.singular !== after.singular) {
    const what = `singular ${before.singular} → ${after.singular}`;
    changes.push({ entity: after.name, subject, what, breaks: 'its types and schemas change their names' });
  }
  if (before.userDefinedFields !== after.userDefinedFields) {
    const what = `user-defined fields ${before.userDefinedFields} → ${after.userDefinedFields}`;
    const lost = { entity: after.name, subject, what, breaks: 'userDefinedFields is refused' };
    changes.push(after.userDefinedFields ? { entity: after.name, subject, what } : lost);
  }
  return changes;
}

/** Everything that differs, entity by entity in alphabetical order. */
export function changesBetween(before: readonly EntityFile[], after: readonly EntityFile[]): Change[] {
  const known = new Map(before.map((entity) => [entity.name, entity]));
  const now = new Map(after.map((entity) => [entity.name, entity]));
  const subject = 'entity' as const;
  return [...new Set([...known.keys(), ...now.keys()])].sort().flatMap((name): Change[] => {
    const was = known.get(name);
    const is = now.get(name);
    if (is === undefined) return [{ entity: name, subject, what: 'removed', breaks: 'it is gone' }];
    if (was === undefined) return [{ entity: name, subject, what: `added with ${is.fields.length} fields` }];
    return [...entityChanges(was, is), ...routeChanges(was, is), ...allFieldChanges(was, is)];
  });
}
