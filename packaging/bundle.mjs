import { isAbsolute, relative } from 'node:path';
import { rolldown } from 'rolldown';

/** The path of a module from the top of the repository. */
export const shorten = (id) => (isAbsolute(id) ? relative('.', id).replaceAll('\\', '/') : id);

/** Modules without imports that several files share: so small that reading a file of their own costs more. */
const tiny = /[\\/]src[\\/](?:operators|config[\\/]loopback|cli[\\/]style)\.ts$/;

/**
 * Puts a module and everything it makes load before it runs into one file: each further file that is loaded at
 * every start costs more time than what is in it. `apart` are modules that only stand in between: whoever imports
 * through them gets what stands behind.
 */
function startGroup(root, apart) {
  let found;
  const find = (id, context) => {
    if (found.has(id) || apart.test(id)) return;
    found.add(id);
    for (const next of context.getModuleInfo(id)?.importedIds ?? []) find(next, context);
  };
  return {
    debugName: 'start',
    name(id, context) {
      if (found === undefined) {
        found = new Set();
        find(root, context);
      }
      return found.has(id) || tiny.test(id) ? 'start' : null;
    },
  };
}

/**
 * Bundles programs with all their dependencies into ES modules; what they import on demand becomes files of
 * its own. Answers which modules are in which file: `{ 'cli.js': ['src/cli/index.ts'] }`.
 */
export async function bundle(
  input,
  dir,
  { plugins = [], alias = {}, start, apart = /$^/, external, output = {} } = {},
) {
  const made = await rolldown({
    input,
    platform: 'node',
    external,
    plugins,
    resolve: { alias },
    transform: { target: 'node20' },
    moduleTypes: { '.lua': 'text' },
    treeshake: { moduleSideEffects: [{ test: apart, sideEffects: false }] },
    // Nobody imports from these files: what they export is for each other.
    preserveEntrySignatures: 'allow-extension',
    onLog(level, log, report) {
      // How long plugins took says something about the machine and nothing about the bundle.
      if (log.code !== 'PLUGIN_TIMINGS') report(level === 'warn' ? 'error' : level, log);
    },
  });
  const { output: files } = await made.write({
    dir,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    sourcemap: 'hidden',
    // Names stay as they are, so that a stack trace can be read without the source map.
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true, legalComments: 'none' } },
    ...(start === undefined
      ? {}
      : { codeSplitting: { groups: [startGroup(start, apart)], includeDependenciesRecursively: false } }),
    ...output,
  });
  await made.close();
  const chunks = files.filter(({ type }) => type === 'chunk');
  const contents = chunks.map(({ fileName, modules }) => [
    fileName,
    Object.entries(modules).flatMap(([id, { renderedLength }]) => (renderedLength > 0 ? [shorten(id)] : [])),
  ]);
  return Object.fromEntries(contents);
}
