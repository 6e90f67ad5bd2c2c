import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { program } from '../support/tenant.js';
import { browserPath } from './support.js';

const child = spawn(process.execPath, [program, 'tour', '--web'], { stdio: ['ignore', 'pipe', 'inherit'] });
let url = '';
beforeAll(async () => {
  const [line] = await once(child.stdout, 'data');
  url = /http:\/\/127\.0\.0\.1:\d+/.exec(String(line))?.[0] ?? '';
}, 60_000);
afterAll(async () => {
  child.kill();
  await once(child, 'exit');
});

const call = { name: 'search-tickets', arguments: { maxRecords: 1 } };
const post = (headers: Record<string, string>, body: unknown = call) =>
  fetch(`${url}/call`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

test('the tour in a browser answers its own page alone', async () => {
  const own = { Origin: url, 'X-Autotask-Tour': '1' };
  expect((await post(own)).status).toBe(200);
  expect((await post({ ...own, Origin: 'https://evil.example' })).status).toBe(403);
  expect((await post({ Origin: url })).status).toBe(403);
  expect((await post({ 'X-Autotask-Tour': '1' })).status).toBe(403);
  expect((await post(own, { name: 1 })).status).toBe(400);
  expect((await post(own, { name: 'x', arguments: { text: 'x'.repeat(1_000_001) } })).status).toBe(413);
  expect((await fetch(`${url.replace('127.0.0.1', 'localhost')}/scenes`)).status).toBe(403);
  expect((await fetch(`${url}/etc/passwd`)).status).toBe(404);
});

describe.skipIf(browserPath === undefined)('the tour in a browser', () => {
  test('shows every view, and a press on Confirm writes', async () => {
    const browser = await chromium.launch({ executablePath: browserPath ?? '', args: ['--no-sandbox'] });
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('favicon')) errors.push(message.text());
    });
    await page.goto(url);
    const view = page.frameLocator('iframe');
    const scenes = await page.locator('nav button').allInnerTexts();
    expect(scenes).toHaveLength(6);
    for (const scene of scenes) {
      await page.getByRole('button', { name: scene, exact: true }).click();
      await page.locator(`iframe[title="${scene}"]`).waitFor();
      await expect.poll(() => view.locator('main h1').innerText(), { timeout: 10_000 }).not.toBe('');
      if (process.env.VIEW_PICTURES !== undefined) {
        await page.screenshot({
          path: `${process.env.VIEW_PICTURES}/tour-${scene.replaceAll(' ', '-')}.png`,
          fullPage: true,
        });
      }
    }
    await page.getByRole('button', { name: 'A write for the customer' }).click();
    await view.getByText('The customer can see this').waitFor();
    await new Promise((resolve) => setTimeout(resolve, 500));
    await view.getByRole('button', { name: 'Confirm' }).click();
    await expect
      .poll(() => view.locator('.outcome').innerText(), { timeout: 10_000 })
      .toMatch(/^Created TicketNote \d+\./);
    await expect
      .poll(() => page.locator('.events').innerText())
      .toMatch(/The model was told: The user pressed Confirm\. Created TicketNote/);
    expect(errors).toEqual([]);
    await browser.close();
  }, 60_000);
});
