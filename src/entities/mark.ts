import { createHash } from 'node:crypto';
import type { Row } from '../client/types.js';
import type { Entity } from '../model.js';

/** Fields that receive a mark when a record is created, by entity: an external id or a user-defined field. */
export type Marks = ReadonlyMap<string, string>;

/**
 * The mark of a record to create: the same for the same data, so that a preview shows the very mark that is
 * stored and a repeated create can be recognised by it.
 */
export function markOf(entity: Entity, data: Row): string {
  const sorted = Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1));
  const digest = createHash('sha256')
    .update(JSON.stringify([entity.name, sorted]))
    .digest('hex');
  return `mcp-${digest.slice(0, 20)}`;
}
