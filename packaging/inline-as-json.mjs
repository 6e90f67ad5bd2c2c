import { isDeepStrictEqual } from 'node:util';
import { evaluate } from './evaluate.mjs';

/**
 * Replaces modules by what they evaluate to, as JSON: reading that is the fastest way to a large value, and
 * whatever made the value stays out of what is loaded. Fails when an export is not plain JSON.
 */
export const inlineAsJson = (id) => ({
  name: 'inline-as-json',
  load: {
    filter: { id },
    async handler(path) {
      const exports = Object.entries(await evaluate(path)).map(([name, value]) => {
        const text = JSON.stringify(value);
        if (text === undefined || !isDeepStrictEqual(JSON.parse(text), value))
          throw new Error(`${path}: ${name} is not plain JSON`);
        return `export const ${name} = JSON.parse(${JSON.stringify(text)});`;
      });
      return { code: exports.join('\n'), moduleType: 'js' };
    },
  },
});
