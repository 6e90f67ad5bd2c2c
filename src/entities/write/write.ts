import { createPlanCreate } from './planning/plan-create.js';
import { createPlanDelete } from './planning/plan-delete.js';
import { createPlanUpdate } from './planning/plan-update.js';
import { createPlanningServices, type WriteSettings } from './planning/planning-services.js';
import { createPrefetch } from './prefetch.js';

/** Plans of writes in one tenant; see WritePlan. */
export function createWrites(settings: WriteSettings) {
  const services = createPlanningServices(settings);
  const { facts, parentRecords, reads } = services;
  const { reader } = settings;
  return {
    planCreate: createPlanCreate(services),
    planUpdate: createPlanUpdate(services),
    planDelete: createPlanDelete(services),
    subjects: parentRecords,
    /** For how many seconds a write that was sent then may still be carried out; 0: it has ended. */
    mayArriveFor: (sentAt: Date) =>
      Math.max(0, Math.ceil((sentAt.getTime() + reader.longestMs - reader.now().getTime()) / 1_000)),
    prefetch: createPrefetch(reads, facts, parentRecords),
  };
}
