import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { consentKey, consentTool, viewMimeType } from '../../src/view-data.js';
import { openClient } from '../support/client.js';
import { program, tenantEnvironment } from '../support/tenant.js';
import { browserPath, type Host, type Shown, settled, startHost, textOf } from './support.js';

const byPerson = { AUTOTASK_CONFIRM_MODE: 'person', AUTOTASK_CUSTOMER_VISIBLE_NOTES: 'true' };

let host: Host;
beforeAll(async () => {
  if (browserPath !== undefined) host = await startHost({ env: byPerson });
}, 60_000);
afterAll(() => host?.close());
afterEach(() => host?.sandbox.faults.clear());

const heading = ({ view }: Shown) => view.locator('h1').innerText();
const main = ({ view }: Shown) => view.locator('main').innerText();
const rows = ({ view }: Shown) => view.locator('tbody tr').allInnerTexts();
const confirmButton = ({ view }: Shown) => view.getByRole('button', { name: 'Confirm', exact: true });
async function press(shown: Shown): Promise<string> {
  await confirmButton(shown).scrollIntoViewIfNeeded();
  await settled();
  await confirmButton(shown).click();
  const outcome = shown.view.locator('.outcome');
  await expect.poll(() => outcome.count()).toBe(1);
  return outcome.innerText();
}
/** What a person's press would send, without a page. */
async function consent(tool: string, args: Record<string, unknown>): Promise<string> {
  const preview = await host.call(tool, args);
  const given = { tool, arguments: args, token: preview._meta?.[consentKey] };
  return textOf(await host.call(consentTool, given));
}
const receiptIn = (text: string) => /w-[0-9a-f]{12}/.exec(text)?.[0] ?? '';

describe.skipIf(browserPath === undefined)('a plan that does different things', () => {
  const completed = {
    id: 101995,
    status: 'Complete',
    note: 'Done',
    time: { hoursWorked: 0.5, summaryNotes: 'Changed it', resourceID: 29682895 },
  };

  test('says of each record whether it would be created, changed or deleted', async () => {
    const shown = await host.show('update-ticket', completed);
    expect(await heading(shown)).toBe('Create 1 TimeEntries, 1 TicketNotes; update 1 Tickets?');
    const [time, note, ticket] = await rows(shown);
    expect(time).toMatch(/^Create\s+TimeEntry/);
    expect(note).toMatch(/^Create\s+TicketNote/);
    expect(ticket).toMatch(/^Update\s+Ticket 101995/);
    // A record that is there shows what it loses.
    expect(ticket).toMatch(/status: New \(1\) → Complete \(5\)/);
    expect(time).not.toMatch(/→/);
    // What was chosen for the caller is said, as the model reads it.
    expect(await main(shown)).toMatch(/publish was not given: Internal/);
    expect(await confirmButton(shown).getAttribute('class')).toBe('primary');
    const done = await press(shown);
    await shown.close();

    const undone = await host.show('write-receipt', { receipt: receiptIn(done), action: 'undo' });
    expect(await heading(undone)).toMatch(/update 1 Tickets/i);
    expect(await heading(undone)).toMatch(/delete for good 1 TimeEntries/i);
    const all = (await rows(undone)).join('\n');
    expect(all).toMatch(/Delete for good\s+TimeEntry/);
    expect(all).toMatch(/Update\s+Ticket 101995/);
    expect(await confirmButton(undone).getAttribute('class')).toBe('primary danger');
    await undone.close();
  });

  test('of one kind says it once, above', async () => {
    const shown = await host.show('update-ticket', { ids: [101990, 101991], title: 'Alike' });
    expect(await heading(shown)).toBe('Update 2 Tickets?');
    for (const row of await rows(shown)) expect(row).toMatch(/^Ticket 10199\d/);
    await shown.close();
  });

  test('writes no id as a quantity', async () => {
    const visit = {
      ticketIDs: [101990],
      resourceIDs: [29682895],
      startDateTime: '2026-11-25T09:00:00Z',
      endDateTime: '2026-11-25T10:00:00Z',
    };
    const done = await consent('book-service-call', visit);
    const id = /ServiceCalls (\d+)/.exec(done)?.[1] ?? '';
    expect(id.length).toBeGreaterThan(3);
    const shown = await host.show('write-receipt', { receipt: receiptIn(done), action: 'undo' });
    expect(await main(shown)).toContain(`serviceCallID: #${id}`);
    expect(await main(shown)).not.toContain(Number(id).toLocaleString('en'));
    await shown.close();
  });
});

describe.skipIf(browserPath === undefined)('after a decision', () => {
  test('the page no longer says that nothing is written, and shows no marks that are for models', async () => {
    const shown = await host.show('update-ticket', { ids: [101980, 101981], title: 'Decided' });
    expect(await main(shown)).toMatch(/Nothing is written yet/);
    const outcome = await press(shown);
    expect(outcome).toMatch(/^Updated 2 Tickets: done 2/);
    expect(outcome).toMatch(/Stored in each: title: Decided/);
    expect(outcome).not.toMatch(/data-[0-9a-f]{8}/);
    expect(await main(shown)).not.toMatch(/Nothing is written yet/);
    await expect.poll(() => JSON.stringify(shown.seen)).toMatch(/<data-[0-9a-f]{8}>/);
    await shown.close();
    const cancelled = await host.show('update-ticket', { id: 101982, title: 'No' });
    await cancelled.view.getByRole('button', { name: 'Cancel' }).click();
    await expect.poll(() => main(cancelled)).toMatch(/Cancelled: nothing was written/);
    expect(await main(cancelled)).not.toMatch(/Nothing is written yet/);
    await cancelled.close();
  });

  test('a text that was stored is counted whole', async () => {
    const text = 'word '.repeat(1_000).trim();
    const done = await consent('update-ticket', { ids: [101980, 101981], description: text });
    expect(done).toMatch(/description: word .*… \[4999 characters in all\]/);
  });

  test('a person goes on with what Autotask did not take', async () => {
    const args = { ids: [101970, 101971, 101972], priority: 'Critical' };
    host.sandbox.faults.add({
      fault: { kind: 'limited', retryAfter: 1 },
      method: 'PATCH',
      path: /Tickets$/,
      after: 1,
      times: 50,
    });
    const half = await consent('update-ticket', args);
    expect(half).toMatch(/done 1/);
    host.sandbox.faults.clear();
    const resume = { receipt: receiptIn(half), action: 'resume' };
    const alone = await host.call('write-receipt', { ...resume, confirm: 'WRITE_RECEIPT' });
    expect(textOf(alone)).toMatch(/nothing was written/i);
    const shown = await host.show('write-receipt', resume);
    expect(await heading(shown)).toBe('Update 2 Tickets?');
    expect(await press(shown)).toMatch(/done 2/);
    await shown.close();
  }, 60_000);
});

describe.skipIf(browserPath === undefined)('a call that its user cancelled', () => {
  test('leaves nothing to confirm', async () => {
    const shown = await host.show('update-ticket', { id: 101982, title: 'Cancelled' });
    await shown.page.evaluate('window.cancel()');
    await expect.poll(() => shown.view.locator('body').innerText()).toMatch(/The call was cancelled/);
    expect(await confirmButton(shown).count()).toBe(0);
    await shown.close();
  });
});

test.skipIf(browserPath === undefined)('a token of a person is in no log', async () => {
  let log = '';
  const env = { ...tenantEnvironment(host.sandbox), ...byPerson, LOG_LEVEL: 'debug' };
  const onStderr = (text: string) => {
    log += text;
  };
  const client = await openClient(
    { command: process.execPath, args: [program], env, onStderr },
    { kind: 'v2', views: [viewMimeType] },
  );
  const args = { id: 101983, title: 'Logged' };
  const preview = await client.callTool({ name: 'update-ticket', arguments: args });
  const token = String(preview._meta?.[consentKey]);
  const given = { tool: 'update-ticket', arguments: args, token };
  for (const _ of ['used', 'used again', 'of another call']) {
    await client.callTool({ name: consentTool, arguments: given });
    given.arguments = { ...args, title: 'Other' };
  }
  await client.close();
  expect(token).toMatch(/^[A-Z_]+\.\S{20,}$/);
  expect(log).not.toBe('');
  expect(log).not.toContain(token);
});
