import type { Client } from '@modelcontextprotocol/client';
import * as z from 'zod';

/** One thing to look at: a call, and why somebody would make it. */
export interface Scene {
  readonly title: string;
  readonly about: string;
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** A company of the sandbox's seed data that always has open tickets. */
const company = 'Contoso';

const found = z.object({ rows: z.array(z.array(z.object({ text: z.string() }))).min(1) });

/** Calls about records that the sandbox holds; its dates move, so they are looked for. */
export async function scenesOn(client: Client): Promise<Scene[]> {
  const open = { companyID: company, openOnly: true, maxRecords: 1 };
  const { structuredContent } = await client.callTool({ name: 'search-tickets', arguments: open });
  const id = Number(found.parse(structuredContent).rows[0]?.[0]?.text);
  return [
    {
      title: 'A list',
      about: 'Open tickets, newest first. Sort by a heading, make a column wider, go on, copy or save.',
      tool: 'search-tickets',
      args: { openOnly: true, maxRecords: 25 },
    },
    {
      title: 'A ticket',
      about: 'Everything about one ticket; what the customer sees stands apart from what stays inside.',
      tool: 'get-ticket',
      args: { id, include: ['all'] },
    },
    {
      title: 'Groups over time',
      about: 'Tickets by month and priority, all of them counted.',
      tool: 'aggregate-entity',
      args: { entity: 'Tickets', groupBy: ['createDate:month', 'priority'], metrics: ['count'] },
    },
    {
      title: 'Groups',
      about: 'Hours by technician. What is beyond the first eight stands in one line.',
      tool: 'aggregate-entity',
      args: {
        entity: 'TimeEntries',
        groupBy: ['resourceID'],
        metrics: ['sum(hoursWorked)', 'count'],
        top: 8,
      },
    },
    {
      title: 'A write for the customer',
      about:
        'A note that the customer would see. Only a press on Confirm writes it: the model has no word for it.',
      tool: 'create-ticket-note',
      args: {
        ticketID: id,
        title: 'Update',
        description: 'We replaced the switch.\nPlease tell us whether it works again.',
        publish: 'All Autotask Users',
      },
    },
    {
      title: 'Many writes',
      about: 'One confirmation for all tickets that a query finds.',
      tool: 'update-ticket',
      args: { query: { companyID: company, status: 'New' }, priority: 'Low' },
    },
  ];
}
