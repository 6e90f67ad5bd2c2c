/** Records that belong to somebody while they are open, and the field that says so. */
export interface Belonging {
  readonly entity: string;
  readonly field: string;
  /** What is open; `{closed}` stands for the ticket statuses that count as closed, `{now}` for the time. */
  readonly open: Readonly<Record<string, unknown>>;
  /** The field with the role of the resource, which has to be one that it holds. */
  readonly role?: string;
}

/** What a technician leaves behind. */
export const ofResource: readonly Belonging[] = [
  {
    entity: 'Tickets',
    field: 'assignedResourceID',
    open: { status: { notIn: '{closed}' } },
    role: 'assignedResourceRoleID',
  },
  {
    entity: 'Tasks',
    field: 'assignedResourceID',
    open: { completedDateTime: null },
    role: 'assignedResourceRoleID',
  },
  { entity: 'Projects', field: 'projectLeadResourceID', open: { completedDateTime: null } },
  { entity: 'Companies', field: 'ownerResourceID', open: { isActive: true } },
  { entity: 'Opportunities', field: 'ownerResourceID', open: { closedDate: null, lostDate: null } },
  { entity: 'CompanyToDos', field: 'assignedToResourceID', open: { completedDate: null } },
  { entity: 'Appointments', field: 'resourceID', open: { endDateTime: { gt: '{now}' } } },
];

/** What a contact leaves behind. */
export const ofContact: readonly Belonging[] = [
  { entity: 'Tickets', field: 'contactID', open: { status: { notIn: '{closed}' } } },
  { entity: 'ConfigurationItems', field: 'contactID', open: { isActive: true } },
  { entity: 'Opportunities', field: 'contactID', open: { closedDate: null, lostDate: null } },
  { entity: 'CompanyToDos', field: 'contactID', open: { completedDate: null } },
  { entity: 'Contracts', field: 'contactID', open: { endDate: { gt: '{now}' } } },
];
