import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { type Rig, rig, writesSince } from './support.js';

/** Labels in what is written: no other word is taken for one, and the one that works is told. */
let sandbox: Sandbox;
let server: Rig;
let other: Rig;

beforeAll(async () => {
  sandbox = await startSandbox({ today: new Date('2026-11-20T12:00:00Z') });
  server = await rig(sandbox);
  other = await rig(sandbox, { env: { AUTOTASK_CLOSED_STATUS_IDS: '17' } });
});
afterAll(async () => {
  await Promise.all([server.close(), other.close()]);
  await sandbox.close();
});

/** The refusal of a call that confirms; nothing reached the tenant. */
async function refusal(tool: string, args: Record<string, unknown>, by = server) {
  const from = sandbox.requests.length;
  const confirm = tool.toUpperCase().replaceAll('-', '_');
  const { text, isError } = await by.call(tool, { ...args, confirm });
  expect({ text, isError }).toMatchObject({ isError: true });
  expect(writesSince(sandbox, from)).toEqual([]);
  return text;
}

describe('a word that is no label', () => {
  it.each<[string, string, string]>([
    ['status', 'Closed', 'Complete'],
    ['status', 'done', 'Complete'],
    ['status', 'RESOLVED', 'Complete'],
    ['status', 'open', 'New'],
    ['status', 'pending', 'On Hold or Waiting Customer or Waiting Materials'],
    ['status', 'compleet', 'Complete'],
    ['priority', 'urgent', 'Critical'],
  ])('is refused with the one that says so: %s %s', async (field, word, label) => {
    const expected = `- ${field}: ${JSON.stringify(word)} is not a value of this picklist. Did you mean ${label}? Valid: `;
    const one = { id: 101730, [field]: word };
    expect(await refusal('update-ticket', one)).toContain(expected);
    expect(await refusal('update-ticket', { ids: [101730, 101740], [field]: word })).toContain(expected);
    const data = { [field]: word };
    expect(await refusal('update-entity', { entity: 'Tickets', id: 101730, data })).toContain(expected);
  });

  it('is told the labels that the operator counts as closed', async () => {
    const text = await refusal('update-ticket', { id: 101730, status: 'Closed' }, other);
    expect(text).toContain('Did you mean On Hold?');
  });
});

describe('a value that is inactive', () => {
  it.each<[string, unknown]>([
    ['status', 'Inactive'],
    ['queueID', 'Legacy Helpdesk'],
    ['queueID', 29683500],
    ['queueID', '29683500'],
    ['source', 'Fax'],
  ])('is refused as such, and not among those that are listed: %s %j', async (field, value) => {
    const expected = `- ${field}: ${JSON.stringify(value)} is inactive. Valid: `;
    const fields = { [field]: value };
    const calls: readonly (readonly [string, Record<string, unknown>])[] = [
      ['create-ticket', { title: 'x', companyID: 175, fields }],
      ['update-ticket', { id: 101730, fields }],
      ['update-ticket', { ids: [101730, 101740], fields }],
      ['update-entity', { entity: 'Tickets', id: 101730, data: fields }],
    ];
    for (const [tool, args] of calls) {
      const text = await refusal(tool, args);
      expect(text).toContain(expected);
      expect(text).not.toMatch(/Valid:.*(29683500|16 = |11 = Fax)/);
    }
  });

  it('is the value of old records, which a filter finds', async () => {
    const found = await server.call('count-entity', {
      entity: 'Tickets',
      query: { queueID: 'Legacy Helpdesk' },
    });
    expect(found.text).toContain('queueID: Legacy Helpdesk (29683500; inactive)');
    const { text } = await server.call('describe-entity-fields', { entity: 'Tickets', fields: ['queueID'] });
    expect(text).toContain('[inactive, in old records only: 29683500=Legacy Helpdesk]');
  });
});

it('a refusal for visibility lists the values that are internal', async () => {
  const note = { ticketID: 101730, title: 'x', description: 'y', publish: 'All Autotask Users' };
  expect(await refusal('create-ticket-note', note)).toContain(
    'Choose an internal value of publish (2 = Internal Project Team)',
  );
  const { text } = await server.call('describe-entity-fields', {
    entity: 'TicketNotes',
    fields: ['publish'],
  });
  expect(text).toContain(
    '1=All Autotask Users (the customer sees it); 2=Internal Project Team (internal); 4=Internal & Co-Managed (the customer sees it)',
  );
});
