import type { Rules } from './rule.js';

const byEntity: Readonly<Record<string, Rules>> = {};

export function rulesOf(entity: string): Rules {
  return byEntity[entity] ?? {};
}
