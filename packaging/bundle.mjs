import { build } from 'esbuild';

// Some dependencies are CommonJS and call require() for Node's own modules. It is made when it is called,
// because this stands in every chunk.
const requireForCommonJs =
  "import { createRequire as __createRequire } from 'node:module';\nconst require = (name) => __createRequire(import.meta.url)(name);";

export const common = { format: 'esm', platform: 'node', target: 'node20', logLevel: 'warning' };

/** Bundles a program with all its dependencies; what it imports on demand becomes chunks of its own. */
export const bundle = (entryPoints, outdir, options = {}) =>
  build({
    ...common,
    entryPoints,
    outdir,
    bundle: true,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    metafile: true,
    // Names stay as they are, so that a stack trace can be read without the source map.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    sourcemap: 'external',
    banner: { js: `#!/usr/bin/env node\n${requireForCommonJs}` },
    ...options,
  });
