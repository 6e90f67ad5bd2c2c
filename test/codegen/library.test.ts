import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
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

it('leaves out of a bundle what is not used', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bundle-'));
  const { metafile } = await build({
    stdin: {
      contents: "import { TicketCreate } from 'autotask-mcp/schemas'; console.log(TicketCreate.parse({}));",
      resolveDir: root,
    },
    bundle: true,
    format: 'esm',
    platform: 'node',
    outdir: folder,
    metafile: true,
    logLevel: 'silent',
  });
  expect(await readdir(folder)).toEqual(['stdin.js']);
  await rm(folder, { recursive: true });
  const [output] = Object.values(metafile.outputs);
  const kept = Object.entries(output?.inputs ?? {})
    .filter(([path, { bytesInOutput }]) => /library\/generated/.test(path) && bytesInOutput > 0)
    .map(([path]) => path);
  expect(kept).toEqual(['dist/library/generated/schemas/Tickets.js']);
});
