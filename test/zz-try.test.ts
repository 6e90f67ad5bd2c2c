import { it } from 'vitest';
import { connect } from './support/tenant.js';
it('x', async () => {
  const t = await connect();
  await t.call('get-ticket', { id: 101970 });
  const reqs = await t.requestsOf(async () => {
    const { text } = await t.call('get-ticket', { id: 101975, include: ['all'] });
    process.stdout.write(text + '\n' + text.length + '\n');
  });
  process.stdout.write(reqs.map((r) => r.method + ' ' + r.path).join('\n') + '\n');
  const again = await t.requestsOf(async () => { await t.call('get-ticket', { id: 101975, include: 'all' }); });
  process.stdout.write(again.map((r) => r.method + ' ' + r.path+' '+r.body).join('\n') + '\n');
  for (const id of [17001167,17001168,17001169,17001170,17001171,17001172,17001173,18001007,19001007,1001007, 5]) {
    const reqs = await t.requestsOf(async () => {
      const r: any = await t.client.callTool({ name: 'get-attachment', arguments: { id } });
      process.stdout.write(r.content.map((c: any) => c.type === 'text' ? c.text : JSON.stringify(c).slice(0, 200)).join('\n--\n') + '\n\n');
    });
    process.stdout.write(reqs.map((r) => r.method + ' ' + r.path).join('\n') + '\n\n');
  }
  await t.close();
}, 60000);
