// dist/cli.js: src/cli in one entry, lazy parts in chunks, nothing to resolve at run time.
// dist/library: generated/ file by file, so that a bundler or an import takes one entity and no more.
// Its declarations are made apart (npm run build:types), because the compiler takes longer than all of this.
import { chmod, rm } from 'node:fs/promises';
import { build } from 'esbuild';
import { common } from './packaging/bundle.mjs';
import { program } from './packaging/program.mjs';

const library = () =>
  build({
    ...common,
    entryPoints: ['generated/**/*.ts', 'src/model.ts', 'src/scalars.ts', 'src/nearest.ts'],
    outdir: 'dist/library',
    outbase: '.',
  });

const made = ['dist/cli.js', 'dist/chunks', 'dist/library'];
await Promise.all(made.map((path) => rm(path, { recursive: true, force: true })));
await Promise.all([program('dist'), library()]);
await chmod('dist/cli.js', 0o755);
