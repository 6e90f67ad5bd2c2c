import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { read, root } from '../support/docs.js';

const scripts = Object.keys(
  z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(read('package.json'))).scripts,
);
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'AGENTS.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

it.each(pages)('%s names scripts and files that exist', (page) => {
  const text = read(page);
  const named = [...text.matchAll(/npm run ([\w:-]*\w)/g)].map(([, name = '']) => name);
  expect(named.filter((name) => !scripts.includes(name))).toEqual([]);
  const paths = [...text.matchAll(/(?<![\w/.])(?:bench|test|src|codegen|packaging)\/[\w/.-]+\.[a-z]+\b/g)];
  const toBeWritten = ['src/tools/companies/search-locations.ts', 'bench/NAME.ts'];
  expect(
    paths
      .map(([path]) => path)
      .filter((path) => !existsSync(join(root, path)) && !toBeWritten.includes(path)),
  ).toEqual([]);
});

it('CONTRIBUTING.md names every benchmark', () => {
  const row = /^\| `npx tsx bench\/NAME\.ts` .*$/m.exec(read('CONTRIBUTING.md'))?.[0] ?? '';
  const named = [...row.matchAll(/`([\w-]+)`/g)].map(([, name]) => name);
  const parts = /-(bare|target)$|^loopback$/;
  const there = readdirSync(join(root, 'bench'))
    .map((file) => file.replace(/\.ts$/, ''))
    .filter((name) => !parts.test(name) && !scripts.includes(`bench:${name}`));
  expect(named.sort()).toEqual(there.sort());
});

it('the tool of the worked example compiles as it stands', () => {
  const example = /^ {3}```ts\n([\s\S]*?)^ {3}```/m.exec(read('CONTRIBUTING.md'))?.[1] ?? '';
  expect(example).toContain('defineSearch');
  const file = join(root, 'src/tools/companies/search-locations.ts');
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const host = ts.createCompilerHost({ ...options, noEmit: true });
  const { getSourceFile, fileExists } = host;
  host.fileExists = (path) => path === file || fileExists(path);
  host.getSourceFile = (path, version, ...rest) =>
    path === file ? ts.createSourceFile(path, example, version) : getSourceFile(path, version, ...rest);
  const program = ts.createProgram([file], { ...options, noEmit: true, skipLibCheck: true }, host);
  const source = program.getSourceFile(file);
  const problems = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
  expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
}, 60_000);
