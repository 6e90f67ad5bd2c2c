import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { swagger } from './document.js';
import { companies, companyAttachments, contacts, field, mini, type Workspace, workspace } from './mini.js';

let clone: Workspace;
beforeEach(async () => {
  clone = await workspace();
});
afterEach(() => clone.remove());

const pronouns = field('pronouns', { length: null, isQueryable: null });
const grown = { ...contacts, fields: [...contacts.fields, pronouns] };
const grownSwagger = () => swagger([companies, companyAttachments, grown]);

const put = async (name: string, text: string) => {
  const path = join(clone.root, name);
  await writeFile(path, text);
  return path;
};

/** Serves one text at an address of its own. */
async function serve(status: number, text: string) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(status, { 'content-type': 'application/json' }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = z.custom<AddressInfo>((value) => typeof value === 'object').parse(server.address()).port;
  return {
    asked,
    url: `http://127.0.0.1:${port}/atservicesrest/swagger/docs/v1`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

describe('npm run codegen', () => {
  it('writes generated/ and the reference from the snapshot, and then nothing more', async () => {
    expect(await clone.run()).toMatchObject({ code: 0, err: '3 entities, 13 files, 13 changed\n' });
    expect(await clone.read('generated/schemas/Contacts.ts')).toContain('export const ContactCreate');
    expect(await clone.read('docs/entities/C.md')).toContain('## CompanyAttachments');
    expect((await clone.run()).err).toBe('3 entities, 13 files, 0 changed\n');
    expect((await clone.run('--check')).code).toBe(0);
  });

  it('deletes what is no longer made', async () => {
    await clone.run();
    const orphan = await put('generated/fields/Widgets.ts', 'export {};\n');
    expect((await clone.run('--check')).out).toContain('--- a/generated/fields/Widgets.ts\n+++ /dev/null');
    await clone.run();
    await expect(rm(orphan)).rejects.toThrow(/ENOENT/);
  });

  it('--check prints the patch, names the command and changes nothing', async () => {
    await clone.run();
    const path = 'schema/entities/Contacts.json';
    await put(path, (await clone.read(path)).replace('"length":32', '"length":64'));
    const before = await clone.files();
    const { code, out, err } = await clone.run('--check');
    expect(code).toBe(1);
    expect(err).toBe('4 of 13 files are stale. Run: npm run codegen\n');
    expect(out).toContain('--- a/generated/schemas/Contacts.ts');
    expect(out).toContain('-  sicCode: s.text(32).nullish(),\n+  sicCode: s.text(64).nullish(),');
    expect(await clone.files()).toEqual(before);
  });

  it('--check says so when a file is missing', async () => {
    await clone.run();
    await rm(join(clone.root, 'generated/table.ts'));
    const { code, out } = await clone.run('--check');
    expect(code).toBe(1);
    expect(out).toContain('--- /dev/null\n+++ b/generated/table.ts');
  });

  it('--openapi writes the document to a file or to standard output', async () => {
    const path = join(clone.root, 'openapi.json');
    await clone.run('--openapi', path);
    const { out } = await clone.run('--openapi', '-');
    expect(JSON.parse(await clone.read('openapi.json'))).toEqual(JSON.parse(out));
    expect(Object.keys(JSON.parse(out).paths)).toContain('/V1.0/Companies/{parentId}/Contacts');
  });

  it.each([
    [
      ['--from', 'swager', 'x'],
      /swager: no such source. Valid: snapshot, swagger FILE\|URL, tenant, sandbox/,
    ],
    [['--from', 'swagger'], /takes one file or address/],
    [['--from', 'tenant', 'x'], /x: no such argument/],
    [['--chek'], /--chek is not an option\. Did you mean --check\? Options: --from, /],
    [['--openapi'], /--openapi <value>' argument missing; see --help/],
    [['--from', 'tenant'], /not set: AUTOTASK_USERNAME, AUTOTASK_SECRET, AUTOTASK_INTEGRATION_CODE/],
    [['--check', '--write'], /do not go together/],
    [['--from', 'sandbox', '--check'], /takes no --from/],
    [['--wirte'], /--wirte/],
  ])('refuses %j', async (argv, message) => {
    await expect(clone.run(...argv)).rejects.toThrow(message);
  });

  it('names the file and the flaw when the snapshot is damaged', async () => {
    const path = 'schema/entities/Contacts.json';
    await put(path, (await clone.read(path)).replace('"dataType":"integer"', '"dataType":"int"'));
    await expect(clone.run()).rejects.toThrow(
      /Contacts\.json is not in the snapshot's format:\n {2}fields\.1\.dataType/,
    );
    await put(path, '{');
    await expect(clone.run()).rejects.toThrow(/Contacts\.json: /);
  });
});

describe('--from swagger', () => {
  it('reports a new field and writes nothing unless told to', async () => {
    await clone.run();
    const before = await clone.files();
    const document = await put('swagger.json', grownSwagger());
    const { code, out } = await clone.run('--from', 'swagger', document, '--diff');
    expect(code).toBe(0);
    expect(out).toContain('1 field added. Nothing breaks callers.');
    expect(out).toContain('### Contacts\n\n- `pronouns` added: string\n');
    expect(await clone.files()).toEqual({ ...before, 'swagger.json': grownSwagger() });
  });

  it('--write puts it into schema/, generated/ and the reference, from an address too', async () => {
    await clone.run();
    const before = await clone.files();
    const server = await serve(200, grownSwagger());
    const { code, out } = await clone.run('--from', 'swagger', server.url, '--write').finally(server.close);
    expect(code).toBe(0);
    expect(out).toContain(`Source: the swagger document ${server.url}`);
    expect(server.asked).toEqual(['/atservicesrest/swagger/docs/v1']);
    expect(await clone.read('schema/entities/Contacts.json')).toContain(
      '"name":"pronouns","dataType":"string"',
    );
    expect(await clone.read('schema/provenance.json')).toContain('"swagger-pull":["pronouns"]');
    expect(await clone.read('generated/schemas/Contacts.ts')).toContain('pronouns: s.text(null).nullish()');
    expect(await clone.read('docs/entities/C.md')).toContain(
      '| `pronouns` | string |  | optional? | yes? | yes? |',
    );
    expect((await clone.run('--check')).code).toBe(0);
    const after = await clone.files();
    const differing = Object.keys(after).filter((path) => after[path] !== before[path]);
    expect(differing.sort()).toEqual([
      'docs/entities/C.md',
      'docs/entities/README.md',
      'generated/fields/Contacts.ts',
      'generated/schemas/Contacts.ts',
      'generated/types.ts',
      'schema/entities/Contacts.json',
      'schema/provenance.json',
    ]);
    expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
  });

  it.each([
    ['a web page', 200, '<html>Maintenance</html>', /web page/],
    ['a cut off document', 200, grownSwagger().slice(0, 2000), /cut off/],
    ['OpenAPI 3', 200, '{"openapi":"3.1.0","paths":{}}', /OpenAPI 3\.1\.0/],
    ['a refusal', 503, '', /answered 503/],
    ['nothing there', 404, '<html></html>', /404: there is no such document/],
    ['a part of the document', 200, swagger([companies]), /lacks 2 of 3 known entities/],
  ])('leaves everything untouched by %s', async (_what, status, text, message) => {
    await clone.run();
    const before = await clone.files();
    const server = await serve(status, text);
    const run = clone.run('--from', 'swagger', server.url, '--write').finally(server.close);
    await expect(run).rejects.toThrow(message);
    expect(await clone.files()).toEqual(before);
  });

  it('says so when nobody answers or the file does not exist', async () => {
    const server = await serve(200, '');
    await server.close();
    await expect(clone.run('--from', 'swagger', server.url)).rejects.toThrow(
      /could not be read: .*ECONNREFUSED/,
    );
    await expect(clone.run('--from', 'swagger', 'nowhere.json')).rejects.toThrow(/ENOENT.*nowhere\.json/);
  });

  it('applies the corrections last, and names one whose target has gone', async () => {
    const why = 'Invented for the test.';
    const overrides = [
      { entity: 'Contacts', field: 'sicCode', change: { length: 5 }, why },
      { entity: 'Contacts', field: 'lastName', change: { isReadOnly: true }, why },
    ];
    await clone.remove();
    clone = await workspace({ ...mini, overrides });
    await clone.run();
    const before = await clone.files();
    const shrunk = { ...contacts, fields: contacts.fields.filter(({ name }) => name !== 'sicCode') };
    const document = await put('swagger.json', swagger([companies, companyAttachments, shrunk]));
    const { out } = await clone.run('--from', 'swagger', document);
    expect(out).toContain('- `sicCode` removed (it is gone)');
    expect(out).toContain('- overrides.json corrects Contacts.sicCode, which is gone');
    await expect(clone.run('--from', 'swagger', document, '--write')).rejects.toThrow(
      /overrides\.json names an unknown field: Contacts\.sicCode/,
    );
    await rm(document);
    expect(await clone.files()).toEqual(before);
    expect(await clone.read('generated/schemas/Contacts.ts')).toContain('lastName: s.fixedAfterCreate');
  });

  const why = 'Invented for the test.';
  it.each([
    [
      { entity: 'Contcts', change: { deadlines: [] }, why },
      /unknown entity: Contcts\. Did you mean Contacts/,
    ],
    [
      { entity: 'Contacts', field: 'lastNam', change: { isReadOnly: true }, why },
      /unknown field: Contacts\.lastNam\. Did you mean lastName/,
    ],
    [
      { entity: 'Contacts', field: 'lastName', change: { isReadonly: true }, why },
      /entry 1 \(Contacts\.lastName\), change: "isReadonly" is no key here\. Did you mean isReadOnly.* Keys: dataType, /,
    ],
    [
      { entity: 'Contacts', chnge: {}, why },
      /entry 1 \(Contacts\), change: is required[\s\S]*"chnge" is no key here\. Did you mean change/,
    ],
    [
      { entity: 'Contacts', field: 'lastName', change: { isReadOnly: true }, why: 'so' },
      /entry 1 \(Contacts\.lastName\), why: is required: a reason/,
    ],
    [
      { entity: 'Contacts', change: { isReadOnly: true }, why },
      /entry 1 \(Contacts\), change\.isReadOnly: is said of a field: name it in "field"/,
    ],
    [
      { entity: 'Contacts', field: 'lastName', change: { summaryFields: ['id'] }, why },
      /change\.summaryFields: is said of the entity: leave "field" out/,
    ],
    [
      { entity: 'Contacts', change: { summaryFields: ['lastNam'] }, why },
      /unknown field: Contacts\.lastNam\. Did you mean lastName/,
    ],
    [
      { entity: 'Contacts', change: { deadlines: ['lastName'] }, why },
      /takes Contacts\.lastName for a date, and it is a string/,
    ],
    [
      { entity: 'Contacts', change: { naturalDate: 'lastName' }, why },
      /takes Contacts\.lastName for a date, and it is a string/,
    ],
    [
      { entity: 'Contacts', field: 'companyID', change: { referenceEntityType: 'Compny' }, why },
      /lets Contacts\.companyID refer to Compny, which is the singular name of no entity\. Did you mean Company/,
    ],
    [
      { entity: 'Contacts', change: { parentFields: { Tickets: 'companyID' } }, why },
      /Tickets, which is no parent of Contacts\. Parents: /,
    ],
  ])('refuses the correction %j, and writes nothing', async (override, text) => {
    await clone.remove();
    clone = await workspace();
    const before = await clone.files();
    await writeFile(join(clone.root, 'schema', 'overrides.json'), JSON.stringify([override]));
    await expect(clone.run()).rejects.toThrow(text);
    const { 'schema/overrides.json': _, ...rest } = await clone.files();
    const { 'schema/overrides.json': __, ...restBefore } = before;
    expect(rest).toEqual(restBefore);
  });
});

describe('--diff alone', () => {
  const git = (...args: string[]) =>
    promisify(execFile)('git', [
      '-C',
      clone.root,
      '-c',
      'user.name=t',
      '-c',
      'user.email=t@example.com',
      ...args,
    ]);

  it('tells what the working copy changes against the last commit', async () => {
    await git('init', '--quiet');
    await git('add', '-A');
    await git('commit', '--quiet', '-m', 'snapshot');
    expect((await clone.run('--diff')).out).toContain('No change.');
    const path = 'schema/entities/Contacts.json';
    await put(path, (await clone.read(path)).replace('"length":32', '"length":16'));
    await rm(join(clone.root, 'schema/entities/CompanyAttachments.json'));
    const { out } = await clone.run('--diff');
    expect(out).toContain('- `sicCode` length 32 → 16 (longer text is now refused)');
    expect(out).toContain('### CompanyAttachments\n\n- removed (it is gone)');
  });

  it('says so when there is no commit to compare with', async () => {
    await expect(clone.run('--diff')).rejects.toThrow(/compares schema\/ with the last commit, and git says/);
  });
});

describe('half a swap', () => {
  it('is put back by the next run', async () => {
    await clone.run();
    const before = await clone.files();
    const { rename } = await import('node:fs/promises');
    await rename(join(clone.root, 'schema'), join(clone.root, 'schema.previous'));
    expect((await clone.run('--check')).code).toBe(0);
    expect(await clone.files()).toEqual(before);
  });
});
