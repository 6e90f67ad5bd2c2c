import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entities } from '../../generated/table.js';
import { type Connection, connect } from '../support/tenant.js';

let tenant: Connection;
beforeAll(async () => {
  tenant = await connect();
});
afterAll(() => tenant.close());

const read = async (uri: string) => {
  const { contents } = await tenant.client.readResource({ uri });
  const [content] = contents;
  return content !== undefined && 'text' in content ? String(content.text) : '';
};

describe('resources', () => {
  it('are the fixed addresses, and the entities', async () => {
    const { resources } = await tenant.client.listResources();
    expect(resources.map((resource) => resource.uri).sort()).toEqual([
      'autotask://companies',
      'autotask://contacts',
      'autotask://entities',
      'autotask://threshold',
      'autotask://tickets',
    ]);
    const { resourceTemplates } = await tenant.client.listResourceTemplates();
    expect(resourceTemplates.map((template) => template.uriTemplate).sort()).toEqual([
      'autotask://attachments/{id}',
      'autotask://companies/{id}',
      'autotask://contacts/{id}',
      'autotask://entities/{name}',
      'autotask://tickets/{id}',
    ]);
  });

  it.each([
    ['autotask://threshold', /requests/],
    ['autotask://companies', /Contoso Ltd/],
    ['autotask://tickets', /ticketNumber/],
    ['autotask://contacts', /firstName/],
    ['autotask://entities', new RegExp(`${entities.length} entities`)],
    ['autotask://entities/ticket%20notes', /TicketNotes: query, create, update/],
    ['autotask://companies/175', /companyName: Contoso Ltd/],
    ['autotask://contacts/30684007', /lastName: Abbott/],
    ['autotask://tickets/T20261109.0005', /^Ticket 101959/],
  ])('%s can be read', async (uri, text) => {
    expect(await read(uri)).toMatch(text);
  });

  it.each([
    'autotask://nothing',
    'autotask://tickets/999999999',
    'autotask://tickets/%E0%A4%A',
    'file:///etc/passwd',
  ])('%s does not exist', async (uri) => {
    await expect(read(uri)).rejects.toMatchObject({ code: -32602, data: { uri } });
  });
});

describe('completion', () => {
  const complete = async (uri: string, name: string, value: string) =>
    (await tenant.client.complete({ ref: { type: 'ref/resource', uri }, argument: { name, value } }))
      .completion.values;
  const prompt = async (name: string, argument: string, value: string) =>
    (
      await tenant.client.complete({
        ref: { type: 'ref/prompt', name },
        argument: { name: argument, value },
      })
    ).completion.values;

  it('finds ids by name or number', async () => {
    expect(await complete('autotask://companies/{id}', 'id', 'conto')).toContain('175');
    expect(await complete('autotask://tickets/{id}', 'id', 'T20261109.0005')).toEqual(['101959']);
    expect(await complete('autotask://contacts/{id}', 'id', 'Dilan Abb')).toContain('30684007');
  });

  it('finds entity names by prefix', async () => {
    expect(await complete('autotask://entities/{name}', 'name', 'ticketn')).toEqual([
      'TicketNoteAttachments',
      'TicketNoteWebhookExcludedResources',
      'TicketNoteWebhookFields',
      'TicketNoteWebhooks',
      'TicketNotes',
    ]);
  });

  it('helps with the arguments of prompts', async () => {
    expect(await prompt('triage-queue', 'queue', 'level 1')).toEqual(['Level 1 Support']);
    expect(await prompt('brief-company', 'company', 'conto')).toContain('Contoso Ltd');
    expect(await prompt('review-time', 'resource', 'Almei')).toContain('Bianca Almeida');
    expect(await prompt('review-time', 'week', 'l')).toEqual(['last week']);
    expect(await prompt('summarise-ticket', 'ticket', 'T20261109.0005')).toEqual(['T20261109.0005']);
  });
});

describe('logging', () => {
  it('sends what the client’s level lets through, and nothing below warning before it chose', async () => {
    const seen: string[] = [];
    tenant.client.onLog(({ level, data }) => {
      seen.push(`${level} ${String(data)}`);
    });
    await tenant.call('count-entity', { entity: 'Tickets' });
    expect(seen).toEqual([]);
    await tenant.client.setLoggingLevel('debug');
    await tenant.call('count-entity', { entity: 'Tickets' });
    await tenant.call('count-entity', { entity: 'Tikets' });
    expect(seen).toEqual([
      expect.stringMatching(/^debug count-entity answered in \d+ ms$/),
      expect.stringMatching(/^debug count-entity refused in \d+ ms$/),
    ]);
    await tenant.client.setLoggingLevel('error');
    await tenant.call('count-entity', { entity: 'Tickets' });
    expect(seen).toHaveLength(2);
  });
});

describe('prompts', () => {
  it('are listed with their arguments', async () => {
    const { prompts } = await tenant.client.listPrompts();
    expect(prompts.map((prompt) => prompt.name)).toEqual([
      'triage-queue',
      'summarise-ticket',
      'brief-company',
      'review-time',
      'draft-reply',
    ]);
  });

  it.each([
    ['triage-queue', { queue: 'Level 1 Support' }, /queueID "Level 1 Support"/],
    ['triage-queue', {}, /search-tickets with openOnly and unassigned, orderBy priority, maxRecords/],
    ['summarise-ticket', { ticket: 'T1' }, /get-ticket with include all for "T1"/],
    ['brief-company', { company: 'Contoso' }, /company "Contoso"/],
    ['review-time', { resource: 'Bianca Almeida' }, /dateWorked "last week"/],
    ['draft-reply', { ticket: 'T1' }, /send nothing/],
  ])('%s with %j', async (name, args, text) => {
    const { messages } = await tenant.client.getPrompt({ name, arguments: args });
    const [message] = messages;
    expect(message?.content.type === 'text' ? message.content.text : '').toMatch(text);
  });

  it('name tools that exist, and never one that writes', async () => {
    const { tools } = await tenant.client.listTools();
    const { prompts } = await tenant.client.listPrompts();
    for (const { name, arguments: args = [] } of prompts) {
      const given = Object.fromEntries(args.map((argument) => [argument.name, 'x']));
      const text = JSON.stringify(await tenant.client.getPrompt({ name, arguments: given }));
      const named = tools.filter((tool) => new RegExp(`\\b${tool.name}\\b`).test(text));
      expect(named.length, name).toBeGreaterThan(0);
      expect(named.filter((tool) => tool.annotations?.readOnlyHint !== true)).toEqual([]);
    }
  });

  it('refuse a missing argument and an unknown name', async () => {
    await expect(tenant.client.getPrompt({ name: 'summarise-ticket', arguments: {} })).rejects.toThrow(
      /needs ticket/,
    );
    await expect(tenant.client.getPrompt({ name: 'triage-que', arguments: {} })).rejects.toThrow(
      /triage-queue/,
    );
  });
});
