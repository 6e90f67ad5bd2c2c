import { ProtocolError } from '@modelcontextprotocol/client';
import { McpError } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { recordsOf } from './examples.js';
import { type Rig, rig } from './support.js';

let sandbox: Sandbox;
let server: Rig;
let id: number;
let secrets: readonly string[];

beforeAll(async () => {
  sandbox = await startSandbox();
  server = await rig(sandbox, { env: { AUTOTASK_CONFIRM_MODE: 'elicit' }, human: () => 'yes' });
  secrets = [sandbox.credentials.secret, sandbox.credentials.integrationCode];
  id = (await recordsOf(server, 'Tickets'))[0].id;
  const description = [
    `log: secret=${secrets[0]}`,
    [...secrets.join(' ')].join('\u200b'),
    encodeURIComponent(JSON.stringify(secrets)),
    // Cut in two where a list and a record end a text.
    ...[120, 4_000].map((most) => 'x'.repeat(most - 12) + secrets[0]),
  ].join('\n');
  const { text, isError } = await server.call('update-ticket', {
    id,
    title: `${'x'.repeat(112)} ${secrets[0]}`.slice(-250),
    fields: { description },
    confirm: 'UPDATE_TICKET',
  });
  expect(isError, text).toBe(false);
  await server.call('create-ticket-note', {
    ticketID: id,
    title: `${secrets[1]}`,
    description: `${secrets[0]}`,
    confirm: 'CREATE_TICKET_NOTE',
  });
});
afterAll(async () => {
  await server.close();
  await sandbox.close();
});

const asked = (name: string, args: (secret: string) => Record<string, unknown>) => () =>
  Promise.all(secrets.map(async (secret) => (await server.call(name, args(secret))).text));

const refused = (work: (secret: string) => Promise<unknown>) => () =>
  Promise.all(
    secrets.map(async (secret) => {
      try {
        return JSON.stringify(await work(secret));
      } catch (error) {
        if (error instanceof McpError || error instanceof ProtocolError)
          return `${error.message} ${JSON.stringify(error.data)}`;
        throw error;
      }
    }),
  );

const outputs: Readonly<Record<string, () => Promise<string[]>>> = {
  'a record': asked('get-entity', () => ({ entity: 'Tickets', id })),
  'a record as JSON': asked('get-entity', () => ({ entity: 'Tickets', id, format: 'json' })),
  'an account': asked('get-ticket', () => ({ id })),
  'a story': asked('get-ticket', () => ({ id, include: ['all'] })),
  'a list': asked('query-entity', () => ({
    entity: 'Tickets',
    query: { id },
    includeFields: ['title', 'description'],
  })),
  groups: asked('aggregate-entity', () => ({ entity: 'Tickets', query: { id }, groupBy: ['title'] })),
  'a field that does not exist': asked('query-entity', (secret) => ({
    entity: 'Tickets',
    query: { [secret]: 1 },
  })),
  'a value that does not exist': asked('query-entity', (secret) => ({
    entity: 'Tickets',
    query: { status: secret },
  })),
  'an entity that does not exist': asked('query-entity', (secret) => ({ entity: secret })),
  'an argument that does not exist': asked('get-ticket', (secret) => ({ id, [secret]: secret })),
  'a name that does not exist': asked('get-company', (secret) => ({ id: secret })),
  'an operator that does not exist': asked('query-entity', (secret) => ({
    entity: 'Tickets',
    query: { title: { [secret]: 'x' } },
  })),
  'a preview': asked('update-ticket', (secret) => ({ id, title: secret })),
  'a wrong confirm': asked('update-ticket', (secret) => ({ id, title: 'x', confirm: secret })),
  'a tool that does not exist': refused((secret) => server.client.callTool({ name: secret })),
  'a prompt that does not exist': refused((secret) => server.client.getPrompt({ name: secret })),
  'a prompt': refused((secret) =>
    server.client.getPrompt({ name: 'draft-reply', arguments: { ticket: secret } }),
  ),
  'a resource that does not exist': refused((secret) => server.client.readResource({ uri: `x://${secret}` })),
  'a resource': refused(() => server.client.readResource({ uri: `autotask://tickets/${id}` })),
  'a completion': refused((secret) =>
    server.client.complete({
      ref: { type: 'ref/resource', uri: 'autotask://tickets/{id}' },
      argument: { name: 'id', value: secret },
    }),
  ),
};

describe('credentials of this server', () => {
  it.each(Object.entries(outputs))('are not in %s', async (_, output) => {
    for (const text of await output()) {
      for (const secret of secrets) {
        for (let size = secret.length; size >= 8; size--) {
          expect(text.toLowerCase(), text).not.toContain(secret.slice(0, size).toLowerCase());
        }
      }
      expect(text).not.toContain([...(secrets[0] ?? '')].join('\u200b'));
    }
  });

  it('are not in the question that a person is asked', async () => {
    await server.call('update-ticket', { id, title: secrets[0], confirm: 'UPDATE_TICKET' });
    expect(server.asked.length).toBeGreaterThan(0);
    for (const secret of secrets) expect(server.asked.join('\n')).not.toContain(secret);
    expect(server.asked.join('\n')).toContain('[redacted]');
  });
});
