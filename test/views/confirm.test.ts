import type { CallToolResult } from '@modelcontextprotocol/client';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { consentTool } from '../../src/view-data.js';
import { browserPath, type Host, type Shown, type ShowOptions, settled, startHost } from './support.js';

/** By the word of each tool, and by a person's token: what a press sends is as different as that. */
const hosts = new Map<string, Host>();
beforeAll(async () => {
  if (browserPath === undefined) return;
  for (const mode of ['token', 'person'])
    hosts.set(mode, await startHost({ env: { AUTOTASK_CONFIRM_MODE: mode } }));
}, 60_000);
afterAll(async () => {
  for (const host of hosts.values()) await host.close();
});

const hostOf = (mode: string): Host => {
  const host = hosts.get(mode);
  if (host === undefined) throw new Error('there is no host');
  return host;
};
const isWrite = ({ method }: { readonly method: string }) => method === 'PATCH' || method === 'PUT';
const writes = ({ sandbox }: Host) => sandbox.requests.filter((request) => isWrite(request)).length;
const before = new Map<Host, number>();
const written = (host: Host) => writes(host) - (before.get(host) ?? 0);
afterEach(() => {
  for (const host of hosts.values()) before.set(host, writes(host));
});

const main = ({ view }: Shown) => view.locator('main').innerText();
const confirmButton = ({ view }: Shown) => view.getByRole('button', { name: 'Confirm', exact: true });
const outcome = ({ view }: Shown) => view.locator('.outcome').innerText();
const told = ({ seen }: Shown) => JSON.stringify(seen.filter(({ what }) => what === 'context'));

/** Answers that wait until they are let go; `called` resolves when the view asks. */
function held(
  host: Host,
  tool: string,
): { options: ShowOptions; called: Promise<void>; release: () => void } {
  let release = () => {};
  let call = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const called = new Promise<void>((resolve) => {
    call = resolve;
  });
  const answer = async (args: Record<string, unknown>): Promise<CallToolResult> => {
    const result = await host.call(tool, args);
    call();
    await released;
    return result;
  };
  return { options: { answers: { [tool]: answer } }, called, release };
}

describe.skipIf(browserPath === undefined).each([
  ['token', 'update-ticket'],
  ['person', consentTool],
])('a press on Confirm, in the mode %s,', (mode, tool) => {
  test('is not taken before the button was in sight for a while', async () => {
    const host = hostOf(mode);
    const shown = await host.show('update-ticket', { id: 101730, title: 'Unseen' }, { stopsClock: true });
    await confirmButton(shown).click();
    await expect.poll(() => main(shown)).toMatch(/too soon after Confirm appeared/);
    await shown.page.clock.runFor(350);
    await confirmButton(shown).click();
    expect(written(host)).toBe(0);
    await shown.page.clock.runFor(100);
    await confirmButton(shown).click();
    await shown.page.clock.resume();
    await expect.poll(() => outcome(shown)).toMatch(/^Updated Ticket 101730/);
    expect(written(host)).toBe(1);
    await shown.close();
  });

  test('is not taken while the button is out of sight', async () => {
    const host = hostOf(mode);
    const description = 'line\n'.repeat(11);
    const shown = await host.show('update-ticket', { id: 101731, description, title: 'Below' });
    await shown.page.setViewportSize({ width: 900, height: 120 });
    await shown.page.evaluate('window.scrollTo(0, 0)');
    await settled();
    await shown.evaluate("document.querySelector('.actions .primary').focus({ preventScroll: true })");
    await shown.page.keyboard.press('Enter');
    await expect.poll(() => main(shown)).toMatch(/too soon after Confirm appeared/);
    await settled();
    await shown.page.keyboard.press('Enter');
    await settled();
    expect(written(host)).toBe(0);
    await confirmButton(shown).scrollIntoViewIfNeeded();
    await settled();
    await shown.page.keyboard.press('Enter');
    await expect.poll(() => outcome(shown)).toMatch(/^Updated Ticket 101731/);
    await shown.close();
  });

  test('is sent once, however often it is pressed while it is carried out', async () => {
    const host = hostOf(mode);
    const calls: string[] = [];
    const answer = async (args: Record<string, unknown>): Promise<CallToolResult> => {
      calls.push(tool);
      await settled();
      return host.call(tool, args);
    };
    const shown = await host.show(
      'update-ticket',
      { id: 101738, title: 'Pressed often' },
      { answers: { [tool]: answer } },
    );
    await settled();
    await confirmButton(shown).click({ clickCount: 3 });
    await shown.page.keyboard.press('Enter');
    await confirmButton(shown).click({ force: true });
    await expect.poll(() => outcome(shown)).toMatch(/^Updated Ticket 101738/);
    expect(calls).toHaveLength(1);
    expect(written(host)).toBe(1);
    await shown.close();
  });

  test('is not taken from a program', async () => {
    const host = hostOf(mode);
    const shown = await host.show('update-ticket', { id: 101732, title: 'By a program' });
    await settled();
    const press = "document.querySelector('.actions .primary')";
    await shown.evaluate(`${press}.click()`);
    await shown.evaluate(`${press}.dispatchEvent(new MouseEvent('click', { bubbles: true }))`);
    await shown.evaluate(
      `${press}.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))`,
    );
    await settled();
    expect(written(host)).toBe(0);
    expect(await shown.view.locator('.outcome').count()).toBe(0);
    await confirmButton(shown).click();
    await expect.poll(() => outcome(shown)).toMatch(/^Updated Ticket 101732/);
    expect(written(host)).toBe(1);
    await shown.close();
  });

  test('is carried out and told although its user cancels the call meanwhile', async () => {
    const host = hostOf(mode);
    const call = held(host, tool);
    const shown = await host.show('update-ticket', { id: 101733, title: 'Late' }, call.options);
    await settled();
    await confirmButton(shown).click();
    await call.called;
    await shown.page.evaluate('window.cancel()');
    await settled();
    // Not that it was cancelled: it was not.
    expect(await main(shown)).toMatch(/Writing …/);
    expect(await shown.view.locator('body').innerText()).not.toMatch(/cancelled|nothing is written/i);
    call.release();
    await expect.poll(() => outcome(shown)).toMatch(/^Updated Ticket 101733/);
    await shown.page.evaluate('window.cancel()');
    await settled();
    expect(await outcome(shown)).toMatch(/^Updated Ticket 101733/);
    await expect.poll(() => told(shown)).toMatch(/pressed Confirm\. Updated Ticket 101733/);
    expect(written(host)).toBe(1);
    await shown.close();
  });

  test('is carried out once, and told, although the page is to be taken away meanwhile', async () => {
    const host = hostOf(mode);
    const call = held(host, tool);
    const shown = await host.show('update-ticket', { id: 101734, title: 'Taken away' }, call.options);
    await settled();
    await confirmButton(shown).click();
    await call.called;
    await shown.page.evaluate(
      'window.gone = false; void window.tearDown().then(() => { window.gone = true; })',
    );
    await settled();
    expect(await shown.page.evaluate('window.gone')).toBe(false);
    call.release();
    await expect.poll(() => shown.page.evaluate('window.gone')).toBe(true);
    expect(told(shown)).toMatch(/pressed Confirm\. Updated Ticket 101734/);
    expect(written(host)).toBe(1);
    await shown.close();
  });

  test('keeps its place: another answer waits for its outcome, and the same one changes nothing', async () => {
    const host = hostOf(mode);
    const args = { id: 101735, title: 'Answered twice' };
    const answer = await host.call('update-ticket', args);
    const again = (result: CallToolResult) => `window.answer(${JSON.stringify(result)})`;
    const call = held(host, tool);
    const shown = await host.showResult('update-ticket', args, answer, call.options);
    await settled();
    await confirmButton(shown).click();
    await call.called;
    await shown.page.evaluate(again(answer));
    await settled();
    expect(await main(shown)).toMatch(/Writing …/);
    call.release();
    await expect.poll(() => outcome(shown)).toMatch(/^Updated Ticket 101735/);
    await shown.page.evaluate(again(answer));
    await settled();
    expect(await outcome(shown)).toMatch(/^Updated Ticket 101735/);
    expect(await confirmButton(shown).count()).toBe(0);
    expect(written(host)).toBe(1);
    await shown.close();

    const second = held(host, tool);
    const other = await host.show('update-ticket', { id: 101735, title: 'Another' }, second.options);
    const list = await host.call('search-tickets', { maxRecords: 2 });
    await settled();
    await confirmButton(other).click();
    await second.called;
    await other.page.evaluate(again(list));
    await settled();
    expect(await main(other)).toMatch(/Writing …/);
    second.release();
    await expect.poll(() => main(other)).toMatch(/^2 of/);
    expect(await other.view.locator('#status').innerText()).toMatch(
      /decided here before: Updated Ticket 101735/,
    );
    expect(written(host)).toBe(2);
    await other.close();
  });

  test('writes what the page shows, whatever call its program told it of', async () => {
    const host = hostOf(mode);
    const args = { id: 101736, title: `What is shown \u2060` };
    const answer = await host.call('update-ticket', args);
    const shown = await host.showResult('update-ticket', { id: 101737, title: 'Of another call' }, answer);
    await settled();
    await confirmButton(shown).click();
    await expect.poll(() => outcome(shown)).toMatch(/^Updated Ticket 101736/);
    const bodies = host.sandbox.requests.filter((request) => isWrite(request)).map(({ body }) => body);
    expect(bodies.at(-1)).toMatchObject({ id: 101736, title: args.title });
    expect(written(host)).toBe(1);
    await shown.close();
  });
});

describe.skipIf(browserPath === undefined)('the keyboard alone, in the dark and narrow,', () => {
  test.each([
    ['one record', { id: 101740, priority: 'Low' }, /^Updated Ticket 101740/, 1],
    ['many records', { ids: [101741, 101742, 101743], priority: 'Critical' }, /done 3/, 3],
  ])('confirms %s, and the place where it is can be seen', async (_, args, done, count) => {
    const host = hostOf('person');
    const shown = await host.show('update-ticket', args, { theme: 'dark', width: 380 });
    await shown.view.locator('body').press('Tab');
    await settled();
    const passed: string[] = [];
    for (let presses = 0; presses < 20; presses++) {
      const focused = String(await shown.evaluate('document.activeElement.textContent'));
      passed.push(focused);
      if (focused === 'Confirm') break;
      await shown.page.keyboard.press('Tab');
    }
    expect(passed.at(-1)).toBe('Confirm');
    expect(await shown.evaluate('getComputedStyle(document.activeElement).outline')).toMatch(/solid 2px/);
    await settled();
    await shown.page.keyboard.press('Space');
    await expect.poll(() => outcome(shown)).toMatch(done);
    expect(written(host)).toBe(count);
    // A second press has nothing to press.
    await shown.page.keyboard.press('Space');
    await shown.page.keyboard.press('Enter');
    await settled();
    expect(written(host)).toBe(count);
    await shown.close();
  });
});
