import { afterAll, beforeAll, expect, it } from 'vitest';
import { documented, settle } from '../support/docs.js';
import { type Connection, connect } from '../support/tenant.js';

/** The README's transcript is what the program really answers. */
let tenant: Connection;
beforeAll(async () => {
  tenant = await connect();
});
afterAll(() => tenant.close());

/** The receipt of the write before. */
let receipt = '';

async function say(question: string, tool: string, args: Record<string, unknown>): Promise<string> {
  const { text, isError } = await tenant.call(tool, args);
  expect(isError, text).toBe(false);
  receipt = /Receipt: (w-[0-9a-f]{12})/.exec(text)?.[1] ?? receipt;
  return `**${question}**\n\n\`${tool} ${JSON.stringify(args)}\`\n\n\`\`\`\n${settle(text)}\n\`\`\`\n`;
}

it('the README shows a technician’s morning as it happens', async () => {
  const queue = { openOnly: true, unassigned: true, companyID: 'Contoso', maxRecords: 3 };
  const list = await tenant.call('search-tickets', queue);
  const [, id, number] = /\n(\d+)\t(T[\d.]+)\t/.exec(list.text) ?? [];
  expect(number).toBeDefined();
  const assign = {
    id: number,
    assignedResourceID: 'Bianca Almeida',
    assignedResourceRoleID: 'Service Desk Technician',
    status: 'In Progress',
  };
  const note = {
    ticketID: number,
    title: 'Triage',
    description: 'Called back; the account is closed on Friday.',
  };
  const time = {
    ticketID: number,
    resourceID: 'Bianca Almeida',
    roleID: 'Service Desk Technician',
    startDateTime: '2026-11-20T09:00:00Z',
    endDateTime: '2026-11-20T09:45:00Z',
    hoursWorked: 0.75,
    dateWorked: '2026-11-20',
    summaryNotes: 'Closed the account and forwarded the mailbox.',
  };
  const visit = {
    ticketIDs: [number],
    resourceIDs: ['Bianca Almeida'],
    startDateTime: '2030-01-08T09:00:00Z',
    endDateTime: '2030-01-08T11:00:00Z',
    description: 'Hand over the notebook',
  };
  const solved = {
    id: number,
    status: 'Complete',
    resolution: 'The mailbox is forwarded.',
    time: { hoursWorked: 0.5, resourceID: 'Bianca Almeida', dateWorked: '2026-11-20' },
    note: 'Forwarded the mailbox and closed the account.',
  };
  const question = (await say('What is open and unassigned at Contoso?', 'search-tickets', queue)).trimEnd();
  const steps = [
    await say('What is the first one about?', 'get-ticket', { id: number }),
    await say('Assign it to me.', 'update-ticket', assign),
    await say('Yes, do it.', 'update-ticket', { ...assign, confirm: 'UPDATE_TICKET' }),
    await say('Note what I did, internally.', 'create-ticket-note', {
      ...note,
      confirm: 'CREATE_TICKET_NOTE',
    }),
    await say('And log 45 minutes.', 'create-time-entry', { ...time, confirm: 'CREATE_TIME_ENTRY' }),
    await say('When is she free for two hours on 8 January 2030?', 'find-free-time', {
      resourceID: ['Bianca Almeida'],
      range: '2030-01-08',
      minutes: 120,
    }),
    await say('Book her a visit about it at nine.', 'book-service-call', {
      ...visit,
      confirm: 'BOOK_SERVICE_CALL',
    }),
    await say('Actually it is solved: half an hour, a note, complete.', 'update-ticket', {
      ...solved,
      confirm: 'UPDATE_TICKET',
    }),
    (
      await say('That was the wrong ticket. Take it back.', 'write-receipt', { receipt, action: 'undo' })
    ).replace(receipt, 'w-…'),
  ];
  const writes = tenant.sandbox.requests.filter(
    ({ method, path }) => method === 'PATCH' || (method === 'POST' && !path.includes('/query')),
  );
  expect(writes.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'PATCH V1.0/Tickets',
    `POST V1.0/Tickets/${id}/Notes`,
    'POST V1.0/TimeEntries',
    'POST V1.0/ServiceCalls',
    'POST V1.0/ServiceCalls/6051/Tickets',
    'POST V1.0/ServiceCallTickets/48/Resources',
    'POST V1.0/TimeEntries',
    `POST V1.0/Tickets/${id}/Notes`,
    'PATCH V1.0/Tickets',
  ]);
  const transcript = steps.join('\n').trimEnd();
  expect(documented('README.md', 'question', question), 'npm run docs').toBe(question);
  expect(documented('README.md', 'transcript', transcript), 'npm run docs').toBe(transcript);
});
