import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserPath, type Host, settled, startHost } from './support.js';

let host: Host;
beforeAll(async () => {
  if (browserPath !== undefined) host = await startHost({ env: { AUTOTASK_CONFIRM_MODE: 'person' } });
}, 60_000);
afterAll(() => host?.close());

const written = () =>
  host.sandbox.requests.filter(({ method }) => method === 'PATCH' || method === 'PUT').length;

describe.skipIf(browserPath === undefined)('a preview of 100 records', () => {
  test('shows and counts each, keeps its head in sight while it scrolls, and writes each once', async () => {
    const ids = Array.from({ length: 100 }, (_, at) => 101700 + at);
    const shown = await host.show('update-ticket', { ids, title: 'Of many' });
    const [heading = '', count = 0] = [
      await shown.view.locator('h1').innerText(),
      await shown.view.locator('tbody tr').count(),
    ];
    expect(count).toBeGreaterThan(50);
    expect(heading).toBe(`Update ${count} Tickets?`);
    expect(await shown.view.locator('caption').innerText()).toBe(`${count} records`);
    // Rows that were scrolled lie under the head of the table, not over it.
    const onTop = await shown.evaluate(`(() => {
      const box = document.querySelector('.tall');
      box.scrollTop = 305;
      const head = box.querySelector('thead th');
      const { left, top, width, height } = head.getBoundingClientRect();
      return [0.02, 0.1, 0.3].every((at) => [0.3, 0.5, 0.7].every((down) =>
        head.contains(document.elementFromPoint(left + width * at, top + height * down))));
    })()`);
    expect(onTop).toBe(true);
    await settled();
    await shown.view.getByRole('button', { name: 'Confirm', exact: true }).dblclick();
    await expect
      .poll(() => shown.view.locator('.outcome').innerText(), { timeout: 30_000 })
      .toContain(`done ${count}`);
    expect(written()).toBe(count);
    expect(shown.errors).toEqual([]);
    await shown.close();
  }, 60_000);
});
