import { readFile } from 'node:fs/promises';

/**
 * Puts the parts of all entities into one file instead of one for each: hundreds of small files take npx longer
 * to unpack than the program takes to start. What a part holds still comes to be when it is first asked for.
 */
export const together = (...kinds) => ({
  name: 'together',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]generated[\\/]load\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const imports = new RegExp(`await import\\((?='\\./(${kinds.join('|')})/)`, 'g');
      return { contents: text.replaceAll(imports, 'require('), loader: 'ts' };
    });
  },
});
