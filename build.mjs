// dist/cli.js: src/cli in one entry, what every start needs beside it, lazy parts in chunks, nothing to resolve
// at run time. dist/THIRD-PARTY-NOTICES: the licences of what is in there. dist/maps: its source maps and which
// modules are in which file, not published.
// dist/views.html, tour.html: the page that clients show for what there is to look at (src/views), and one that shows
// it to people without a client.
// dist/library: generated/ for others to import. Its declarations are made apart (npm run build:types), because
// the compiler takes longer than all of this.
import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { library } from './packaging/library.mjs';
import { notices } from './packaging/notices.mjs';
import { program } from './packaging/program.mjs';
import { views } from './packaging/views.mjs';

async function makeProgram() {
  const [chunks, pages] = await Promise.all([program('dist'), views('dist')]);
  const contents = { ...chunks, ...pages };
  await writeFile('dist/THIRD-PARTY-NOTICES', await notices(contents));
  await chmod('dist/cli.js', 0o755);
  await mkdir('dist/maps/chunks', { recursive: true });
  await writeFile('dist/maps/contents.json', JSON.stringify(contents));
  const maps = (await readdir('dist', { recursive: true })).filter((file) => file.endsWith('.map'));
  await Promise.all(maps.map((file) => rename(`dist/${file}`, `dist/maps/${file}`)));
}

const made = ['cli.js', 'chunks', 'maps', 'views.html', 'tour.html', 'THIRD-PARTY-NOTICES'];
await Promise.all(made.map((name) => rm(`dist/${name}`, { recursive: true, force: true })));
await Promise.all([makeProgram(), library('dist/library')]);
