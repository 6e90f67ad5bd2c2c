import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createReader, createWriter } from '../../src/client/index.js';
import type { Reply } from './fake.js';
import { failureOf, fakeTenant, oneTicket } from './setup.js';

async function created(reply: Reply, overrides: object = {}) {
  const fake = await fakeTenant(() => reply);
  const work = createWriter(fake.settings(overrides)).create('Tickets', { title: 'x' });
  return { fake, error: await failureOf(work) };
}

describe('writes', () => {
  it('quirk 3: patch sends the id in the body to the collection', async () => {
    const fake = await fakeTenant(() => ({ body: { itemId: 30 } }));
    const writer = createWriter(fake.settings());
    expect(await writer.patch('Companies/175/Contacts', { id: 30, title: 'CTO' })).toBe(30);
    expect(await writer.create('Companies/175/Contacts', { firstName: 'A' })).toBe(30);
    expect(await writer.remove('TimeEntries/30')).toBe(30);
    expect(fake.calls.map(({ method, path, text }) => [method, path, text])).toEqual([
      ['PATCH', 'Companies/175/Contacts', '{"id":30,"title":"CTO"}'],
      ['POST', 'Companies/175/Contacts', '{"firstName":"A"}'],
      ['DELETE', 'TimeEntries/30', ''],
    ]);
  });

  it('quirk 19: there is no PUT, which would null what is left out, and a reader cannot write', async () => {
    const fake = await fakeTenant(() => ({ body: {} }));
    const reads = Object.keys(createReader(fake.settings()));
    const writes = Object.keys(createWriter(fake.settings())).filter((name) => !reads.includes(name));
    expect(writes.sort()).toEqual(['create', 'patch', 'remove']);
  });

  it.each<[string, object]>([
    ['itemId', { itemId: 7 }],
    ['itemId as text', { itemId: '7' }],
    ['id', { id: 7 }],
    ['item', { item: { id: 7 } }],
  ])('takes the id from %s', async (_name, body) => {
    const fake = await fakeTenant(() => ({ body }));
    expect(await createWriter(fake.settings()).create('Tickets', {})).toBe(7);
  });

  it('quirk 24: impersonates where a write asks for it, and nowhere else', async () => {
    const fake = await fakeTenant((seen) =>
      seen.headers.impersonationresourceid !== undefined && /query/.test(seen.path)
        ? { status: 500, body: { errors: ['does not have the adequate permissions'] } }
        : { body: { itemId: 1, item: null, queryCount: 0, ...oneTicket } },
    );
    const writer = createWriter(fake.settings());
    await writer.query('Tickets', { filter: [] }, { limit: 1 });
    await writer.count('Tickets', []);
    await writer.item('Tickets/1');
    await writer.create('Tickets', {});
    await writer.create('Tickets', {}, { impersonationResourceId: 29_682_885 });
    expect(fake.calls.map((call) => call.headers.impersonationresourceid)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      '29682885',
    ]);
  });

  it('sends plain JSON without claiming a content encoding', async () => {
    const fake = await fakeTenant(() => ({ body: { itemId: 1 } }));
    await createWriter(fake.settings()).create('Tickets', { title: 'Grüße' });
    expect(fake.calls[0]?.headers['content-type']).toBe('application/json');
    expect(fake.calls[0]?.headers).not.toHaveProperty('content-encoding');
    expect(fake.calls[0]?.body).toEqual({ title: 'Grüße' });
  });
});

describe('a write is sent once', () => {
  it.each<[string, Reply, string]>([
    ['429 without a text', { status: 429, headers: { 'retry-after': '0' } }, 'outcomeUnknown'],
    [
      '429 of the threshold',
      { status: 429, body: { errors: ['The Autotask API request threshold has been exceeded.'] } },
      'limited',
    ],
    [
      'a time-out of the database',
      { status: 500, body: { errors: ['Execution Timeout Expired.'] } },
      'outcomeUnknown',
    ],
    [
      'a defect of Autotask',
      { status: 500, body: { errors: ['Object reference not set to an instance of an object.'] } },
      'outcomeUnknown',
    ],
    ['an unknown text', { status: 500, body: { errors: ['Something is odd'] } }, 'outcomeUnknown'],
    [
      'a check and a time-out',
      { status: 500, body: { errors: ['queueID is required', 'Execution Timeout Expired.'] } },
      'outcomeUnknown',
    ],
    ['200 with errors', { body: { errors: ['queueID is required'] } }, 'outcomeUnknown'],
    ['302', { status: 302, headers: { location: 'https://x.example/' } }, 'outcomeUnknown'],
    ['401 without a challenge', { status: 401 }, 'outcomeUnknown'],
    ['409', { status: 409 }, 'outcomeUnknown'],
    ['404', { status: 404, body: '<html></html>' }, 'notFound'],
    ['405', { status: 405, body: { Message: 'x' } }, 'notAllowed'],
    ['403', { status: 403 }, 'permission'],
    ...[
      'Value does not exist for the required field resourceID',
      'Picklist value [3] does not exist for priority. ; on record number [1].',
      'Reference value on field: contactID of type: Contact does not exist or is invalid.',
      'Value does not reference an existing entity for taskType . ',
      'Data violation: contactID is not associated to the companyID or its Parent Company..',
      'The specified AssignedResourceID and AssignedRoleID combination is not currently defined',
      'contractID [29683617] is not associated to companyID [423] or its parent.',
      'String value exceeds maximum length (field:description). ',
      'Unexpected character encountered while parsing value: t',
      'The Task "Network time-out" has an invalid Resource and Role combination.',
      'TimeEntries for Tickets must have a roleID',
      'TimeEntries for Service tickets require a start and stop time.',
      'hoursWorked greater than 24 hours or less than zero hours',
      'Only one of ticketID,taskID and InternallAllocationCodeID can be used at once',
      'This taskID does not reference a valid Task',
      'This roleID is not valid for this Task and Resource',
      'Contract EndDate must be after StartDate.',
      'The given allocation code is not an active general allocation code',
    ].map((text): [string, Reply, string] => [text, { status: 500, body: { errors: [text] } }, 'invalid']),
    [
      'the thread limit',
      { status: 500, body: { errors: ['threshold of 3 threads … Itgenatr005'] } },
      'limited',
    ],
    ['502', { status: 502 }, 'outcomeUnknown'],
    ['503', { status: 503 }, 'outcomeUnknown'],
    ['504', { status: 504 }, 'outcomeUnknown'],
    ['500 without errors', { status: 500, body: '' }, 'outcomeUnknown'],
    ['500 with errors', { status: 500, body: { errors: ['queueID is required'] } }, 'invalid'],
    ['200 with a web page', { body: '<html></html>' }, 'outcomeUnknown'],
    ['200 without an id', { body: {} }, 'outcomeUnknown'],
    ['200 cut short', { body: '{"item' }, 'outcomeUnknown'],
    ['a connection that closes without an answer', { drop: 'before' }, 'outcomeUnknown'],
    ['a connection that closes in the answer', { drop: 'middle', body: '{"item' }, 'outcomeUnknown'],
  ])('after %s', async (_name, reply, kind) => {
    const { fake, error } = await created(reply);
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(fake.calls).toHaveLength(1);
    expect(error.kind).toBe(kind);
    if (kind === 'outcomeUnknown') expect(error.next).toMatch(/search/);
    if (kind === 'limited') expect(error.message).toContain('Nothing was written');
  });

  it('says that the outcome is unknown when the answer takes too long', async () => {
    const { fake, error } = await created({ delayMs: 2_000, body: { itemId: 1 } }, { timeoutMs: 700 });
    expect(error.kind).toBe('outcomeUnknown');
    expect(error.message).toMatch(/was sent.*within 0.7 s/);
    expect(fake.calls).toHaveLength(1);
  });

  it('says that the outcome is unknown when it is cancelled on its way', async () => {
    const controller = new AbortController();
    const fake = await fakeTenant(() => {
      setTimeout(() => controller.abort(), 20);
      return { delayMs: 5_000, body: { itemId: 1 } };
    });
    const work = createWriter(fake.settings()).create('Tickets', {}, { signal: controller.signal });
    const error = await failureOf(work);
    expect(error.kind).toBe('outcomeUnknown');
    expect(fake.calls).toHaveLength(1);
  });

  it('says that nothing was written when no connection came about', async () => {
    const closed = await new Promise<number>((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => {
        const address = server.address();
        server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : 0));
      });
    });
    const fake = await fakeTenant(() => ({}));
    const writer = createWriter(fake.settings({ apiUrl: `http://127.0.0.1:${closed}/` }));
    const error = await failureOf(writer.create('Tickets', {}));
    expect(error.kind).toBe('unavailable');
    expect(error.message).toContain('Nothing was written');
  });

  it('is not joined with an identical one', async () => {
    const fake = await fakeTenant((_seen, index) => ({ delayMs: 30, body: { itemId: index } }));
    const writer = createWriter(fake.settings());
    const ids = await Promise.all([writer.create('Tickets', {}), writer.create('Tickets', {})]);
    expect(ids).toEqual([0, 1]);
  });

  it('never uses a kept connection, which might be closing', async () => {
    const fake = await fakeTenant(() => ({ body: { itemId: 1, item: null } }));
    const writer = createWriter(fake.settings());
    await writer.item('Tickets/1');
    await writer.create('Tickets', {});
    await writer.item('Tickets/2');
    expect(fake.calls.map((call) => call.headers.connection)).toEqual(['keep-alive', 'close', 'keep-alive']);
  });
});
