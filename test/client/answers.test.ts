import { describe, expect, it } from 'vitest';
import { createReader, createWriter } from '../../src/client/index.js';
import type { Reply } from './fake.js';
import { failureOf, fakeTenant, oneTicket } from './setup.js';

const page = '<!DOCTYPE html><html><head><title>404 - File not found.</title></head><body>Gone</body></html>';
const noRetries = { retries: 0 };

async function refusal(reply: Reply) {
  const fake = await fakeTenant(() => reply);
  const reader = createReader(fake.settings({ tuning: noRetries }));
  return failureOf(reader.query('Tickets', { filter: [] }, { limit: 1 }));
}

describe('what Autotask answers and who can act on it', () => {
  it.each<[string, Reply, object]>([
    ['a rejected value', { status: 500, body: { errors: ['queueID is required'] } }, { kind: 'invalid' }],
    [
      'an unknown field',
      { status: 500, body: { errors: ['Unable to find projectID in the TimeEntry Entity.'] } },
      { kind: 'invalid', actor: 'caller' },
    ],
    [
      'a missing right',
      {
        status: 500,
        body: {
          errors: [
            'The logged in Resource does not have the adequate permissions to query this entity type.',
          ],
        },
      },
      { kind: 'permission', actor: 'operator' },
    ],
    [
      'deleting what is not there or not visible',
      { status: 500, body: { errors: ['No matching records found. The logged in Resource may not …'] } },
      { kind: 'notFound', actor: 'caller' },
    ],
    ['403', { status: 403, body: '' }, { kind: 'permission', status: 403 }],
    [
      'a wrong tracking identifier',
      { status: 500, body: { errors: ['IntegrationCode is invalid'] } },
      { kind: 'credentials', actor: 'operator' },
    ],
    [
      'a name that is taken',
      { status: 500, body: { errors: ['A ContactGroup already exists with Name [x].'] } },
      { kind: 'conflict' },
    ],
    ['409', { status: 409, body: '' }, { kind: 'conflict' }],
    ['400', { status: 400, body: 'Bad Request' }, { kind: 'invalid', status: 400 }],
    ['429', { status: 429, body: '', headers: { 'retry-after': '7' } }, { kind: 'limited', retryAfter: 7 }],
    ['503', { status: 503, body: page }, { kind: 'unavailable', actor: 'autotask', status: 503 }],
    ['a redirect', { status: 302, headers: { location: 'https://example.com/' } }, { kind: 'zone' }],
  ])('%s', async (_name, reply, expected) => {
    const error = await refusal(reply);
    expect(error).toMatchObject(expected);
    expect(error.next).toMatch(/\w/);
  });

  it('quirk 1: validation errors are 500 and tell the caller everything Autotask said', async () => {
    const errors = ['Picklist value [3] does not exist for priority.', 'Value does not exist for title'];
    const error = await refusal({ status: 500, body: { errors } });
    expect(error).toMatchObject({ kind: 'invalid', status: 500, upstream: errors });
  });

  it('quirk 21: the text about a second field of the same record is passed on', async () => {
    const errors = [
      'String value exceeds maximum length (field:description). ',
      'Error updating entity for record number [1].',
    ];
    const fake = await fakeTenant(() => ({ status: 500, body: { errors } }));
    const error = await failureOf(createWriter(fake.settings()).patch('Tickets', { id: 1, title: 'x' }));
    expect(error).toMatchObject({ kind: 'invalid', upstream: errors });
  });

  it('reads errors that are objects', async () => {
    const error = await refusal({ status: 500, body: { errors: [{ message: 'wrong', field: 'x' }] } });
    expect(error.upstream).toEqual(['wrong']);
  });

  it('quirk 28: understands 405 with Message', async () => {
    const Message = "The requested resource does not support http method 'POST'.";
    const error = await refusal({ status: 405, body: { Message } });
    expect(error).toMatchObject({ kind: 'notAllowed', upstream: [Message] });
  });

  it('quirk 28: understands 404 with a web page, and quotes its title only', async () => {
    const error = await refusal({ status: 404, body: page });
    expect(error).toMatchObject({ kind: 'notFound', upstream: ['404 - File not found.'] });
    expect(JSON.stringify(error)).not.toContain('<');
  });

  it('quirk 28: takes 200 with a web page for maintenance, not for data', async () => {
    const error = await refusal({ status: 200, body: page });
    expect(error).toMatchObject({ kind: 'unavailable', status: 200 });
    expect(error.message).toContain('maintenance');
  });

  it('takes 200 with errors for a refusal', async () => {
    const error = await refusal({ status: 200, body: { errors: ['nope'] } });
    expect(error).toMatchObject({ kind: 'invalid', upstream: ['nope'] });
  });

  it.each([
    ['truncated', '{"items":[{"id":1},{"i'],
    ['empty', ''],
    ['not an object', '[]'],
  ])('does not take a %s answer for "no records"', async (_name, body) => {
    expect(await refusal({ status: 200, body })).toMatchObject({ kind: 'unavailable', status: 200 });
  });

  it('does not take an answer of another shape for "no records"', async () => {
    expect(await refusal({ status: 200, body: { rows: [] } })).toMatchObject({ kind: 'unexpected' });
  });

  it('reads JSON behind a byte order mark', async () => {
    const fake = await fakeTenant(() => ({ body: '\uFEFF{"queryCount":3}' }));
    expect(await createReader(fake.settings()).count('Tickets', [])).toBe(3);
  });

  it('bounds the text it passes on', async () => {
    const error = await refusal({ status: 500, body: { errors: ['x'.repeat(100_000)] } });
    expect(error.upstream[0]?.length).toBeLessThanOrEqual(2_000);
  });
});

describe('one record', () => {
  const item = async (reply: Reply) => {
    const fake = await fakeTenant(() => reply);
    return createReader(fake.settings()).item('Tickets/42');
  };

  it('quirk 6: 200 with a null item means that there is none', async () => {
    expect(await item({ body: { item: null } })).toBeNull();
  });

  it.each([
    ['JSON', { errors: ['not found'] }],
    ['a web page', page],
  ])('quirk 37: 404 with %s means the same', async (_name, body) => {
    expect(await item({ status: 404, body })).toBeNull();
  });

  it('quirk 17: an attachment comes as a list of one', async () => {
    const items = [{ id: 91, data: 'VGVzdA==' }];
    expect(await item({ body: { items, pageDetails: {} } })).toEqual(items[0]);
    expect(await item({ body: { item: items[0] } })).toEqual(items[0]);
    expect(await item({ body: { items: [] } })).toBeNull();
  });

  it('does not take any other answer for "no record"', async () => {
    const fake = await fakeTenant(() => ({ body: { id: 42 } }));
    expect((await failureOf(createReader(fake.settings()).item('Tickets/42'))).kind).toBe('unexpected');
  });

  it('quirk 38: sends the GET it is asked for and no other', async () => {
    const fake = await fakeTenant(() => ({ body: { item: { id: 1 } } }));
    const reader = createReader(fake.settings());
    await reader.item('TimeOffRequests/5');
    await reader.zone();
    expect(fake.calls.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET TimeOffRequests/5']);
    expect(reader.requestsSent()).toBe(2);
  });
});

describe('about the tenant', () => {
  it('joins the parts of the version', async () => {
    const fake = await fakeTenant(() => ({
      body: { majorVersion: '2026', minorVersion: '3', build: '1.120', customerType: 'Production' },
    }));
    expect(await createReader(fake.settings()).version()).toBe('2026.3.1.120');
    expect(fake.calls[0]).toMatchObject({ method: 'GET', path: 'Version' });
  });

  it('reads the threshold', async () => {
    const body = {
      externalRequestThreshold: 10_000,
      requestThresholdTimeframe: 60,
      currentTimeframeRequestCount: 124,
    };
    const fake = await fakeTenant(() => ({ body }));
    expect(await createReader(fake.settings()).threshold()).toEqual(body);
  });

  it('quirk 16: refuses envelopes in PascalCase, whose records would look empty', async () => {
    const fake = await fakeTenant(() => ({
      body: { Items: oneTicket.items, PageDetails: { NextPageUrl: null } },
    }));
    const reading = createReader(fake.settings()).query('Tickets', { filter: [] }, { limit: 5 });
    await expect(reading).rejects.toThrow(/answer about Tickets has an unknown shape/);
  });
});
