import { build } from 'esbuild';

// Some dependencies are CommonJS and call require() for Node's own modules.
const requireForCommonJs =
  "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);";

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
    banner: { js: `#!/usr/bin/env node\n${requireForCommonJs}` },
    ...options,
  });
