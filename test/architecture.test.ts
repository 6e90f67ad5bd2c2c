import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

/**
 * What each part of the program may import: itself and what is listed; `node:` modules are free.
 * The drawing stands in CONTRIBUTING.md. Single files of src, which every part may import: */
const ground = [
  'src/identity',
  'src/model',
  'src/names',
  'src/text',
  'src/text-boundary',
  'src/errors',
  'src/limits',
  'src/scalars',
  'src/log',
  'src/redact',
  'src/changed-records',
  'src/time-zone',
  'src/operators',
  'src/progress',
  'src/view-data',
  'src/tracing',
];

const mayImport: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(ground.map((file) => [file, [...ground, 'zod']])),
  'src/tracing': [...ground, '@opentelemetry/api'],
  'src/trace-export': [
    ...ground,
    '@opentelemetry/api',
    '@opentelemetry/context-async-hooks',
    '@opentelemetry/core',
    '@opentelemetry/exporter-trace-otlp-http',
    '@opentelemetry/resources',
    '@opentelemetry/sdk-trace-base',
  ],
  generated: ['src/model', 'src/scalars', 'zod'],
  'src/audit': [...ground, 'zod'],
  'src/policy': [...ground, 'zod', 'generated', 'src/client'],
  'src/config': [...ground, 'zod', 'generated', 'src/policy'],
  'src/client': [...ground, 'zod', 'got', 'proxy-from-env', 'http-proxy-agent', 'https-proxy-agent'],
  'src/entities': [...ground, 'zod', 'generated', 'src/client', 'src/policy'],
  'src/tools': [...ground, 'zod', 'src/entities', 'src/client', 'generated'],
  'src/server': [
    ...ground,
    'zod',
    'src/audit',
    'src/policy',
    'src/tools',
    'src/entities',
    'src/client',
    '@modelcontextprotocol/server',
  ],
  'src/views': ['src/view-data', 'd3-scale', 'd3-shape'],
  'src/transports': [
    ...ground,
    'src/server',
    'src/client',
    '@modelcontextprotocol/server',
    '@modelcontextprotocol/node',
    'jose',
    'oauth4webapi',
    'prom-client',
  ],
  'src/shared-state': [...ground, 'zod', 'iovalkey', 'src/client', 'src/policy', 'src/server'],
  'src/sandbox': [...ground, 'zod', 'generated'],
  'src/cli': [
    ...ground,
    'zod',
    'src/audit',
    'src/config',
    'src/policy',
    'src/client',
    'src/server',
    'src/transports',
    'src/shared-state',
    'src/trace-export',
    'src/sandbox',
    '@modelcontextprotocol/client',
    'jsonc-parser',
    'smol-toml',
    'diff',
    'package.json',
  ],
  codegen: [
    ...ground,
    'src/client',
    'src/config',
    'src/sandbox',
    'zod',
    'handlebars',
    'ts-morph',
    'openapi-typescript',
    'diff',
    'typescript',
  ],
};

/**
 * The same for the folders within a part: what each may import of its siblings. The files at the top of a part
 * are its entrance and its shared types: every folder may import them, and they may import every folder.
 */
const foldersMayImport: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'src/cli': {
    config: [],
    doctor: ['serve'],
    serve: [],
    'web-tour': [],
  },
  'src/client': {
    api: ['pipeline'],
    http: ['pipeline'],
    pipeline: ['http', 'rate-limiting', 'tenant-state', 'zone'],
    'rate-limiting': [],
    'tenant-state': ['rate-limiting'],
    zone: ['http', 'pipeline'],
  },
  'src/entities': {
    aggregate: ['display', 'filter', 'metadata', 'read', 'references', 'values'],
    display: ['metadata', 'references', 'values'],
    filter: ['display', 'metadata', 'read', 'references', 'values'],
    metadata: ['values', 'write'],
    order: ['display', 'filter', 'metadata', 'read', 'references'],
    read: ['display', 'filter', 'metadata', 'order', 'references', 'values'],
    references: ['metadata', 'read', 'values'],
    values: ['metadata', 'read', 'references', 'write'],
    write: ['display', 'metadata', 'read', 'references', 'values'],
  },
  'src/policy': {
    companies: ['masking'],
    guards: ['companies', 'masking'],
    masking: [],
  },
  'src/sandbox': {
    entities: ['routes', 'seed', 'store'],
    http: ['entities', 'routes', 'store'],
    routes: ['entities', 'http', 'seed', 'store'],
    seed: ['entities', 'store'],
    store: ['entities', 'http', 'routes', 'seed'],
  },
  'src/server': {
    confirmation: ['mcp-apps', 'output'],
    dispatch: ['confirmation', 'mcp-apps', 'output'],
    'mcp-apps': ['dispatch', 'output', 'tool-list'],
    output: [],
    'prompts-and-resources': ['dispatch', 'mcp-apps', 'output', 'tool-list'],
    'tool-list': [],
  },
  'src/tools': {
    companies: ['define'],
    contacts: ['define'],
    define: ['files'],
    files: ['define'],
    generic: ['define'],
    projects: ['define'],
    'prompts-and-resources': ['define'],
    receipts: ['define'],
    scheduling: ['define'],
    'server-information': ['define'],
    tickets: ['define', 'files', 'time'],
    time: ['define'],
    transfer: ['define', 'scheduling'],
  },
  'src/views': {
    groups: ['page'],
    list: ['page'],
    page: [],
    preview: ['page'],
    ticket: ['page'],
    tour: ['page'],
  },
  'src/transports/http': {
    access: [],
    operation: [],
  },
};

/** Parts of which others may only use the types: who holds one gets it handed in. */
const typesOnly: Readonly<Record<string, readonly string[]>> = {
  'src/client': ['src/policy', 'src/entities', 'src/tools', 'src/server', 'src/transports'],
  generated: ['src/tools'],
};

const root = join(import.meta.dirname, '..');
const parts = Object.keys(mayImport).sort((a, b) => b.length - a.length);

const partOf = (path: string): string | undefined =>
  parts.find((part) => path === part || path.startsWith(`${part}/`) || path.replace(/\.ts$/, '') === part);

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

function importsOf(file: string): Import[] {
  const from = relative(root, file);
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: Import[] = [];
  const add = (specifier: ts.Node, typeOnly: boolean) => {
    if (!ts.isStringLiteral(specifier)) return;
    const { text } = specifier;
    const to = text.startsWith('.')
      ? relative(root, join(dirname(file), text)).replace(/\.js$/, '.ts')
      : text;
    found.push({ from, to, typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, node.importClause?.isTypeOnly === true);
    if (ts.isExportDeclaration(node) && node.moduleSpecifier) add(node.moduleSpecifier, node.isTypeOnly);
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [specifier] = node.arguments;
      if (specifier !== undefined) add(specifier, false);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const files = ['src', 'codegen', 'generated'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name)),
);
const imports = files.flatMap(importsOf);

const targetOf = ({ to }: Import): string =>
  partOf(to) ?? (to.startsWith('@') ? to.split('/').slice(0, 2).join('/') : (to.split('/')[0] ?? to));

describe('imports between the parts', () => {
  it('sees every file', () => {
    expect(files.length).toBeGreaterThan(500);
    expect(imports.length).toBeGreaterThan(900);
    expect(
      files
        .map((file) => relative(root, file))
        .filter((file) => partOf(file) === undefined)
        .map((file) => `${file} belongs to no part: name it in mayImport in test/architecture.test.ts`),
    ).toEqual([]);
  });

  it('are those that are listed', () => {
    const wrong = imports.filter((edge) => {
      const part = partOf(edge.from);
      const target = targetOf(edge);
      return (
        part !== undefined &&
        !edge.to.startsWith('node:') &&
        target !== part &&
        !mayImport[part]?.includes(target)
      );
    });
    expect(
      wrong.map(
        ({ from, to }) => `${from} must not import ${to}: see mayImport in test/architecture.test.ts`,
      ),
    ).toEqual([]);
  });

  it('let HTTP types through, but not the client itself', () => {
    const wrong = imports.filter((edge) => {
      const part = partOf(edge.from);
      return part !== undefined && !edge.typeOnly && typesOnly[targetOf(edge)]?.includes(part);
    });
    expect(wrong.map(({ from, to }) => `${from} may import types alone from ${to}`)).toEqual([]);
  });

  it('lead only downwards: no cycle between parts', () => {
    const edges = new Map<string, Set<string>>();
    for (const edge of imports) {
      const [from, to] = [partOf(edge.from), partOf(edge.to)];
      if (from === undefined || to === undefined || from === to) continue;
      edges.set(from, (edges.get(from) ?? new Set()).add(to));
    }
    const cycles: string[] = [];
    const walk = (part: string, path: readonly string[]): void => {
      if (path.includes(part)) {
        cycles.push([...path.slice(path.indexOf(part)), part].join(' -> '));
        return;
      }
      for (const next of edges.get(part) ?? []) walk(next, [...path, part]);
    };
    for (const part of edges.keys()) walk(part, []);
    expect([...new Set(cycles)]).toEqual([]);
  });

  it('are held between the folders of a part as well', () => {
    const folderOf = (part: string, path: string) =>
      path.startsWith(`${part}/`)
        ? path
            .slice(part.length + 1)
            .split('/')
            .slice(0, -1)[0]
        : undefined;
    const wrong = Object.entries(foldersMayImport).flatMap(([part, allowed]) =>
      imports.filter(({ from, to }) => {
        const [folder, target] = [folderOf(part, from), folderOf(part, to)];
        if (folder === undefined || target === undefined || folder === target) return false;
        return allowed[folder]?.includes(target) !== true;
      }),
    );
    expect(
      wrong.map(
        ({ from, to }) => `${from} must not import ${to}: see foldersMayImport in test/architecture.test.ts`,
      ),
    ).toEqual([]);
  });

  it('let no files import each other in a circle, types included', () => {
    const targets = new Map<string, string[]>();
    for (const { from, to } of imports) targets.set(from, [...(targets.get(from) ?? []), to]);
    const circles: string[] = [];
    const finished = new Set<string>();
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) {
        circles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
        return;
      }
      if (finished.has(file)) return;
      for (const to of targets.get(file) ?? []) visit(to, [...path, file]);
      finished.add(file);
    };
    for (const file of targets.keys()) visit(file, []);
    expect(circles).toEqual([]);
  });

  it('lead to folders that say what comes in and goes out, of about a dozen files under 300 lines', () => {
    const folders = [...new Set(files.map((file) => relative(root, dirname(file))))].filter((folder) =>
      /^(src\/|codegen)/.test(folder),
    );
    expect(folders.length).toBeGreaterThan(60);
    expect(
      folders
        .filter((folder) => !existsSync(join(root, folder, 'README.md')))
        .map((folder) => `${folder} has no README.md that says what comes in and what goes out`),
    ).toEqual([]);
    const filesIn = (folder: string) =>
      files.filter((file) => relative(root, dirname(file)) === folder).length;
    expect(
      folders
        .filter((folder) => filesIn(folder) > 13)
        .map((folder) => `${folder} holds ${filesIn(folder)} files, and at most 13: make a folder in it`),
    ).toEqual([]);
    const lines = files
      .map((file) => [relative(root, file), readFileSync(file, 'utf8').split('\n').length - 1] as const)
      .filter(([file]) => /^(src|codegen)\//.test(file));
    expect(
      lines
        .filter(([, count]) => count >= 300)
        .map(([file, count]) => `${file} has ${count} lines, and fewer than 300: divide it`),
    ).toEqual([]);
  });

  it('are of parts that a reader finds in the drawing', () => {
    const drawing = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
    const folders = Object.entries(foldersMayImport).flatMap(([part, allowed]) =>
      Object.keys(allowed).map((folder) => [part.replace(/^src\//, ''), folder] as const),
    );
    const words = new Set(drawing.split(/[^\w-]+/));
    expect(
      folders
        .filter(([, folder]) => !words.has(folder))
        .map(([part, folder]) => `${folder} of ${part} is not in the drawing of CONTRIBUTING.md`),
    ).toEqual([]);
  });

  it('keep process.exit in the command line', () => {
    const exits = files.filter((file) => /process\.exit\(/.test(readFileSync(file, 'utf8')));
    expect(exits.map((file) => relative(root, file)).filter((file) => !file.startsWith('src/cli/'))).toEqual(
      [],
    );
  });
});
