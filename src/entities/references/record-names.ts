import type { Row } from '../../client/types.js';
import type { Entity } from '../../model.js';
import { oneLine } from '../../text.js';

/** What a record is called, from the fields that name its entity. */
export function nameOf(entity: Entity, row: Row): string | undefined {
  const parts = entity.nameFields
    .map((field) => row[field])
    .filter((value): value is string | number => typeof value === 'string' || typeof value === 'number')
    .map((value) => oneLine(String(value)))
    .filter((text) => text !== '');
  return parts.length === 0 ? undefined : parts.join(' ');
}

/** Whether records of the entity can be looked up by id and have a name to show. */
export function canName(entity: Entity | undefined): entity is Entity & { path: string } {
  return (
    entity !== undefined &&
    entity.path !== null &&
    entity.nameFields.length > 0 &&
    entity.operations.includes('query')
  );
}

/** Whether the entity is people, told by first and last name. */
export const isPerson = ({ nameFields: [first, last] }: Pick<Entity, 'nameFields'>): boolean =>
  first === 'firstName' && last === 'lastName';

/** The part of a record's name that is short enough for a column: tickets by number, the rest by name. */
export const shownFields = (entity: Entity): readonly string[] =>
  entity.nameFields.length > 1 && entity.nameFields[0]?.endsWith('Number')
    ? entity.nameFields.slice(0, 1)
    : entity.nameFields;

/** A record that says nothing about it is active. */
export const activeIn = ({ isActive }: Row): boolean => isActive !== false && isActive !== 0;

/** Whether records of the entity are active or not; told by its summary fields. */
export const hasActiveFlag = (entity: Entity): boolean => entity.summaryFields.includes('isActive');

/** The field of such a number, where it is shown beside the name and is not part of it. */
export const numberField = (entity: Entity): string | undefined =>
  entity.summaryFields.find((field) => field.endsWith('Number') && !entity.nameFields.includes(field));

/** A record in a list from which one is to be chosen. */
interface Listed {
  readonly id: number;
  readonly name: string;
  readonly isActive: boolean;
  /** What tells it apart from others of the same name. */
  readonly beside?: string | undefined;
}

/** A person's e-mail address, else what a record belongs to; undefined where neither was read. */
export function besideName(row: Row, ownerFields: readonly string[]): string | undefined {
  const address = row.emailAddress ?? row.email;
  if (typeof address === 'string' && address.trim() !== '') return oneLine(address);
  const owner = ownerFields.find((field) => typeof row[field] === 'number');
  return owner === undefined ? undefined : `${owner} ${String(row[owner])}`;
}

/** `190 = Contoso Ltd`; those of one name with what tells them apart: `7 = Planning (projectID 1006)`. */
export function listedRecords(all: readonly Listed[]): string[] {
  const times = new Map<string, number>();
  for (const { name } of all) times.set(name, (times.get(name) ?? 0) + 1);
  return all.map(({ id, name, isActive, beside }) => {
    const more = (times.get(name) ?? 0) > 1 && beside !== undefined ? ` (${beside})` : '';
    return `${id} = ${name}${more}${isActive ? '' : ' (inactive)'}`;
  });
}

/** Fields that tell people of one name apart. */
export const isAddressField = (field: string): boolean => /^email(Address)?$/i.test(field);
