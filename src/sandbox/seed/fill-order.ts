import { entities } from '../../../generated/table.js';
import type { Entity } from '../../model.js';
import { lookups } from './lookup-tables.js';

const byName = new Map(entities.map((entity, position) => [entity.name, { entity, position }]));

/**
 * Who may point to whom without a circle: lookup lists come first, then parents before their children, then
 * the alphabet; price lists, which quote everything else, come last.
 */
export function rank(entity: Entity): number {
  return layer(entity) * 1000 + (byName.get(entity.name)?.position ?? 0);
}

function layer(entity: Entity): number {
  if (entity.name in lookups) return 0;
  if (entity.name.startsWith('PriceList')) return 9;
  const parent = byName.get(entity.parents[0]?.entity ?? '')?.entity;
  return parent === undefined || parent === entity ? 1 : layer(parent) + 1;
}
