import type { Entity } from './model.js';

/** What this process wrote to one tenant, so that nobody answers from memory what a write has changed. */
export interface Changes {
  /** Becomes another number with every write to the entity, and with every delete of any entity. */
  at(entity: Entity): number;
  /** A write begins, or has ended, however it ended. A delete takes with it what stands below the record. */
  made(entity: Entity, isDelete: boolean): void;
}

export function createChangedRecords(): Changes {
  const writes = new Map<string, number>();
  let deletes = 0;
  return {
    at: ({ name }) => deletes + (writes.get(name) ?? 0),
    made({ name }, isDelete) {
      if (isDelete) deletes += 1;
      else writes.set(name, (writes.get(name) ?? 0) + 1);
    },
  };
}
