import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.mjs';
import { evaluated } from './evaluated.mjs';
import { together } from './together.mjs';

/** The SDK's client needs its own validator; its server gets one handed in. */
const withoutValidator = {
  name: 'without-validator',
  setup({ onResolve }) {
    onResolve({ filter: /\/ajv-provider\.js$/ }, ({ importer }) =>
      /\/sdk\/dist\/esm\/server\/index\.js$/.test(importer.replaceAll('\\', '/'))
        ? { path: fileURLToPath(new URL('no-validator.mjs', import.meta.url)) }
        : undefined,
    );
  },
};

/** What is read at every start and needs no code of ours to be run. */
const values = evaluated(
  /[\\/](src[\\/]server[\\/]catalogue|src[\\/]policy[\\/]entity-names|generated[\\/]table)\.ts$/,
);

/** The program: cli.js and, in chunks, what it loads on demand. */
export const program = (outdir) =>
  bundle({ cli: 'src/cli/index.ts' }, outdir, {
    plugins: [values, withoutValidator, together('fields', 'schemas')],
    // Its CommonJS form hides its parts from a bundler.
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
  });
