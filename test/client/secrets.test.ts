import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createWriter } from '../../src/client/index.js';
import type { AutotaskError } from '../../src/errors.js';
import type { Credentials } from '../../src/identity/credentials.js';
import type { Reply, Seen } from './fake.js';
import { failureOf, fakeTenant } from './setup.js';

// With every character that some encoding changes.
const credentials: Credentials = {
  userName: 'api+user"ä@Example.com',
  secret: 's3cr/et & <very> \\"long"+ %x',
  integrationCode: "CODE'77==/+Q",
};
const secrets = [credentials.userName, credentials.secret, credentials.integrationCode];

/** Every form in which a server might give a secret back. */
function encodings(secret: string): string[] {
  const basic = (text: string) => Buffer.from(text).toString('base64');
  return [
    secret,
    secret.toUpperCase(),
    encodeURIComponent(secret),
    encodeURIComponent(encodeURIComponent(secret)),
    new URLSearchParams({ secret }).toString().slice('secret='.length),
    JSON.stringify(secret).slice(1, -1),
    JSON.stringify(JSON.stringify(secret)).slice(3, -3),
    [...secret]
      .map((c) => (/\w/.test(c) ? c : `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`))
      .join(''),
    secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
    basic(secret),
    encodeURIComponent(basic(secret)),
    Buffer.from(secret).toString('base64url'),
    basic(`a:${secret}`),
    basic(`ab:${secret}:xyz`),
    basic(`user:${secret}\n`),
  ];
}

const echo = secrets.flatMap(encodings);
const everyForm = echo.join(' | ');

/** What must not be left of a secret: the plain form, or the part of its base64 that no padding changes. */
function leaks(text: string): string[] {
  const lower = text.toLowerCase();
  return echo
    .map((form) => (/^[\w+/=%-]{16,}$/.test(form) ? form.slice(4, -4) : form))
    .filter((form) => form.length > 3 && lower.includes(form.toLowerCase()));
}

function everythingOf(error: AutotaskError): string {
  const { message, stack, next, upstream, cause } = error;
  return [
    message,
    stack,
    next,
    ...upstream,
    String(cause),
    inspect(error, { depth: 10, showHidden: true }),
    JSON.stringify(error),
  ].join('\n');
}

const title = (text: string) => text.replaceAll('<', '‹');
const paths: readonly (readonly [string, (form: string) => Reply])[] = [
  ['500 with errors', (form) => ({ status: 500, body: { errors: [`Bad: ${form}`] } })],
  ['500 with error objects', (form) => ({ status: 500, body: { errors: [{ x: form }, { message: form }] } })],
  ['500 with a web page', (form) => ({ status: 500, body: `<title>${title(form)}</title>` })],
  ['401', (form) => ({ status: 401, body: { errors: [`Unknown ${form}`] } })],
  ['403', (form) => ({ status: 403, body: { Message: form } })],
  ['404', (form) => ({ status: 404, body: `<html><title>${title(form)}</title>` })],
  ['405', (form) => ({ status: 405, body: { Message: form } })],
  ['429', (form) => ({ status: 429, body: { errors: [form] } })],
  ['503', (form) => ({ status: 503, body: `<title>${title(form)}</title>` })],
  ['200 with errors', (form) => ({ body: { errors: [form] } })],
  ['200 with a web page', (form) => ({ body: `<title>${title(form)}</title>` })],
  ['200 cut short', (form) => ({ body: `{"items":["${form}` })],
  ['200 of another shape', (form) => ({ body: { [form]: form } })],
  ['a redirect', (form) => ({ status: 302, headers: { location: `/?x=${encodeURIComponent(form)}` } })],
  ['a connection that closes', () => ({ drop: 'before' })],
  ['an id that is none', (form) => ({ body: { itemId: form, item: { id: form } } })],
];

describe('secrets', () => {
  it('are found by this test when nobody hides them', () => {
    for (const form of echo) expect(leaks(`before ${form} after`).length).toBeGreaterThan(0);
    expect(leaks('Autotask refused POST Tickets/query. [redacted]')).toEqual([]);
  });

  it.each(paths)('are in no error and no log line after %s', async (_name, reply) => {
    const lines: string[] = [];
    const fake = await fakeTenant(() => reply(everyForm));
    const writer = createWriter(
      fake.settings({
        credentials,
        tuning: { retries: 1, backoffMs: 1, maxBackoffMs: 1, refusalsBeforeCooldown: 1_000 },
        log: (level, message) => lines.push(`${level} ${message}`),
      }),
    );
    for (const work of [
      () => writer.query('Tickets', { filter: [] }, { limit: 5 }),
      () => writer.count('Tickets', []),
      () => writer.fields('Tickets'),
      () => writer.create('Tickets', { title: everyForm }),
    ]) {
      expect(leaks(everythingOf(await failureOf(work())))).toEqual([]);
    }
    expect(fake.calls.length).toBeGreaterThanOrEqual(4);
    expect(lines.length).toBeGreaterThan(4);
    expect(leaks(lines.join('\n'))).toEqual([]);
  });

  it('are not in the origin of a page elsewhere', async () => {
    const secret = 'looks-like-a-host-name';
    const nextPageUrl = `http://${secret}.example/next`;
    const fake = await fakeTenant(() => ({ body: { items: [], pageDetails: { nextPageUrl } } }));
    const writer = createWriter(fake.settings({ credentials: { ...credentials, secret } }));
    const error = await failureOf(writer.query('Tickets', { filter: [] }, { limit: 5 }));
    expect(error.message).toContain('[redacted].example');
    expect(everythingOf(error)).not.toContain(secret);
  });

  it('are not left half when a long text is cut', async () => {
    let before = 0;
    const fake = await fakeTenant(() => ({
      status: 500,
      body: { errors: [`${'x'.repeat(before)}${credentials.secret}`] },
    }));
    const writer = createWriter(fake.settings({ credentials }));
    for (before of [1_980, 1_990, 1_998, 19_990]) {
      const error = await failureOf(writer.count('Tickets', []));
      expect(error.upstream[0]).toMatch(/^x{1900,2000}(\[redacted\])?… \[\d+ characters in all\]$/);
    }
  });

  it('are in no error of zone discovery', async () => {
    const replies: Reply[] = [
      { status: 500, body: { errors: [`unknown user ${everyForm}`] } },
      { body: { url: `ftp://${everyForm}` } },
      { status: 404, body: `<title>${title(everyForm)}</title>` },
    ];
    for (const reply of replies) {
      const fake = await fakeTenant(
        () => ({}),
        () => reply,
      );
      const error = await failureOf(createWriter(fake.settings({ credentials })).count('Tickets', []));
      expect(error.kind).toBe('zone');
      expect(leaks(everythingOf(error))).toEqual([]);
    }
  });

  it('are not in the path of a rejected call', async () => {
    const fake = await fakeTenant(() => ({}));
    const writer = createWriter(fake.settings({ credentials }));
    for (const form of echo) {
      expect(leaks(everythingOf(await failureOf(writer.item(`Tickets/ ${form}`))))).toEqual([]);
    }
  });

  it('are not in what a cache that cannot write complains about', async () => {
    const lines: string[] = [];
    const fake = await fakeTenant(() => ({ body: { fields: [] } }));
    const folder = join(mkdtempSync(join(tmpdir(), 'cache-')), '\0', credentials.userName);
    const log = (_level: string, message: string) => lines.push(message);
    await createWriter(fake.settings({ credentials, cacheDir: folder, log })).fields('Tickets');
    expect(lines.join()).toContain('cache cannot be written');
    expect(leaks(lines.join())).toEqual([]);
  });

  it('travel in headers only, never in an address or a body', async () => {
    const seen: Seen[] = [];
    const fake = await fakeTenant((call) => {
      seen.push(call);
      return { body: { itemId: 1, items: [], fields: [], queryCount: 0, item: null } };
    });
    const writer = createWriter(
      fake.settings({ credentials: { ...credentials, userName: 'api@example.com' } }),
    );
    await writer.query('Tickets', { filter: [] }, { limit: 1 });
    await writer.create('Tickets', { title: 'x' });
    await writer.fields('Tickets');
    for (const { url, text } of seen) expect(leaks(`${url} ${text}`)).toEqual([]);
  });
});
