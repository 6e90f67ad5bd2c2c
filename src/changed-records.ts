import type { Entity } from './model.js';

/** What this process wrote to one tenant, so that nobody answers from memory what a write has changed. */
export interface ChangedRecords {
  /** Becomes another number with every write to the entity, and with every delete of any entity. */
  versionOf(entity: Entity): number;
  /** Called when a write begins, and when it has ended, however it ended. A delete takes with it what stands below the record. */
  recordWrite(entity: Entity, isDelete: boolean): void;
}

export function createChangedRecords(): ChangedRecords {
  const writes = new Map<string, number>();
  let deletes = 0;
  return {
    versionOf: ({ name }) => deletes + (writes.get(name) ?? 0),
    recordWrite({ name }, isDelete) {
      if (isDelete) deletes += 1;
      else writes.set(name, (writes.get(name) ?? 0) + 1);
    },
  };
}
