import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { read, root } from '../support/docs.js';

it('the tool of the worked example compiles as it stands', () => {
  const example = /^ {3}```ts\n([\s\S]*?)^ {3}```/m.exec(read('CONTRIBUTING.md'))?.[1] ?? '';
  expect(example).toContain('defineSearch');
  const file = join(root, 'src/tools/search-locations.ts');
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
