import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { consentKey, consentTool } from '../../src/view-data.js';
import { openClient } from '../support/client.js';
import { program, spawnClient, tenantEnvironment } from '../support/tenant.js';
import { browserPath, type Host, settled, startHost, textOf } from './support.js';

const byPerson = { AUTOTASK_CONFIRM_MODE: 'person' };
const update = { id: 101730, status: 'New' };

let host: Host;
beforeAll(async () => {
  if (browserPath !== undefined) host = await startHost({ env: byPerson });
}, 60_000);
afterAll(() => host?.close());

const isWrite = ({ method }: { readonly method: string }) =>
  method === 'PATCH' || method === 'PUT' || method === 'DELETE';
const writes = () => host.sandbox.requests.filter((request) => isWrite(request));
let before = 0;
const written = () => writes().length - before;
afterEach(() => {
  before = host === undefined ? 0 : writes().length;
});

describe.skipIf(browserPath === undefined)('where a person alone confirms', () => {
  test('the model learns no token: it is in no text, no data and no list', async () => {
    const answer = await host.call('update-ticket', update);
    const token = answer._meta?.[consentKey];
    expect(token).toMatch(/^\S{20,}$/);
    expect(JSON.stringify([answer.content, answer.structuredContent])).not.toContain(String(token));
    expect(textOf(answer)).toMatch(/^PREVIEW, nothing was written/);
    expect(textOf(answer)).not.toMatch(/confirm: "/);
    const { tools } = await host.client.listTools();
    for (const { name, inputSchema } of tools) {
      if (name !== consentTool) expect(Object.keys(inputSchema.properties ?? {})).not.toContain('confirm');
    }
    expect(tools.find(({ name }) => name === consentTool)?._meta).toEqual({ ui: { visibility: ['app'] } });
    expect(written()).toBe(0);
  });

  test.each([
    ['its own word', 'update-ticket', { ...update, confirm: 'UPDATE_TICKET' }],
    [
      'a token that it made up',
      consentTool,
      { tool: 'update-ticket', arguments: update, token: 'x'.repeat(40) },
    ],
    [
      'a word in the place of the token',
      consentTool,
      { tool: 'update-ticket', arguments: update, token: 'UPDATE_TICKET' },
    ],
    [
      'the word among the arguments',
      consentTool,
      { tool: 'update-ticket', arguments: { ...update, confirm: 'UPDATE_TICKET' }, token: '' },
    ],
  ])('a model writes nothing by %s', async (_, tool, args) => {
    const answer = await host.call(tool, args);
    expect(textOf(answer)).toMatch(/nothing was written/i);
    expect(written()).toBe(0);
  });

  test('Confirm writes once, however often it is pressed, and the model learns the outcome', async () => {
    const shown = await host.show('update-ticket', { id: 101730, status: 'In Progress' });
    await settled();
    const confirm = shown.view.getByRole('button', { name: 'Confirm' });
    await confirm.dblclick();
    await expect.poll(() => shown.view.locator('.outcome').innerText()).toMatch(/^Updated Ticket 101730\./);
    expect(written()).toBe(1);
    expect(await confirm.count()).toBe(0);
    await expect
      .poll(() => JSON.stringify(shown.seen))
      .toMatch(/The user pressed Confirm\. Updated Ticket 101730/);
    await shown.close();
  });

  test('the keyboard alone is enough', async () => {
    const shown = await host.show('update-ticket', { id: 101730, status: 'Waiting Customer' });
    await settled();
    await shown.view.locator('body').press('Tab');
    for (let presses = 0; presses < 20; presses++) {
      const focused = await shown.view
        .locator(':focus')
        .innerText()
        .catch(() => '');
      if (focused === 'Confirm') break;
      await shown.page.keyboard.press('Tab');
    }
    await shown.page.keyboard.press('Enter');
    await expect.poll(() => shown.view.locator('.outcome').innerText()).toMatch(/^Updated Ticket 101730\./);
    expect(written()).toBe(1);
    await shown.close();
  });

  test('Cancel writes nothing and says so', async () => {
    const shown = await host.show('update-ticket', { id: 101730, status: 'Complete' });
    await shown.view.getByRole('button', { name: 'Cancel' }).click();
    await expect
      .poll(() => shown.view.locator('.outcome').innerText())
      .toBe('Cancelled: nothing was written.');
    expect(await shown.view.getByRole('button').count()).toBe(0);
    expect(JSON.stringify(shown.seen)).toMatch(/The user pressed Cancel/);
    expect(written()).toBe(0);
    await shown.close();
  });

  test('a preview of what has changed meanwhile writes nothing and is shown anew', async () => {
    const shown = await host.show('update-ticket', { id: 101730, title: 'Calls break up' });
    const other = await openClient(
      { command: process.execPath, args: [program], env: tenantEnvironment(host.sandbox) },
      { name: 'other' },
    );
    await other.callTool({
      name: 'update-ticket',
      arguments: { id: 101730, priority: 'Critical', confirm: 'UPDATE_TICKET' },
    });
    await other.close();
    const so = writes().length;
    await settled();
    await shown.view.getByRole('button', { name: 'Confirm' }).click();
    await expect
      .poll(() => shown.view.locator('[role=alert]').innerText())
      .toMatch(/has changed since the preview/);
    expect(writes().length).toBe(so);
    await settled();
    await shown.view.getByRole('button', { name: 'Confirm' }).click();
    await expect.poll(() => shown.view.locator('.outcome').innerText()).toMatch(/^Updated Ticket 101730\./);
    expect(writes().length).toBe(so + 1);
    await shown.close();
  });

  test('what is pressed as soon as a preview is there is not taken for a decision on it', async () => {
    const args = { id: 101730, priority: 'Low' };
    const shown = await host.show('update-ticket', args);
    const answer = await host.call('update-ticket', args);
    await shown.evaluate(`new MutationObserver((_, observer) => {
      observer.disconnect();
      document.querySelector('.actions .primary').click();
      window.pressed = true;
    }).observe(document.body, { childList: true, subtree: true })`);
    await shown.page.evaluate(`window.answer(${JSON.stringify(answer)})`);
    await expect.poll(() => shown.evaluate('window.pressed')).toBe(true);
    await settled();
    expect(written()).toBe(0);
    await shown.view.getByRole('button', { name: 'Confirm' }).click();
    await expect.poll(() => shown.view.locator('.outcome').innerText()).toMatch(/^Updated/);
    expect(written()).toBe(1);
    await shown.close();
  });

  test('many records are confirmed at once, in a table with their number', async () => {
    const shown = await host.show('update-ticket', { ids: [101730, 101731, 101732], queueID: 'Alerts' });
    expect(await shown.view.locator('tbody tr').count()).toBe(3);
    expect(await shown.view.locator('caption').innerText()).toBe('3 records');
    expect(await shown.view.locator('tbody tr .badge').allInnerTexts()).toEqual(
      Array.from({ length: 3 }, () => 'Not known'),
    );
    await settled();
    await shown.view.getByRole('button', { name: 'Confirm' }).click();
    await expect.poll(() => shown.view.locator('.outcome').innerText()).toMatch(/done 3/);
    expect(written()).toBe(3);
    await shown.close();
  });

  test('a token is good for one write', async () => {
    const args = { id: 101731, priority: 'High' };
    const answer = await host.call('update-ticket', args);
    const consent = { tool: 'update-ticket', arguments: args, token: answer._meta?.[consentKey] };
    const first = await host.call(consentTool, consent);
    expect(textOf(first)).toMatch(/^Updated Ticket 101731/);
    const again = await host.call(consentTool, consent);
    expect(textOf(again)).toMatch(/nothing was written/i);
    expect(written()).toBe(1);
  });
});

describe.skipIf(browserPath === undefined)('a client without views, where a person alone confirms', () => {
  const connect = (options = {}) =>
    spawnClient([], { ...tenantEnvironment(host.sandbox), ...byPerson }, options);

  test('asks its user where it can', async () => {
    const asked: string[] = [];
    const client = await connect({
      human: (message: string) => {
        asked.push(message);
        return { action: 'accept', content: { confirm: true } };
      },
    });
    const answer = await client.callTool({
      name: 'update-ticket',
      arguments: { id: 101732, priority: 'High' },
    });
    expect(textOf(answer)).toMatch(/^Updated Ticket 101732/);
    expect(asked).toHaveLength(1);
    expect(written()).toBe(1);
    await client.close();
  });

  test('writes nothing where it cannot, and says what would help', async () => {
    const client = await connect();
    const answer = await client.callTool({
      name: 'update-ticket',
      arguments: { id: 101732, priority: 'Low', confirm: 'UPDATE_TICKET' },
    });
    expect(answer.isError).toBe(true);
    expect(textOf(answer)).toMatch(
      /can neither show a view nor ask its user\. Nothing was written\.[\s\S]*AUTOTASK_CONFIRM_MODE=preview/,
    );
    expect(written()).toBe(0);
    await client.close();
  });
});
