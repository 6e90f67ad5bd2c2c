import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { emit } from './emit/index.js';
import { readModel } from './snapshot.js';
import { compare, write } from './write.js';

const root = join(import.meta.dirname, '..');

const help = `npm run codegen            writes generated/ from schema/
npm run codegen -- --check exits 1 when generated/ is stale
`;

async function main(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: { check: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
  });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const model = await readModel(join(root, 'schema'));
  const files = await emit(model, join(root, 'templates'));
  const target = join(root, 'generated');
  if (!values.check) {
    const changed = await write(target, files);
    process.stdout.write(
      `${model.entities.length} entities, ${Object.keys(files).length} files, ${changed.length} changed\n`,
    );
    return 0;
  }
  const stale = await compare(target, files);
  if (stale.length === 0) {
    process.stdout.write(`generated/ is up to date (${Object.keys(files).length} files)\n`);
    return 0;
  }
  for (const { path, change } of stale.slice(0, 20)) process.stderr.write(`generated/${path}: ${change}\n`);
  process.stderr.write(`generated/ is stale (${stale.length} files). Run: npm run codegen\n`);
  return 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`codegen: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
