/** Makes the pictures of docs/pictures: npm run docs:pictures. They are looked at before they are committed. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startHost } from './support.js';

const folder = join(import.meta.dirname, '../../docs/pictures');

const note = {
  ticketID: 101995,
  title: 'Update',
  description: 'We replaced the switch.\nPlease tell us whether it works again.',
  publish: 'All Autotask Users',
};

const pictures = [
  ['preview', 'create-ticket-note', note, 'light'],
  [
    'many-writes',
    'update-ticket',
    { query: { companyID: 'Contoso', status: 'New' }, priority: 'Low' },
    'light',
  ],
  ['ticket', 'get-ticket', { id: 101730, include: ['notes', 'time', 'attachments', 'checklist'] }, 'dark'],
  [
    'groups',
    'aggregate-entity',
    { entity: 'Tickets', groupBy: ['createDate:month', 'priority'], metrics: ['count'] },
    'light',
  ],
] as const;

const host = await startHost({ env: { AUTOTASK_CUSTOMER_VISIBLE_NOTES: 'true' } });
await mkdir(folder, { recursive: true });
try {
  for (const [name, tool, args, theme] of pictures) {
    const shown = await host.show(tool, args, { theme, width: 760 });
    await shown.page.setViewportSize({ width: 760, height: 1400 });
    await new Promise((resolve) => setTimeout(resolve, 300));
    const main = await shown.view.locator('main').boundingBox();
    if (main === null) throw new Error(`${name} shows nothing`);
    const clip = { x: 0, y: 0, width: 760, height: Math.min(760, Math.ceil(main.y + main.height + 12)) };
    await shown.page.screenshot({ path: join(folder, `${name}.png`), clip });
    await shown.close();
  }
} finally {
  await host.close();
}
