import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.mjs';
import { evaluated } from './evaluated.mjs';
import { fieldsTogether, schemasTogether } from './together.mjs';

/** The SDK's client needs its own validator; its server gets one handed in. */
const withoutValidator = {
  name: 'without-validator',
  resolveId: {
    filter: { id: /\/ajv-provider\.js$/ },
    handler: (_, importer = '') =>
      /\/sdk\/dist\/esm\/server\/index\.js$/.test(importer.replaceAll('\\', '/'))
        ? fileURLToPath(new URL('no-validator.mjs', import.meta.url))
        : undefined,
  },
};

/** What is read at every start and needs no code of ours to be run. */
const values = evaluated(
  /[\\/](src[\\/]server[\\/]tool-list[\\/]listings|src[\\/]policy[\\/]entity-names|generated[\\/]table)\.ts$/,
);

/** The program: cli.js and, in chunks, what it loads on demand. */
export const program = (dir) =>
  bundle({ cli: 'src/cli/index.ts' }, dir, {
    plugins: [values, withoutValidator, fieldsTogether, schemasTogether],
    // Its CommonJS form hides its parts from a bundler.
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
    start: resolve('src/cli/main.ts'),
    output: { banner: ({ isEntry }) => (isEntry ? '#!/usr/bin/env node' : '') },
  });
