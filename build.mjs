// dist/cli.js: src/cli in one entry, lazy parts in chunks, nothing to resolve at run time.
// dist/THIRD-PARTY-NOTICES: the licences of what is in there. dist/maps: its source maps and what esbuild says
// about it, not published.
// dist/library: generated/, the schemas file by file, so that an import takes one entity and no more.
// Its declarations are made apart (npm run build:types), because the compiler takes longer than all of this.
import { chmod, cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { common } from './packaging/bundle.mjs';
import { notices } from './packaging/notices.mjs';
import { program } from './packaging/program.mjs';
import { together } from './packaging/together.mjs';

const isMap = (path) => path.endsWith('.map');

async function makeProgram() {
  const { metafile } = await program('dist');
  await writeFile('dist/THIRD-PARTY-NOTICES', await notices(metafile));
  await chmod('dist/cli.js', 0o755);
  await mkdir('dist/maps', { recursive: true });
  await writeFile('dist/maps/metafile.json', JSON.stringify(metafile));
  const maps = Object.keys(metafile.outputs).filter(isMap);
  await Promise.all(
    maps.map(async (path) => {
      await cp(path, path.replace('dist/', 'dist/maps/'));
      await rm(path);
    }),
  );
}

const makeLibrary = () =>
  Promise.all([
    build({
      ...common,
      entryPoints: [
        'generated/schemas/*.ts',
        'generated/t*.ts',
        'src/model.ts',
        'src/scalars.ts',
        'src/nearest.ts',
      ],
      outdir: 'dist/library',
      outbase: '.',
    }),
    build({
      ...common,
      entryPoints: ['generated/load.ts'],
      outdir: 'dist/library/generated',
      bundle: true,
      external: ['./schemas/*', 'zod'],
      plugins: [together('fields')],
    }),
  ]);

const made = ['cli.js', 'chunks', 'library', 'maps', 'THIRD-PARTY-NOTICES'];
await Promise.all(made.map((name) => rm(`dist/${name}`, { recursive: true, force: true })));
await Promise.all([makeProgram(), makeLibrary()]);
