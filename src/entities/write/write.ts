import { createPlanCreate } from './planning/plan-create.js';
import { createPlanDelete } from './planning/plan-delete.js';
import { createPlanUpdate } from './planning/plan-update.js';
import { createPlanningServices, type WriteSettings } from './planning/planning-services.js';
import { createPrefetch } from './prefetch.js';

/** Plans of writes in one tenant; see WritePlan. */
export function createWrites(settings: WriteSettings) {
  const services = createPlanningServices(settings);
  const { facts, parentRecords, reads } = services;
  return {
    planCreate: createPlanCreate(services),
    planUpdate: createPlanUpdate(services),
    planDelete: createPlanDelete(services),
    subjects: parentRecords,
    prefetch: createPrefetch(reads, facts, parentRecords),
  };
}
