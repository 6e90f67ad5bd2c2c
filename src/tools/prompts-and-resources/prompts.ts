import { type Completion, completions } from './completions.js';

export interface PromptArgument {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  readonly complete: Completion;
}

/** A task that people start by hand; its text names the tools that do it in few calls. */
export interface Prompt {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly args: readonly PromptArgument[];
  readonly render: (args: Readonly<Record<string, string>>) => string;
}

const quoted = (text: string | undefined) => JSON.stringify(text ?? '');

const ticket: PromptArgument = {
  name: 'ticket',
  description: 'Ticket number or id',
  required: true,
  complete: completions.ticketNumbers,
};

export const prompts: readonly Prompt[] = [
  {
    name: 'triage-queue',
    title: 'Triage the queue',
    description: 'Sort the open, unassigned tickets of a queue and propose who takes what',
    args: [
      { name: 'queue', description: 'Queue; all when empty', required: false, complete: completions.queues },
    ],
    render: ({ queue }) =>
      [
        `Use search-tickets with openOnly and unassigned${queue ? ` and queueID ${quoted(queue)}` : ''}, orderBy priority, maxRecords 100.`,
        'Order them by urgency: priority first, then due date, then age. Group those that look like one incident.',
        'For each of the first ten say in one line what it is, what is missing, and which resource should take it and why.',
        'Change nothing. End with the assignments you propose as a table, and ask which of them to make.',
      ].join('\n'),
  },
  {
    name: 'summarise-ticket',
    title: 'Summarise a ticket for handover',
    description: 'What a colleague needs to take a ticket over',
    args: [ticket],
    render: (args) =>
      [
        `Use get-ticket with include all for ${quoted(args.ticket)}.`,
        'Write a handover of at most 150 words: the problem, what was tried with what result, where it stands, who waits for whom, the next step, and when it is due.',
        'Say what is internal. Do not guess what the ticket does not say.',
      ].join('\n'),
  },
  {
    name: 'brief-company',
    title: 'Brief me on a company',
    description: 'Where a customer stands, before a call or a visit',
    args: [
      {
        name: 'company',
        description: 'Company name or id',
        required: true,
        complete: completions.names('Companies'),
      },
    ],
    render: ({ company }) =>
      [
        `Brief me on the company ${quoted(company)}.`,
        'Use get-company, search-tickets (openOnly), count-entity on tickets created in the last 30 days, search-projects (openOnly), and query-entity on Contracts.',
        'Give: who they are, the main contacts, open tickets by age and priority, running projects, contracts that end within 90 days, and anything that looks like trouble. At most one page.',
      ].join('\n'),
  },
  {
    name: 'review-time',
    title: "Review a technician's week of time",
    description: 'Gaps, oddities and missing notes in the time a resource logged',
    args: [
      {
        name: 'resource',
        description: 'First and last name',
        required: true,
        complete: completions.names('Resources'),
      },
      {
        name: 'week',
        description: 'this week, last week, or from..to',
        required: false,
        complete: async (typed) => ['this week', 'last week'].filter((week) => week.startsWith(typed)),
      },
    ],
    render: ({ resource, week }) =>
      [
        `Use search-time-entries with resourceID ${quoted(resource)} and dateWorked ${quoted(week || 'last week')}, maxRecords 200.`,
        'Give hours for each day, billable and not; then days without time, entries without summary notes, entries over 8 hours, and billable work logged as non-billable or the other way round.',
        'Change nothing; list what the person should look at.',
      ].join('\n'),
  },
  {
    name: 'draft-reply',
    title: 'Draft a customer reply',
    description: 'A reply to the customer as text; it is never sent',
    args: [ticket],
    render: (args) =>
      [
        `Use get-ticket for ${quoted(args.ticket)} and draft a reply to its contact in the language of the ticket.`,
        'Friendly, plain, at most 120 words: what was done, what happens next, what we need from them. No internal notes, no names of other customers, no promises that the ticket does not hold.',
        'Only show the draft. Do not add it to the ticket and send nothing.',
      ].join('\n'),
  },
];
