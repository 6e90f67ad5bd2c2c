import type { PendingRecord } from './pending-record.js';

/** Fields the service sets itself, by what they record. The first name that the entity has gets the value. */
const createdAt = ['createDate', 'createDateTime', 'createdDateTime', 'createdTime', 'attachDate'];
const createdBy = [
  'creatorResourceID',
  'createdByResourceID',
  'creatorUserID',
  'createdByPersonID',
  'attachedByResourceID',
];
const changedAt = [
  'lastActivityDate',
  'lastActivityDateTime',
  'lastActivity',
  'lastModifiedDate',
  'lastModifiedDateTime',
  'lastModifiedTime',
  'lastTrackedModifiedDateTime',
  'lastTrackedModificationDateTime',
  'updateDateTime',
];
const changedBy = [
  'lastActivityResourceID',
  'lastModifiedByResourceID',
  'lastModifiedUserID',
  'lastModifiedBy',
  'updateResourceID',
  'updateResourceId',
];

export function setCreatedAndModified(pending: PendingRecord): void {
  const { values, definition, actor, impersonator, now } = pending;
  const set = (names: readonly string[], value: number | null): void => {
    for (const name of names) if (definition.byName.has(name.toLowerCase())) values[name] = value;
  };
  if (pending.mode === 'create') {
    set(createdAt, now);
    set(createdBy, actor);
    if (impersonator !== null) set(['impersonatorCreatorResourceID'], impersonator);
  } else if (impersonator !== null) {
    set(['impersonatorUpdaterResourceID'], impersonator);
  }
  set(changedAt, now);
  set(changedBy, actor);
}
