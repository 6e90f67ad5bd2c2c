import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.mjs';
import { fieldsTogether, schemasTogether } from './combine-entities.mjs';
import { inlineAsJson } from './inline-as-json.mjs';

/**
 * The SDK brings a JSON Schema validator for what this program never asks it to validate: answers of people are
 * read by the gate, and the results of the tour are its own. Making it takes a third of the time to start.
 */
const withoutValidator = {
  name: 'without-validator',
  resolveId: {
    filter: { id: /^@modelcontextprotocol\/(server|client)\/_shims$/ },
    handler: () => fileURLToPath(new URL('sdk-shims.mjs', import.meta.url)),
  },
};

/** What is read at every start and needs no code of ours to be run. */
const values = inlineAsJson(
  /[\\/](src[\\/]server[\\/]tool-list[\\/]listings|src[\\/]policy[\\/]entity-names|generated[\\/]table)\.ts$/,
);

/** Their CommonJS forms, which a bundler for Node finds first, hide their parts from it. */
const withParts = {
  'jsonc-parser': 'jsonc-parser/lib/esm/main.js',
  '@opentelemetry/sdk-trace-base': '@opentelemetry/sdk-trace-base/build/esm/index-shim.js',
  ...Object.fromEntries(
    ['core', 'exporter-trace-otlp-http', 'otlp-transformer', 'resources', 'sdk-trace'].map((name) => [
      `@opentelemetry/${name}`,
      `@opentelemetry/${name}/build/esm/index.js`,
    ]),
  ),
};

/** The program: cli.js and, in chunks, what it loads on demand; `more` are plugins besides its own. */
export const program = (dir, more = []) =>
  bundle({ cli: 'src/cli/index.ts' }, dir, {
    plugins: [...more, values, withoutValidator, fieldsTogether, schemasTogether],
    alias: withParts,
    start: resolve('src/cli/main.ts'),
    // The SDK's index holds what serves HTTP; a server over stdio needs what it passes on.
    apart: /[\\/]@modelcontextprotocol[\\/]server[\\/]dist[\\/]index\.mjs$/,
    output: { banner: ({ isEntry }) => (isEntry ? '#!/usr/bin/env node' : '') },
  });
