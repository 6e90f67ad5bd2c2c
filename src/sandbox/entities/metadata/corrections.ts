/** What the sandbox's own tenant says differently from, or beyond, the generated fields. */
export interface Correction {
  /** Set by Autotask; ignored in every write. */
  readonly isReadOnly?: boolean;
  readonly isRequired?: boolean;
  readonly isQueryable?: boolean;
  /** Taken on create and ignored afterwards. */
  readonly fixedAfterCreate?: boolean;
  /** Metadata calls it read-only although a create takes it. */
  readonly takenOnCreate?: boolean;
  /** Metadata calls it writable although every write ignores it. */
  readonly ignored?: boolean;
}

/** By entity and field. Each is documented behaviour that field metadata does not show. */
const corrections: Readonly<Record<string, Correction>> = {
  'Tickets.ticketNumber': { isReadOnly: true },
  'Projects.projectType': { fixedAfterCreate: true },
  'Tasks.projectID': { fixedAfterCreate: true },
  'Companies.currencyID': { fixedAfterCreate: true },
  'Quotes.companyID': { fixedAfterCreate: true },
  'Contracts.contractPeriodType': { takenOnCreate: true },
  'Contracts.exclusionContractID': { takenOnCreate: true },
  'TimeOffRequests.status': { isReadOnly: true },
  // Flagged writable by live metadata and ignored all the same.
  'TicketNotes.createdByContactID': { isReadOnly: false, ignored: true },
};

/** Attachment metadata calls fields required and read-only at once: they are given on create only. */
const attachmentFields: Readonly<Record<string, Correction>> = {
  attachmentType: { isReadOnly: true },
  fullPath: { isReadOnly: true },
  publish: { isReadOnly: true },
  title: { isReadOnly: true },
  creatorType: { isQueryable: false },
  data: { isQueryable: false },
  fileSize: { isQueryable: false },
};

export function correctionOf(entity: string, field: string): Correction {
  const general = entity.endsWith('Attachments') ? attachmentFields[field] : undefined;
  return corrections[`${entity}.${field}`] ?? general ?? {};
}

/** Fields the tenant stamps itself, whatever a table without flags says. */
const stamped =
  /^(create(d)?(Date|DateTime|Time)|creatorResourceID|createdByResourceID|lastModified\w*|lastActivity\w*|lastTracked\w*|impersonator\w+ResourceID|updateResourceI[dD]|approvedDateTime|approveRejectResourceID|lastApprovedLevel|fileSize|creatorType|soapParentPropertyId)$/;

export function isStamped(field: string): boolean {
  return stamped.test(field);
}
