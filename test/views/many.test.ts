import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserPath, type Host, settled, startHost } from './support.js';

let host: Host;
beforeAll(async () => {
  const env = { AUTOTASK_CONFIRM_MODE: 'person', AUTOTASK_MAX_RECORDS_PER_CALL: '500' };
  if (browserPath !== undefined) host = await startHost({ env });
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

describe.skipIf(browserPath === undefined)('a preview of 500 records', () => {
  test('is drawn at once, scrolls in a place of its own, and Confirm writes each once', async () => {
    const before = written();
    const ids = Array.from({ length: 500 }, (_, at) => 100_500 + at);
    const answer = await host.call('update-ticket', { ids, title: 'One of 500' });
    const started = performance.now();
    const shown = await host.showResult('update-ticket', { ids }, answer);
    // The browser's own start included.
    expect(performance.now() - started).toBeLessThan(15_000);
    const count = await shown.view.locator('tbody tr').count();
    expect(count).toBeGreaterThan(490);
    expect(await shown.view.locator('h1').innerText()).toBe(`Update ${count} Tickets?`);
    // What it is made of goes over the wire once, and is no more than a large picture.
    expect(JSON.stringify(answer.structuredContent).length).toBeLessThan(400_000);
    const height = Number(await shown.evaluate('document.documentElement.scrollHeight'));
    expect(height).toBeLessThan(1_000);
    const last = shown.view.locator('tbody tr').last();
    await shown.evaluate("document.querySelector('.tall').scrollTop = 1e9");
    expect(await last.innerText()).toContain('One of 500');
    const box = await last.boundingBox();
    expect(box === null ? 0 : box.y + box.height).toBeLessThan(height);
    await shown.view.getByRole('button', { name: 'Confirm', exact: true }).scrollIntoViewIfNeeded();
    await settled();
    await shown.view.getByRole('button', { name: 'Confirm', exact: true }).dblclick();
    await expect
      .poll(() => shown.view.locator('.outcome').innerText(), { timeout: 100_000 })
      .toContain(`done ${count}`);
    const bodies = host.sandbox.requests
      .filter(({ method }) => method === 'PATCH' || method === 'PUT')
      .slice(before)
      .map(({ body }) => Object(body).id);
    expect(bodies).toHaveLength(count);
    expect(new Set(bodies).size).toBe(count);
    expect(shown.errors).toEqual([]);
    await shown.close();
  }, 150_000);
});
