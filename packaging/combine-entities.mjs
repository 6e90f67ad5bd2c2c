import { readFile } from 'node:fs/promises';

/**
 * Puts the parts of all entities into one file instead of one for each: hundreds of small files take npx longer
 * to unpack than the program takes to start. What a part holds still comes to be when it is first asked for.
 */
const load = /[\\/]generated[\\/]load\.ts$/;

/** Fields are plain data: required, a module waits until it is asked for. */
export const fieldsTogether = {
  name: 'fields-together',
  transform: {
    filter: { id: load },
    handler: (text) => ({ code: text.replaceAll(/await import\((?='\.\/fields\/)/g, 'require('), map: null }),
  },
};

/**
 * Schemas need Zod, and whatever a required module needs has to wait with it, which is slow. So a module becomes
 * a function that makes its schemas once.
 */
export const schemasTogether = {
  name: 'schemas-together',
  load: {
    filter: { id: /[\\/]generated[\\/]schemas[\\/]\w+\.ts$/ },
    async handler(path) {
      const text = await readFile(path, 'utf8');
      const names = [...text.matchAll(/^export const (\w+)/gm)].map(([, name]) => name);
      const start = text.indexOf('\n/**');
      const body = text.slice(start).replaceAll(/^export /gm, '');
      const code = `${text.slice(0, start)}
let made;
export const schemas = () => (made ??= (() => {${body}
  return { ${names.join(', ')} };
})());`;
      return { code, moduleType: 'js' };
    },
  },
  transform: {
    filter: { id: load },
    handler(text) {
      const imports = [];
      const code = text.replaceAll(/await import\('(\.\/schemas\/(\w+)\.js)'\)/g, (_, path, name) => {
        imports.push(`import { schemas as ${name} } from '${path}';`);
        return `${name}()`;
      });
      return { code: `${imports.join('\n')}\n${code}`, map: null };
    },
  },
};
