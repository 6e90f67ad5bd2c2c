import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createReader } from '../../src/client/index.js';
import type { ClientSettings } from '../../src/client/types.js';
import { failureOf, fakeTenant } from './setup.js';

const priority = {
  name: 'priority',
  dataType: 'integer',
  length: 0,
  isRequired: true,
  isReadOnly: false,
  isQueryable: true,
  isReference: false,
  referenceEntityType: '',
  isPickList: true,
  picklistValues: [
    {
      value: '0',
      label: 'Low',
      isDefaultValue: false,
      sortOrder: 1,
      parentValue: '',
      isActive: true,
      isSystem: false,
    },
    {
      value: 4,
      label: 'High',
      isDefaultValue: true,
      sortOrder: 2,
      parentValue: 3,
      isActive: false,
      isSystem: true,
    },
  ],
  picklistParentValueField: 'issueType',
};

async function fieldsOf(body: unknown) {
  const fake = await fakeTenant(() => ({ body }));
  return createReader(fake.settings()).fields('Tickets');
}

describe('what is kept of tenants', () => {
  it('takes a bounded part of the memory, of all of them together: what was not used for longest goes', async () => {
    const picklistValues = Array.from({ length: 20_000 }, (_, value) => ({
      ...priority.picklistValues[0],
      value,
      label: `Label ${value}`,
    }));
    const body = { fields: [{ ...priority, picklistValues }] };
    const fake = await fakeTenant(() => ({ body }));
    const settings = fake.settings();
    const other = { ...settings, credentials: { ...settings.credentials, userName: 'somebody-else' } };
    const asked = async (path: string, of = settings) => {
      const before = fake.calls.length;
      await createReader(of).fields(path);
      return fake.calls.length > before;
    };
    expect(await asked('Tickets')).toBe(true);
    expect(await asked('Contacts')).toBe(true);
    expect(await asked('Contacts')).toBe(false);
    // Each takes some 7 MB, so that ten of another tenant leave no room for those of the first.
    for (let number = 0; number < 10; number++) await asked(`Entity${number}`, other);
    expect(await asked('Entity9', other)).toBe(false);
    expect(await asked('Tickets')).toBe(true);
    expect(await asked('Tickets')).toBe(false);
  });

  it('is forgotten for those unused longest when there are hundreds of others', async () => {
    const fake = await fakeTenant(() => ({ body: { fields: [priority] } }));
    const settings = fake.settings();
    const read = () => createReader(settings).fields('Tickets');
    const others = (from: number, howMany: number) => {
      for (let index = from; index < from + howMany; index += 1) {
        createReader({ ...settings, credentials: { ...settings.credentials, userName: `other-${index}` } });
      }
    };
    await read();
    others(0, 200);
    await read();
    others(200, 200);
    await read();
    expect(fake.calls.length).toBe(1);
    others(400, 300);
    await read();
    expect(fake.calls.length).toBe(2);
  });
});

describe('metadata', () => {
  it('quirk 15: picklist values are text, whatever Autotask sends', async () => {
    const [field] = await fieldsOf({ fields: [priority] });
    expect(field).toMatchObject({
      name: 'priority',
      label: null,
      referenceEntityType: null,
      isRequired: true,
    });
    expect(field?.picklistValues).toEqual([
      priority.picklistValues[0],
      { ...priority.picklistValues[1], value: '4', parentValue: '3' },
    ]);
  });

  it('quirk 16: reads the PascalCase of older servers', async () => {
    const Fields = [
      { Name: 'ActionType', DataType: 'integer', IsPickList: true, PicklistValues: [{ Value: '1' }] },
    ];
    expect(await fieldsOf({ Fields })).toMatchObject([
      { name: 'ActionType', dataType: 'integer', isPickList: true, picklistValues: [{ value: '1' }] },
    ]);
  });

  it('user-defined fields say type instead of dataType, and null for none', async () => {
    const fake = await fakeTenant(() => ({
      body: {
        fields: [
          {
            name: 'CustomerRanking',
            label: 'Customer Ranking',
            type: 'double',
            length: 8000,
            referenceEntityType: null,
            picklistValues: null,
          },
        ],
      },
    }));
    expect(await createReader(fake.settings()).userDefinedFields('Companies')).toMatchObject([
      { name: 'CustomerRanking', label: 'Customer Ranking', dataType: 'double', picklistValues: null },
    ]);
    expect(fake.calls[0]?.path).toBe('Companies/entityInformation/userDefinedFields');
  });

  it('an entity without user-defined fields has none, although its path is a 404', async () => {
    const fake = await fakeTenant(() => ({ status: 404, body: '<html></html>' }));
    const reader = createReader(fake.settings());
    expect(await reader.userDefinedFields('TicketAttachments')).toEqual([]);
    expect(await reader.userDefinedFields('TicketAttachments')).toEqual([]);
    expect(fake.calls).toHaveLength(1);
    expect((await failureOf(reader.fields('Nonsense'))).kind).toBe('notFound');
  });

  it.each([['All'], [1]])(
    'quirk 18: rights are read whether userAccess is text or a number (%s)',
    async (access) => {
      const info = {
        name: 'Ticket',
        canCreate: true,
        canDelete: false,
        canQuery: true,
        canUpdate: true,
        userAccessForCreate: access,
        hasUserDefinedFields: true,
      };
      const fake = await fakeTenant(() => ({ body: { info } }));
      expect(await createReader(fake.settings()).entityInformation('Tickets')).toEqual({
        name: 'Ticket',
        canCreate: true,
        canDelete: false,
        canQuery: true,
        canUpdate: true,
        hasUserDefinedFields: true,
      });
    },
  );

  it('of an unknown shape is an error', async () => {
    await expect(fieldsOf({ things: [] })).rejects.toMatchObject({ kind: 'unexpected' });
  });
});

describe('the metadata cache', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'metadata-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const files = () =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  const start = async () => {
    const fake = await fakeTenant(() => ({ body: { fields: [priority] } }));
    return { fake, settings: fake.settings({ cacheDir: folder }) };
  };
  /** The same tenant in another process: nothing in common but the folder. */
  const elsewhere = async (settings: ClientSettings) => {
    const { createMemoryState } = await import('../../src/client/tenant-state/memory-state.js');
    const { createDiskCache } = await import('../../src/client/tenant-state/disk-cache.js');
    const { defaultTuning } = await import('../../src/client/tuning.js');
    const [tenant = ''] = readdirSync(folder);
    const disk = createDiskCache(folder, tenant, () => undefined);
    const tuning = { ...defaultTuning, ...settings.tuning };
    return createReader({ ...settings, state: createMemoryState(10, tuning, disk) });
  };

  it('answers the second time without a request, also for another client of the tenant', async () => {
    const { fake, settings } = await start();
    const reader = createReader(settings);
    const first = await reader.fields('Tickets');
    expect(await reader.fields('Tickets')).toEqual(first);
    expect(await createReader(settings).fields('tickets')).toEqual(first);
    expect(fake.calls).toHaveLength(1);
    await reader.fields('Tickets', { fresh: true });
    expect(fake.calls).toHaveLength(2);
  });

  it('survives the process, keyed without naming the tenant, readable by the owner only', async () => {
    const { fake, settings } = await start();
    const first = await createReader(settings).fields('Tickets');
    expect(await (await elsewhere(settings)).fields('Tickets')).toEqual(first);
    expect(fake.calls).toHaveLength(1);
    const [file = ''] = files();
    const stored = `${file} ${readFileSync(file, 'utf8')}`;
    for (const secret of Object.values(settings.credentials)) expect(stored).not.toContain(secret);
    if (process.platform !== 'win32') {
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(statSync(join(file, '..')).mode & 0o777).toBe(0o700);
    }
    expect(files()).toHaveLength(1);
  });

  it('is not found by somebody with the user name but another secret', async () => {
    const { fake, settings } = await start();
    await createReader(settings).fields('Tickets');
    const credentials = { ...settings.credentials, secret: 'guessed' };
    await createReader({ ...settings, credentials }).fields('Tickets');
    expect(fake.calls).toHaveLength(2);
  });

  it.each([
    ['empty', ''],
    ['half a file', '{"form":1,"key":"tickets/entityinformation/fi'],
    ['another form', '{"form":0}'],
    ['a foreign key', '{"form":1,"key":"x","until":9e15,"body":{"fields":[]}}'],
    ['no JSON', '\u0000\u0001'],
    ['a list', '[]'],
  ])('counts a file that is %s as absent and replaces it', async (_name, content) => {
    const { fake, settings } = await start();
    const first = await createReader(settings).fields('Tickets');
    const [file = ''] = files();
    writeFileSync(file, content);
    expect(await (await elsewhere(settings)).fields('Tickets')).toEqual(first);
    expect(fake.calls).toHaveLength(2);
    expect(readFileSync(file, 'utf8')).toContain('priority');
  });

  it('asks again when the stored metadata has an unknown shape', async () => {
    const { fake, settings } = await start();
    await createReader(settings).fields('Tickets');
    const [file = ''] = files();
    writeFileSync(file, readFileSync(file, 'utf8').replace('"fields"', '"things"'));
    expect(await (await elsewhere(settings)).fields('Tickets')).toHaveLength(1);
    expect(fake.calls).toHaveLength(2);
  });

  it('forgets after its time to live', async () => {
    const { fake, settings } = await start();
    const shortLived = { ...settings, tuning: { ...settings.tuning, metadataTtlMs: 600 } };
    const reader = createReader(shortLived);
    await reader.fields('Tickets');
    await reader.fields('Tickets');
    expect(fake.calls).toHaveLength(1);
    await new Promise((resolve) => setTimeout(resolve, 700));
    await (await elsewhere(shortLived)).fields('Tickets');
    expect(fake.calls).toHaveLength(2);
    await new Promise((resolve) => setTimeout(resolve, 700));
    await reader.fields('Tickets');
    expect(fake.calls).toHaveLength(3);
  });

  it('does not keep errors', async () => {
    const fake = await fakeTenant((_seen, index) =>
      index === 0 ? { status: 500, body: { errors: ['no'] } } : { body: { fields: [priority] } },
    );
    const reader = createReader(fake.settings({ cacheDir: folder }));
    await failureOf(reader.fields('Tickets'));
    expect(files()).toEqual([]);
    expect(await reader.fields('Tickets')).toHaveLength(1);
  });

  it('without a folder stays in memory', async () => {
    const { fake, settings } = await start();
    const reader = createReader({ ...settings, cacheDir: null });
    await reader.fields('Tickets');
    await reader.fields('Tickets');
    expect(fake.calls).toHaveLength(1);
    expect(existsSync(folder) && files()).toEqual([]);
  });

  it('that cannot be written costs requests, not failures', async () => {
    const { fake, settings } = await start();
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const lines: string[] = [];
    const log = (_level: string, message: string) => lines.push(message);
    const reader = createReader({ ...settings, cacheDir: join(file, 'below'), log });
    expect(await reader.fields('Tickets')).toHaveLength(1);
    expect(lines.join()).toContain('cache cannot be written');
    expect(fake.calls).toHaveLength(1);
  });
});
