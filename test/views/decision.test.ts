import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { consentKey, consentTool, viewMimeType } from '../../src/view-data.js';
import { spawnClient, tenantEnvironment } from '../support/tenant.js';
import { browserPath, type Host, type Shown, settled, startHost, textOf } from './support.js';

const byPerson = { AUTOTASK_CONFIRM_MODE: 'person', AUTOTASK_CUSTOMER_VISIBLE_NOTES: 'true' };

let host: Host;
beforeAll(async () => {
  if (browserPath !== undefined) host = await startHost({ env: byPerson });
}, 60_000);
afterAll(() => host?.close());

const writes = () =>
  host.sandbox.requests.filter(
    ({ method, path }) => method !== 'GET' && !path.endsWith('/query') && !path.endsWith('/count'),
  );
let before = 0;
const written = () => writes().length - before;
afterEach(() => {
  before = host === undefined ? 0 : writes().length;
});

async function press(shown: Shown, name = 'Confirm'): Promise<void> {
  const button = shown.view.getByRole('button', { name, exact: true });
  await button.scrollIntoViewIfNeeded();
  await settled();
  await button.click();
}
const outcome = ({ view }: Shown) => view.locator('.outcome').innerText();

/** Lines that can be told from each other, about as many as Autotask takes. */
const longText = Array.from({ length: 130 }, (_, at) => `${at}: ${'word '.repeat(11)}`.slice(0, 59)).join(
  '\n',
);

describe.skipIf(browserPath === undefined)('whoever confirms', () => {
  test('sees all that is written, however long, and all that it replaces', async () => {
    const first = await host.show('update-ticket', { id: 101730, description: longText });
    const field = first.view.locator('tbody tr', { hasText: 'description' });
    const shownText = () => field.locator('td.after .long').innerText();
    expect((await shownText()).replaceAll('\r', '')).toBe(longText);
    expect(await field.locator('td.after').innerText()).toContain('Show all 7,789 characters');
    // Folded, and unfolded by a press.
    const height = async () => (await field.locator('td.after .long').boundingBox())?.height ?? 0;
    expect(await height()).toBeLessThan(250);
    await first.view.getByRole('button', { name: /^Show all/ }).click();
    await expect.poll(height).toBeGreaterThan(1500);
    await press(first);
    await expect.poll(() => outcome(first)).toMatch(/^Updated Ticket 101730\./);
    await first.close();

    const next = await host.show('update-ticket', { id: 101730, description: 'short' });
    expect(await next.view.locator('td.before .long').innerText()).toBe(longText);
    await next.close();
    // The model reads as much of what is replaced as it ever did.
    const { content } = await host.call('update-ticket', { id: 101730, description: 'short' });
    expect(JSON.stringify(content).length).toBeLessThan(1500);
  });

  test('is told in loud words how much of many long texts a page does not hold', async () => {
    const made = Array.from({ length: 100 }, (_, at) => ({
      title: `Long ${at}`,
      description: `${at} ${'x'.repeat(7_000)}`,
      companyID: 'Contoso Ltd',
      status: 'New',
      priority: 'Low',
      queueID: 'Alerts',
    }));
    const answer = await host.call('create-entity', { entity: 'Tickets', items: made });
    expect(textOf(answer)).toMatch(/^PREVIEW/);
    const shown = await host.showResult('create-entity', {}, answer);
    expect(await shown.view.locator('main').innerText()).toMatch(
      /Not everything is shown: [\d,]{6,} characters that Confirm would write are not on this page\./,
    );
    expect(await shown.view.locator('tbody tr').first().innerText()).toMatch(
      /[\d,]+ of its 7,002 characters are NOT shown here\./,
    );
    await shown.close();
  });

  test('who is asked by the client is told at once that a question does not hold everything', async () => {
    const asked: string[] = [];
    const client = await spawnClient(
      [],
      { ...tenantEnvironment(host.sandbox), ...byPerson },
      {
        human: (message: string) => {
          asked.push(message);
          return { action: 'decline' };
        },
      },
    );
    const ask = async (name: string, args: Record<string, unknown>) => {
      await client.callTool({ name, arguments: args });
      return asked.at(-1) ?? '';
    };
    const short = await ask('update-ticket', { id: 101731, title: 'Short' });
    expect(short).not.toMatch(/ATTENTION/);
    const long = await ask('update-ticket', { id: 101731, description: longText });
    expect(long).toMatch(
      /\nATTENTION: not everything is shown here: 1 text cut\. A yes writes all of it\.\n/,
    );
    expect(long).toMatch(/\[CUT: 300 of 78\d\d characters\]/);
    const ids = Array.from({ length: 60 }, (_, at) => 101700 + at);
    const many = await ask('update-ticket', { ids, title: 'y'.repeat(200) });
    expect(many).toMatch(
      /\nATTENTION: not everything is shown here: .*\d+ more lines left out\. A yes writes all of it\.\n/,
    );
    expect(written()).toBe(0);
    await client.close();
  });
});

describe.skipIf(browserPath === undefined)('what was decided', () => {
  test('is shown as it is, also where the model cannot be told', async () => {
    const confirmed = await host.show(
      'update-ticket',
      { id: 101732, title: 'Told to nobody' },
      { refuses: ['context'] },
    );
    await press(confirmed);
    await expect.poll(() => confirmed.view.locator('#status').innerText()).toMatch(/could not pass this on/);
    expect(await outcome(confirmed)).toMatch(/^Updated Ticket 101732\./);
    expect(written()).toBe(1);
    await confirmed.close();

    const refused = await host.show('update-ticket', { id: 101732, title: 'No' }, { refuses: ['context'] });
    await refused.view.getByRole('button', { name: 'Cancel' }).click();
    await expect.poll(() => refused.view.locator('#status').innerText()).toMatch(/could not pass this on/);
    expect(await outcome(refused)).toBe('Cancelled: nothing was written.');
    expect([...confirmed.errors, ...refused.errors]).toEqual([]);
    await refused.close();
  });

  test('is called unknown, to the person and to the model, where the call itself got lost', async () => {
    const shown = await host.show('update-ticket', { id: 101732, title: 'Lost' }, { refuses: ['tools'] });
    await press(shown);
    await expect
      .poll(() => outcome(shown))
      .toMatch(/^It is not known whether this was written: .*refuses tools/);
    await expect.poll(() => JSON.stringify(shown.seen)).toMatch(/It is not known whether this was written/);
    expect(written()).toBe(0);
    await shown.close();
  });

  test('can be decided anew where an equal record was made meanwhile', async () => {
    const args = {
      ticketID: 101733,
      title: 'Twice',
      description: 'The same words',
      publish: 'Internal Only',
    };
    const [first, second] = [
      await host.show('create-ticket-note', args),
      await host.show('create-ticket-note', args),
    ];
    await press(first);
    await expect.poll(() => outcome(first)).toMatch(/^Created TicketNote/);
    expect(written()).toBe(1);
    await press(second);
    const problem = () => second.view.locator('[role=alert]').innerText();
    await expect.poll(problem).toMatch(/Confirm only where another one is wanted\.$/);
    expect(await second.view.locator('.outcome').count()).toBe(0);
    expect(written()).toBe(1);
    // Whoever reads with a screen reader is where the new preview begins.
    expect(await second.evaluate('document.activeElement.tagName')).toBe('H1');
    await press(second);
    await expect.poll(() => outcome(second)).toMatch(/^Created TicketNote/);
    expect(written()).toBe(2);
    await Promise.all([first.close(), second.close()]);
  });

  test('leaves a way on where there is nothing left to write', async () => {
    const args = { ids: [101734, 101735], title: 'Both alike' };
    const [first, second] = [await host.show('update-ticket', args), await host.show('update-ticket', args)];
    await press(first);
    await expect.poll(() => outcome(first)).toMatch(/done 2/);
    await press(second);
    await expect.poll(() => second.view.locator('h1').innerText()).toBe('There is nothing to write');
    expect(await second.view.locator('details li').count()).toBe(2);
    expect(await second.view.getByRole('button', { name: 'Confirm' }).count()).toBe(0);
    const other = await spawnClient([], tenantEnvironment(host.sandbox));
    const change = { ids: [101734, 101735], title: 'Something else', confirm: 'UPDATE_TICKET' };
    expect(textOf(await other.callTool({ name: 'update-ticket', arguments: change }))).toMatch(/done 2/);
    await other.close();
    await second.view.getByRole('button', { name: 'Preview again' }).click();
    await expect.poll(() => second.view.locator('h1').innerText()).toBe('Update 2 Tickets?');
    await press(second);
    await expect.poll(() => outcome(second)).toMatch(/done 2/);
    await Promise.all([first.close(), second.close()]);
  });

  test('is asked for by two views of one preview, and written once', async () => {
    const args = { id: 101736, title: 'Two views' };
    const answer = await host.call('update-ticket', args);
    const [one, other] = [
      await host.showResult('update-ticket', args, answer),
      await host.showResult('update-ticket', args, answer),
    ];
    await press(one);
    await expect.poll(() => outcome(one)).toMatch(/^Updated/);
    await press(other);
    await expect
      .poll(() => other.view.locator('main').innerText())
      .toMatch(/changed since the preview|used already|nothing to write/i);
    expect(written()).toBe(1);
    await Promise.all([one.close(), other.close()]);
  });

  test('says that a press came too soon', async () => {
    const args = { id: 101737, title: 'Too soon' };
    const shown = await host.show('update-ticket', args);
    const answer = await host.call('update-ticket', args);
    await shown.evaluate(`new MutationObserver((_, observer) => {
      observer.disconnect();
      document.querySelector('.actions .primary').click();
    }).observe(document.body, { childList: true, subtree: true })`);
    await shown.page.evaluate(`window.answer(${JSON.stringify(answer)})`);
    await expect.poll(() => shown.view.locator('main').innerText()).toMatch(/too soon .* press again/);
    expect(written()).toBe(0);
    await shown.close();
  });

  test('is not asked for where the program lets views call nothing', async () => {
    const shown = await host.show('update-ticket', { id: 101737, title: 'No' }, { lacks: ['serverTools'] });
    expect(await shown.view.locator('main').innerText()).toMatch(/lets this page call no tools/);
    expect(await shown.view.getByRole('button', { name: 'Confirm' }).count()).toBe(0);
    await shown.close();
    const list = await host.show('search-tickets', { maxRecords: 2 }, { lacks: ['serverTools'] });
    expect(await list.view.getByRole('button', { name: 'Show more' }).count()).toBe(0);
    await list.close();
  });
});

describe.skipIf(browserPath === undefined)('the language of the reader', () => {
  test.each([
    ['en_US', /Nov \d+, 2026|Sep \d+, 2026/],
    ['C', /2026/],
    ['de-DE@euro', /\d+\. \S+ 2026|\d\d\.\d\d\.2026/],
    ['de_DE.UTF-8', /\d+\. \S+ 2026|\d\d\.\d\d\.2026/],
    ['not a language at all', /2026/],
    ['', /2026/],
  ])('may be called %j', async (locale, date) => {
    const ticket = await host.show('get-ticket', { id: 101999 }, { locale });
    expect(await ticket.view.locator('main').innerText()).toMatch(date);
    expect(ticket.errors).toEqual([]);
    await ticket.close();
  });
});

describe.skipIf(browserPath === undefined)('the token of a person', () => {
  test('is for views alone: the tool that takes it is not for models', async () => {
    const client = await spawnClient(
      [],
      { ...tenantEnvironment(host.sandbox), ...byPerson, AUTOTASK_READ_ONLY: 'true' },
      { kind: 'v2', views: [viewMimeType] },
    );
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).not.toContain(consentTool);
    const call = { tool: 'update-ticket', arguments: { id: 101738, title: 'x' }, token: 'UPDATE_TICKET.x' };
    await expect(client.callTool({ name: consentTool, arguments: call })).rejects.toThrow(/no tool/);
    await client.close();
  });

  test('also undoes, and stands in no audit log, no answer and no list of writes', async () => {
    const log = join(mkdtempSync(join(tmpdir(), 'audit-')), 'audit.jsonl');
    const client = await spawnClient(
      [],
      { ...tenantEnvironment(host.sandbox), ...byPerson, AUTOTASK_AUDIT_LOG: log },
      { kind: 'v2', views: [viewMimeType] },
    );
    const tokens: string[] = [];
    const told: string[] = [];
    const byPress = async (tool: string, args: Record<string, unknown>) => {
      const preview = await client.callTool({ name: tool, arguments: args });
      const token = String(preview._meta?.[consentKey]);
      tokens.push(token);
      const consent = { tool, arguments: args, token };
      const answer = await client.callTool({ name: consentTool, arguments: consent });
      told.push(JSON.stringify([preview.content, preview.structuredContent, answer]));
      return textOf(answer);
    };
    const done = await byPress('update-ticket', { ids: [101740, 101741], title: 'To be undone' });
    expect(done).toMatch(/done 2/);
    const [receipt = ''] = /w-[0-9a-f]{12}/.exec(done) ?? [];
    const undo = { receipt, action: 'undo' };
    // What a model says undoes nothing.
    const alone = await client.callTool({
      name: 'write-receipt',
      arguments: { ...undo, confirm: 'WRITE_RECEIPT' },
    });
    expect(textOf(alone)).toMatch(/nothing was written/i);
    expect(written()).toBe(2);
    expect(await byPress('write-receipt', undo)).toMatch(/done 2/);
    expect(written()).toBe(4);
    expect(tokens).toHaveLength(2);
    for (const token of tokens) {
      expect(token).toMatch(/^[A-Z_]+\.\S{20,}$/);
      expect(readFileSync(log, 'utf8')).not.toContain(token);
      expect(told.join('\n')).not.toContain(token);
    }
    await client.close();
  });

  test('expires, and then there is another preview', async () => {
    const client = await spawnClient(
      [],
      { ...tenantEnvironment(host.sandbox), ...byPerson, AUTOTASK_CONFIRM_SECONDS: '10' },
      { kind: 'v2', views: [viewMimeType] },
    );
    const args = { id: 101739, title: 'Late' };
    const preview = await client.callTool({ name: 'update-ticket', arguments: args });
    await new Promise((resolve) => setTimeout(resolve, 11_000));
    const consent = { tool: 'update-ticket', arguments: args, token: preview._meta?.[consentKey] };
    const late = await client.callTool({ name: consentTool, arguments: consent });
    expect(textOf(late)).toMatch(/nothing was written\. The preview has expired/);
    expect(late._meta?.[consentKey]).toMatch(/^\S{20,}$/);
    expect(late._meta?.[consentKey]).not.toBe(consent.token);
    expect(written()).toBe(0);
    await client.close();
  });
});
