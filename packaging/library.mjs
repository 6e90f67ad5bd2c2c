import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { bundle } from './bundle.mjs';
import { fieldsTogether } from './combine-entities.mjs';

/**
 * The library: generated/ for others to import. The schemas of an entity stand in one file with those of its
 * neighbours in the alphabet, because each further file costs everybody who starts the program with npx more
 * than what is in it. Which neighbours, the exports in package.json say: `./schemas/Ticket*` is a file `Ticket`
 * for all entities whose names begin so, unless a longer beginning is there; `./schemas/*` is for the others.
 */
const schemas = './schemas/';

async function filesOfSchemas() {
  const { exports } = JSON.parse(await readFile('package.json', 'utf8'));
  const patterns = Object.entries(exports)
    .filter(([key]) => key.startsWith(schemas))
    .map(([key, target]) => ({ begins: key.slice(schemas.length, -1), file: basename(target, '.js') }))
    .sort((a, b) => b.begins.length - a.begins.length);
  const names = (await readdir('generated/schemas')).map((file) => basename(file, '.ts'));
  const files = new Map();
  for (const name of names.filter((name) => name !== 'index')) {
    const { file } = patterns.find(({ begins }) => name.startsWith(begins));
    files.set(file, [...(files.get(file) ?? []), name]);
  }
  return files;
}

/** Marks each schema as one that a bundler may leave out when nobody uses it. */
function droppable(text, path) {
  let count = 0;
  const code = text.replace(/^(export const \w+ = )(.*?^\}\));$/gms, (_, name, schema) => {
    count += 1;
    return `${name}/* @__PURE__ */ (() => ${schema})();`;
  });
  if (count !== 3) throw new Error(`${path}: found ${count} schemas where three are`);
  return code;
}

const oneFileForSeveral = (files) => ({
  name: 'one-file-for-several',
  resolveId: {
    filter: { id: /^(schemas:|\.\/schemas\/)/ },
    handler(id) {
      if (id.startsWith('schemas:')) return id;
      const [file] = [...files].find(([, names]) => names.includes(basename(id, '.js')));
      return { id: `./schemas/${file}.js`, external: true };
    },
  },
  load: {
    filter: { id: /^schemas:|[\\/]generated[\\/]schemas[\\/]\w+\.ts$/ },
    async handler(id) {
      if (!id.startsWith('schemas:'))
        return { code: droppable(await readFile(id, 'utf8'), id), moduleType: 'ts' };
      const names = files.get(id.slice('schemas:'.length));
      const path = (name) => JSON.stringify(resolve(`generated/schemas/${name}.ts`));
      return { code: names.map((name) => `export * from ${path(name)};`).join('\n'), moduleType: 'js' };
    },
  },
});

const all = (files) => [...files.keys()].map((file) => `export * from './${file}.js';\n`).join('');

async function clear(dir, ending) {
  await mkdir(`${dir}/schemas`, { recursive: true });
  const old = (await readdir(dir, { recursive: true })).filter((file) => file.endsWith(ending));
  await Promise.all(old.map((file) => rm(`${dir}/${file}`)));
}

/** dist/library, as modules. Types that are there stay: npm makes them before it builds for a publication. */
export async function library(dir) {
  await clear(dir, '.js');
  const files = await filesOfSchemas();
  const parts = [...files.keys()].map((file) => [`schemas/${file}`, `schemas:${file}`]);
  const plain = ['load', 'table', 'types'].map((name) => [name, `generated/${name}.ts`]);
  await bundle(Object.fromEntries([...plain, ...parts]), dir, {
    external: ['zod'],
    plugins: [fieldsTogether, oneFileForSeveral(files)],
    output: {
      minify: { compress: false, mangle: false, codegen: { removeWhitespace: true, legalComments: 'none' } },
      sourcemap: false,
      chunkFileNames: '[name].js',
    },
  });
  await writeFile(`${dir}/schemas/index.js`, all(files));
}

/** Types for it, from the declarations that the compiler made of generated/ in `from`. */
export async function declarations(from, dir) {
  const files = await filesOfSchemas();
  const read = (path) => readFile(`${from}/${path}.d.ts`, 'utf8');
  const header = "import * as z from 'zod';\n";
  await clear(dir, '.d.ts');
  for (const [file, names] of files) {
    const texts = await Promise.all(names.map((name) => read(`generated/schemas/${name}`)));
    await writeFile(
      `${dir}/schemas/${file}.d.ts`,
      header + texts.map((text) => text.replace(header, '')).join(''),
    );
  }
  await writeFile(`${dir}/schemas/index.d.ts`, all(files));
  for (const name of ['load', 'table', 'types']) {
    const text = await read(`generated/${name}`);
    await writeFile(`${dir}/${name}.d.ts`, text.replace("'../src/model.js'", "'./model.js'"));
  }
  await writeFile(`${dir}/model.d.ts`, await read('src/model'));
}
