import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import * as z from 'zod';
import { clientNames } from './commands.js';
import { launchOf } from './config/launch.js';
import { call, expect, out, paint, StepFailed } from './tour-calls.js';

/** A company of the sandbox's seed data that always has open tickets without an assigned resource. */
const company = 'Contoso';

const ticketList = z.looseObject({
  records: z.array(
    z.looseObject({ id: z.number(), companyID: z.looseObject({ id: z.number(), name: z.string() }) }),
  ),
});
const countResult = /^(\d+) /;

async function countNotes(client: Client, ticketID: number): Promise<number> {
  const { text } = await call(client, 'count-entity', { entity: 'TicketNotes', query: { ticketID } });
  return Number(countResult.exec(text)?.[1] ?? Number.NaN);
}

const steps: readonly {
  readonly title: string;
  run(client: Client, found: { id: number }): Promise<void>;
}[] = [
  {
    title: 'Which tools are there?',
    run: async (client) => {
      const { tools } = await client.listTools();
      out(`    ${tools.length} tools: ${tools.map((tool) => tool.name).join(', ')}`);
      for (const name of ['query-entity', 'describe-entity-fields', 'create-entity']) {
        expect(
          tools.some((tool) => tool.name === name),
          `${name} is offered`,
        );
      }
    },
  },
  {
    title: 'What does a ticket look like?',
    run: async (client) => {
      const answer = await call(client, 'describe-entity-fields', {
        entity: 'Tickets',
        fields: ['status', 'queueID', 'assignedResourceID'],
      });
      expect(!answer.isError && answer.text.includes('Complete'), 'the status picklist is described');
    },
  },
  {
    title: `Which of ${company}'s tickets are open and unassigned?`,
    run: async (client, found) => {
      const query = { companyID: company, status: { noteq: 'Complete' }, assignedResourceID: null };
      const answer = await call(client, 'query-entity', { entity: 'Tickets', query });
      expect(!answer.isError && answer.text.includes(company), 'the list names the company');
      const asJson = await client.callTool({
        name: 'query-entity',
        arguments: { entity: 'Tickets', query, format: 'json', maxRecords: 1 },
      });
      const [content] = asJson.content;
      const [first] = ticketList.parse(JSON.parse(content?.type === 'text' ? content.text : 'null')).records;
      expect(first !== undefined, 'at least one ticket was found');
      const row = answer.text.split('\n').find((line) => line.startsWith(`${first.id}\t`));
      expect(row?.includes(first.companyID.name) === true, 'the row shows the name of the company');
      expect(row.split('\t').includes(String(first.companyID.id)) === false, 'the row does not show its id');
      found.id = first.id;
    },
  },
  {
    title: 'A write without its token is refused',
    run: async (client, found) => {
      const before = await countNotes(client, found.id);
      const answer = await call(client, 'create-entity', { entity: 'TicketNotes', data: note(found.id) });
      expect(answer.text.startsWith('PREVIEW'), 'a preview comes back');
      expect((await countNotes(client, found.id)) === before, 'nothing was written');
    },
  },
  {
    title: 'With its token it is made, and read back',
    run: async (client, found) => {
      const before = await countNotes(client, found.id);
      const answer = await call(client, 'create-entity', {
        entity: 'TicketNotes',
        data: note(found.id),
        confirm: 'CREATE_ENTITY',
      });
      const id = Number(/^Created TicketNote (\d+)\./.exec(answer.text)?.[1] ?? Number.NaN);
      expect(!answer.isError && Number.isInteger(id), 'the note was created');
      const stored = await call(client, 'get-entity', { entity: 'TicketNotes', id });
      expect(stored.text.includes(note(found.id).description), 'the note can be read');
      expect((await countNotes(client, found.id)) === before + 1, 'there is exactly one note more');
    },
  },
];

const note = (ticketID: number) => ({
  ticketID,
  title: 'Triage',
  description: 'Called back, waiting for the serial number.',
  noteType: 'Task Notes',
  publish: 'Internal Project Team',
});

/**
 * The main job on the sandbox tenant, done by a real MCP client that talks to this program in a child
 * process. Resolves to 0 only when every step really happened.
 */
export async function tour(): Promise<number> {
  const client = new Client({ name: 'autotask-mcp-tour', version: '1.0.0' });
  const script = process.argv[1] ?? fileURLToPath(import.meta.url);
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [script, '--demo'],
    stderr: 'inherit',
  });
  await client.connect(transport);
  const found = { id: 0 };
  try {
    for (const [index, step] of steps.entries()) {
      out(paint('bold', `\n${index + 1}. ${step.title}`));
      await step.run(client, found);
      out(paint('green', '  done'));
    }
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    out(paint('red', `  FAILED: expected that ${error.message}`));
    return 1;
  } finally {
    await client.close();
  }
  const { command, args } = launchOf(script, process.platform, ['config', 'CLIENT', '--demo', '--write']);
  out(
    `\nEvery step happened. Connect your own client (${clientNames.filter((name) => name !== 'docker').join(', ')}):\n${[command, ...args].join(' ')}`,
  );
  return 0;
}
