import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { rolldown } from 'rolldown';
import { expect, it } from 'vitest';
import { entities } from '../../generated/table.js';

const root = join(import.meta.dirname, '../..');

/** What a user of the package runs, resolved through its `exports`; `npm test` builds it first. */
const node = async (code: string) =>
  (
    await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], { cwd: root })
  ).stdout.trim();

it('offers the schemas of one entity as one module', async () => {
  const loaded = await node(`
    import { TicketCreate } from 'autotask-mcp/schemas/Tickets';
    const result = TicketCreate.safeParse({ companyID: '7', priority: 1, status: 1, title: 'Printer' });
    console.log(JSON.stringify([result.success, result.data]));
  `);
  expect(JSON.parse(loaded)).toEqual([true, { companyID: 7, priority: 1, status: 1, title: 'Printer' }]);
});

it('finds the schemas of every entity under its name', async () => {
  const missing = await node(`
    import { entities } from 'autotask-mcp/table';
    const missing = [];
    for (const { name, singular } of entities) {
      const found = await import('autotask-mcp/schemas/' + name);
      if (['', 'Create', 'Update'].some((end) => found[singular + end] === undefined)) missing.push(name);
    }
    console.log(JSON.stringify(missing));
  `);
  expect(JSON.parse(missing)).toEqual([]);
});

it('offers all schemas by name, the lazy way to them, and the table', async () => {
  const counted = await node(`
    import * as schemas from 'autotask-mcp/schemas';
    import { load } from 'autotask-mcp/load';
    import { entities } from 'autotask-mcp/table';
    const { update } = await load.Contacts.schemas();
    console.log(JSON.stringify([Object.keys(schemas).length, entities.length, update === schemas.ContactUpdate]));
  `);
  expect(JSON.parse(counted)).toEqual([entities.length * 3, entities.length, true]);
});

/** What a bundler makes of it, zod apart. */
async function bundled(code: string): Promise<string> {
  const made = await rolldown({
    input: 'code',
    external: ['zod'],
    cwd: root,
    plugins: [
      {
        name: 'code',
        resolveId: (id) => (id === 'code' ? join(root, id) : null),
        load: (id) => (id === join(root, 'code') ? code : null),
      },
    ],
  });
  const { output } = await made.generate({ format: 'esm' });
  await made.close();
  expect(output).toHaveLength(1);
  return output[0].code;
}

it.each(['autotask-mcp/schemas', 'autotask-mcp/schemas/Tickets'])(
  'leaves out of a bundle what is not used of %s',
  async (module) => {
    const schemas = /^const [A-Z]\w+(?= = .*\b(looseObject|record)\()/gm;
    const one = await bundled(`export { TicketCreate } from '${module}';`);
    expect(one.match(schemas)).toEqual(['const TicketCreate']);
    const all = await bundled(`export * from '${module}';`);
    expect(all.match(schemas)?.length).toBeGreaterThan(50);
    expect(one.length).toBeLessThan(20_000);
  },
);
