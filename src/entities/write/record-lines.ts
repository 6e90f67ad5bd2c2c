import type { Row } from '../../client/types.js';
import type { Entity } from '../../model.js';
import { nameOf, numberField } from '../references/record-names.js';
import type { ParentRecord } from './parent-record.js';

/** What a record is called in full: tickets, tasks and projects by number and name. */
export function fullName(entity: Entity, row: Row): string | undefined {
  const number = numberField(entity);
  return nameOf(
    number === undefined ? entity : { ...entity, nameFields: [number, ...entity.nameFields] },
    row,
  );
}

/** `Ticket 101959: T20261109.0005 VPN issue` */
export function nameLine({ singular, ...entity }: Entity, id: number | null, row: Row | null | undefined) {
  const name = row === null || row === undefined ? undefined : fullName({ singular, ...entity }, row);
  return `${singular}${id === null ? '' : ` ${id}`}${name === undefined ? '' : `: ${name}`}`;
}

export const parentLines = (subjects: readonly ParentRecord[]): string[] =>
  subjects.map(({ entity, id, row }) => `on ${nameLine(entity, id, row)}`);
