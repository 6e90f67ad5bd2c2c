import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { EntityFile, FieldFile, ParentFile, Provenance } from '../../codegen/model.js';
import { type Io, run } from '../../codegen/run.js';
import { type Snapshot, snapshotFiles } from '../../codegen/snapshot.js';

/** Three entities that hold every kind of field, flag and route, in the casing and the rules of Autotask. */

export const field = (name: string, facts: Partial<FieldFile> = {}): FieldFile => ({
  name,
  dataType: 'string',
  length: null,
  isRequired: false,
  isReadOnly: false,
  isQueryable: true,
  isReference: false,
  referenceEntityType: null,
  isPickList: false,
  picklistValues: null,
  ...facts,
});

const id = field('id', { dataType: 'long', isRequired: true, isReadOnly: true });
const none = {
  query: true,
  count: true,
  get: true,
  create: false,
  update: false,
  patch: false,
  delete: false,
} as const;
const child = (parent: Omit<ParentFile, 'operations'>, ...operations: ParentFile['operations']) => ({
  ...parent,
  operations,
});

export const companies: EntityFile = {
  name: 'Companies',
  singular: 'Company',
  path: 'Companies',
  operations: { ...none, create: true, update: true, patch: true },
  createVia: 'root',
  userDefinedFields: true,
  parents: [],
  fields: [
    id,
    field('companyName', { length: 100, isRequired: true }),
    field('companyType', {
      dataType: 'short',
      isRequired: true,
      isPickList: true,
      picklistValues: [
        { value: '1', label: 'Customer' },
        { value: '2', label: 'Lead' },
      ],
    }),
    field('createDate', { dataType: 'datetime', isReadOnly: true }),
    field('isTaxExempt', { dataType: 'boolean', isRequired: null, isReadOnly: null, isQueryable: null }),
    field('surveyRating', { dataType: 'decimal', isQueryable: false }),
  ],
};

export const contacts: EntityFile = {
  name: 'Contacts',
  singular: 'Contact',
  path: 'Contacts',
  operations: none,
  createVia: 'child',
  userDefinedFields: false,
  parents: [
    child(
      {
        entity: 'Companies',
        collection: 'Contacts',
        path: 'Companies/{parentId}/Contacts',
        parentField: 'companyID',
      },
      'query',
      'get',
      'create',
      'update',
      'patch',
      'delete',
    ),
  ],
  fields: [
    id,
    field('companyID', {
      dataType: 'integer',
      isRequired: true,
      isReadOnly: true,
      isReference: true,
      referenceEntityType: 'Company',
    }),
    field('firstName', { length: 20 }),
    field('isActive', { dataType: 'integer', isRequired: true }),
    field('lastName', { length: 20, isRequired: true }),
    field('sicCode', { length: 32 }),
  ],
};

export const companyAttachments: EntityFile = {
  name: 'CompanyAttachments',
  singular: 'CompanyAttachment',
  path: 'CompanyAttachments',
  operations: none,
  createVia: 'child',
  userDefinedFields: false,
  parents: [
    child(
      {
        entity: 'Companies',
        collection: 'Attachments',
        path: 'Companies/{parentId}/Attachments',
        parentField: 'companyID',
      },
      'query',
      'get',
      'create',
      'delete',
    ),
  ],
  fields: [
    id,
    field('companyID', {
      dataType: 'long',
      isRequired: true,
      isReference: null,
      referenceEntityType: 'Company',
    }),
    field('data', { dataType: 'byte[]', isQueryable: false }),
    field('fileSize', { dataType: 'long', isReadOnly: true }),
    field('title', { length: 255, isRequired: true, isReadOnly: true }),
  ],
};

const names = (entity: EntityFile) => entity.fields.map(({ name }) => name);

const provenance: Provenance = {
  note: 'Invented.',
  sources: {
    document: { what: 'a document of today', usedFor: 'routes and names', kind: 'swagger' },
    tenant: { what: 'metadata of a tenant', usedFor: 'flags', kind: 'live' },
  },
  entities: {
    Companies: {
      sources: ['document', 'tenant'],
      fields: { 'document+tenant': names(companies) },
    },
    CompanyAttachments: { sources: ['document'], fields: { document: names(companyAttachments) } },
    Contacts: { sources: ['document', 'tenant'], fields: { 'document+tenant': names(contacts) } },
  },
};

export const mini: Snapshot = {
  entities: [companies, companyAttachments, contacts],
  provenance,
  overrides: [],
};

/** The snapshot with one entity changed. */
export const changed = (name: string, change: (entity: EntityFile) => Partial<EntityFile>): Snapshot => ({
  ...mini,
  entities: mini.entities.map((entity) => (entity.name === name ? { ...entity, ...change(entity) } : entity)),
});

export interface Workspace {
  readonly root: string;
  readonly schema: Readonly<Record<string, string>>;
  /** Runs a command line in the workspace. */
  run(...argv: string[]): Promise<{ code: number; out: string; err: string }>;
  runWith(io: Partial<Io>, ...argv: string[]): Promise<{ code: number; out: string; err: string }>;
  read(path: string): Promise<string>;
  /** Every file and its text, to see that nothing was touched. */
  files(): Promise<Record<string, string>>;
  remove(): Promise<void>;
}

async function allFiles(root: string): Promise<Record<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files: Record<string, string> = {};
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !path.includes('node_modules'))
      files[path.slice(root.length + 1)] = await readFile(path, 'utf8');
  }
  return files;
}

/** A folder of its own with a schema/ to work in, as a clone of the repository has. */
export async function workspace(snapshot: Snapshot = mini): Promise<Workspace> {
  const root = await mkdtemp(join(tmpdir(), 'codegen-'));
  const schema = { ...snapshotFiles(snapshot), 'overrides.json': `${JSON.stringify(snapshot.overrides)}\n` };
  for (const [path, text] of Object.entries(schema)) {
    await mkdir(dirname(join(root, 'schema', path)), { recursive: true });
    await writeFile(join(root, 'schema', path), text);
  }
  const runWith = async (io: Partial<Io>, ...argv: string[]) => {
    const out: string[] = [];
    const err: string[] = [];
    const code = await run(argv, {
      root,
      env: {},
      out: (text) => out.push(text),
      err: (text) => err.push(text),
      terminal: false,
      signal: new AbortController().signal,
      ...io,
    });
    return { code, out: out.join(''), err: err.join('') };
  };
  return {
    root,
    schema,
    runWith,
    run: (...argv) => runWith({}, ...argv),
    read: (path) => readFile(join(root, path), 'utf8'),
    files: () => allFiles(root),
    remove: () => rm(root, { recursive: true, force: true }),
  };
}
