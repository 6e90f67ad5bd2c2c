/** Records that belong to somebody while they are open, and the field that says so. */
export interface Belonging {
  readonly entity: string;
  readonly field: string;
  /** What is open; `{closed}` stands for the ticket statuses that count as closed, `{now}` for the time. */
  readonly open: Readonly<Record<string, unknown>>;
  /** The field with the role of the resource, which has to be one that it holds. */
  readonly role?: string;
}

/** Records that say who else takes part in another one, while that is open. */
export interface Assignment {
  readonly entity: string;
  /** Who takes part. */
  readonly field: string;
  /** In a record of this entity, by this field; `primary` of it is who takes part before all others. */
  readonly of: string;
  readonly by: string;
  readonly primary: string;
  readonly open: Belonging['open'];
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

/** What a technician helps with. */
export const helpOfResource: readonly Assignment[] = [
  {
    entity: 'TicketSecondaryResources',
    field: 'resourceID',
    of: 'Tickets',
    by: 'ticketID',
    primary: 'assignedResourceID',
    open: { status: { notIn: '{closed}' } },
    role: 'roleID',
  },
  {
    entity: 'TaskSecondaryResources',
    field: 'resourceID',
    of: 'Tasks',
    by: 'taskID',
    primary: 'assignedResourceID',
    open: { completedDateTime: null },
    role: 'roleID',
  },
  {
    entity: 'CompanyTeams',
    field: 'resourceID',
    of: 'Companies',
    by: 'companyID',
    primary: 'ownerResourceID',
    open: { isActive: true },
  },
];

/** What a contact is told of beside others. */
export const helpOfContact: readonly Assignment[] = [
  {
    entity: 'TicketAdditionalContacts',
    field: 'contactID',
    of: 'Tickets',
    by: 'ticketID',
    primary: 'contactID',
    open: { status: { notIn: '{closed}' } },
  },
];
