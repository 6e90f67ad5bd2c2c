import { connect } from './test/support/tenant.js';

const t = await connect();
const calls: [string, Record<string, unknown>][] = JSON.parse(process.argv[2] ?? '[]');
for (const [name, args] of calls) {
  const n = t.sandbox.requests.length;
  const a = await t.call(name, args);
  console.log(
    `>> ${name} ${JSON.stringify(args)} [${a.isError ? 'ERR' : 'ok'}] ${Math.round(a.text.length / 4)} tokens, ${t.sandbox.requests.length - n} upstream`,
  );
  console.log(a.text.slice(0, 3500));
  if (process.env.REQ)
    for (const r of t.sandbox.requests.slice(n))
      console.log('   ', r.method, r.path, JSON.stringify(r.body)?.slice(0, 300));
}
await t.close();
