import type { PolicySettings } from './settings.js';

/** The keys of the policy file as variables of the environment. */
export const policyVariables: Readonly<Record<keyof PolicySettings, string>> = {
  readEntities: 'AUTOTASK_READ_ENTITIES',
  writeEntities: 'AUTOTASK_WRITE_ENTITIES',
  createEntities: 'AUTOTASK_CREATE_ENTITIES',
  updateEntities: 'AUTOTASK_UPDATE_ENTITIES',
  deleteEntities: 'AUTOTASK_DELETE_ENTITIES',
  readCompanies: 'AUTOTASK_READ_COMPANIES',
  writeCompanies: 'AUTOTASK_WRITE_COMPANIES',
  disabledTools: 'AUTOTASK_DISABLED_TOOLS',
  maskFields: 'AUTOTASK_MASK_FIELDS',
  maxWritesPerHour: 'AUTOTASK_MAX_WRITES_PER_HOUR',
  maxRecordsPerCall: 'AUTOTASK_MAX_RECORDS_PER_CALL',
  customerVisibleNotes: 'AUTOTASK_CUSTOMER_VISIBLE_NOTES',
};
