/** What people ask for, and a call that answers it: one for each tool, made on the sandbox tenant. */
export interface Example {
  readonly question: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Stands for the receipt of the example before. */
export const lastReceipt = 'w-…';

export const examples: Readonly<Record<string, Example>> = {
  'list-known-entities': {
    question: 'What does Autotask know about charges?',
    args: { search: 'charge' },
  },
  'describe-entity-fields': {
    question: 'Which statuses and queues can a ticket have?',
    args: { entity: 'Tickets', fields: ['status', 'queueID'] },
  },
  'query-entity': {
    question: 'Which devices lose their warranty in December?',
    args: {
      entity: 'ConfigurationItems',
      query: { warrantyExpirationDate: '2026-12-01..2026-12-31' },
      includeFields: ['referenceTitle', 'companyID', 'serialNumber', 'warrantyExpirationDate'],
      maxRecords: 3,
    },
  },
  'count-entity': {
    question: 'How many tickets with high priority are open?',
    args: { entity: 'Tickets', query: { priority: 'High', status: { noteq: 'Complete' } } },
  },
  'aggregate-entity': {
    question: 'Which customers took the most billable hours in October?',
    args: {
      entity: 'TimeEntries',
      query: { dateWorked: '2026-10-01..2026-10-31', isNonBillable: false },
      groupBy: ['ticketID.companyID|taskID.projectID.companyID'],
      metrics: ['sum(hoursToBill)', 'count'],
      top: 5,
    },
  },
  'get-entity': {
    question: 'What is in this contract?',
    args: { entity: 'Contracts', id: 29683601 },
  },
  'create-entity': {
    question: 'Remind Bianca to call Contoso.',
    args: {
      entity: 'CompanyToDos',
      data: {
        companyID: 'Contoso Ltd',
        actionType: 'Phone Call',
        assignedToResourceID: 'Bianca Almeida',
        activityDescription: 'Ask whether the new access point holds.',
        startDateTime: '2026-11-23T09:00:00Z',
        endDateTime: '2026-11-23T09:15:00Z',
      },
    },
  },
  'update-entity': {
    question: 'Device CONT-SW05 has moved to the reception.',
    args: { entity: 'ConfigurationItems', id: 50005, data: { location: 'Reception' } },
  },
  'delete-entity': {
    question: 'The first appointment is off.',
    args: { entity: 'Appointments', id: 1 },
  },
  'write-receipt': {
    question: 'No, the appointment takes place after all.',
    args: { receipt: lastReceipt, action: 'undo' },
  },
  'transfer-work': {
    question: 'Karim leaves. Who is his to-do list for? Give it to Hugo.',
    args: { kind: 'resource', from: 'Karim Webb', to: 'Hugo Hart', entities: ['CompanyToDos'] },
  },
  'get-threshold-information': { question: 'How much of the API allowance is used?', args: {} },
  'get-version': { question: 'Are we connected?', args: {} },
  'search-tickets': {
    question: 'Which of Contoso’s tickets are open and urgent?',
    args: { companyID: 'Contoso', openOnly: true, priority: 'High', maxRecords: 3 },
  },
  'find-free-time': {
    question: 'When is Bianca free on Tuesday or Wednesday for two hours?',
    args: { resourceID: ['Bianca Almeida'], range: '2030-01-08..2030-01-09', minutes: 120 },
  },
  'book-service-call': {
    question: 'Bianca visits Contoso about this ticket on Tuesday morning.',
    args: {
      ticketIDs: ['T20261109.0005'],
      resourceIDs: ['Bianca Almeida'],
      startDateTime: '2030-01-08T09:00:00Z',
      endDateTime: '2030-01-08T11:00:00Z',
      description: 'Install the access point',
    },
  },
  'get-ticket': { question: 'What is this ticket about?', args: { id: 'T20261109.0005' } },
  'create-ticket': {
    question: 'Open a ticket for Contoso: the printer jams.',
    args: { companyID: 'Contoso Ltd', title: 'Printer jams', priority: 'Medium', queueID: 'Level 1 Support' },
  },
  'update-ticket': {
    question: 'Put it into the queue of level 2.',
    args: { id: 'T20261109.0005', queueID: 'Level 2 Support' },
  },
  'create-ticket-note': {
    question: 'Note that I called back.',
    args: { ticketID: 'T20261109.0005', title: 'Called back', description: 'Waiting for the serial number.' },
  },
  'get-attachment': { question: 'Which drivers does the attached list name?', args: { id: 17001168 } },
  'create-attachment': {
    question: 'Attach my notes, for us only.',
    args: {
      parentId: 'T20261109.0005',
      name: 'access-point.txt',
      data: Buffer.from('Channel 6 is crowded; moved to 11.').toString('base64'),
    },
  },
  'search-companies': { question: 'Who has Contoso in the name?', args: { search: 'Contoso' } },
  'get-company': { question: 'Show me Contoso.', args: { id: 'Contoso' } },
  'create-company': {
    question: 'A new customer.',
    args: {
      companyName: 'Fourth Coffee',
      companyType: 'Customer',
      ownerResourceID: 'Bianca Almeida',
      phone: '555 0199',
    },
  },
  'update-company': {
    question: 'Contoso has a new phone number.',
    args: { id: 'Contoso Ltd', phone: '555 0142' },
  },
  'search-contacts': {
    question: 'Whom do we know at Contoso?',
    args: { companyID: 'Contoso', activeOnly: true, maxRecords: 3 },
  },
  'get-contact': { question: 'How do I reach Dilan?', args: { id: 'Dilan Abbott' } },
  'create-contact': {
    question: 'Contoso has a new colleague.',
    args: {
      companyID: 'Contoso Ltd',
      firstName: 'Maja',
      lastName: 'Lund',
      emailAddress: 'maja.lund@contoso.example',
    },
  },
  'update-contact': {
    question: 'Dilan is head of IT now.',
    args: { id: 'Dilan Abbott', title: 'Head of IT' },
  },
  'search-projects': { question: 'Which projects are running?', args: { openOnly: true, maxRecords: 3 } },
  'get-project': {
    question: 'Tell me about one of them.',
    args: { id: 'P20260710.0001' },
  },
  'search-tasks': {
    question: 'Which tasks of projects are open?',
    args: { openOnly: true, maxRecords: 3 },
  },
  'get-task': { question: 'Show me one of a running project.', args: { id: 'T20260722.0001' } },
  'search-time-entries': {
    question: 'What did Bianca work on last week?',
    args: { resourceID: 'Bianca Almeida', dateWorked: '2026-11-09..2026-11-15', maxRecords: 3 },
  },
  'create-time-entry': {
    question: 'Log half an hour on it.',
    args: {
      ticketID: 'T20261109.0005',
      resourceID: 'Bianca Almeida',
      roleID: 'Service Desk Technician',
      startDateTime: '2026-11-20T10:00:00Z',
      endDateTime: '2026-11-20T10:30:00Z',
      hoursWorked: 0.5,
      dateWorked: '2026-11-20',
      summaryNotes: 'Moved the access point.',
    },
  },
};
