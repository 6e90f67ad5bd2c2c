import { isDeepStrictEqual } from 'node:util';
import { build } from 'esbuild';

/** Runs a module, with all it imports, and answers what it exports. */
async function evaluate(path) {
  const { outputFiles } = await build({
    entryPoints: [path],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    logLevel: 'warning',
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

/**
 * Replaces modules by what they evaluate to, as JSON: reading that is the fastest way to a large value, and
 * whatever made the value stays out of what is loaded. Fails when an export is not plain JSON.
 */
export const evaluated = (filter) => ({
  name: 'evaluated',
  setup({ onLoad }) {
    onLoad({ filter }, async ({ path }) => {
      const exports = Object.entries(await evaluate(path)).map(([name, value]) => {
        const text = JSON.stringify(value);
        if (text === undefined || !isDeepStrictEqual(JSON.parse(text), value))
          throw new Error(`${path}: ${name} is not plain JSON`);
        return `export const ${name} = JSON.parse(${JSON.stringify(text)});`;
      });
      return { contents: exports.join('\n'), loader: 'js' };
    });
  },
});
