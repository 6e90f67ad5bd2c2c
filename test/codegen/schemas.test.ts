import { beforeAll, describe, expect, it } from 'vitest';
import type { ZodType } from 'zod';
import { type EntitySchemas, load } from '../../generated/load.js';
import { entities } from '../../generated/table.js';
import type { Field } from '../../src/model.js';

/** The rules of the schemas, tried on every field of every entity through the modules that are shipped. */

interface Case {
  readonly entity: string;
  readonly fields: readonly Field[];
  readonly schemas: EntitySchemas;
}

const all: Case[] = [];
beforeAll(async () => {
  for (const { name } of entities) {
    const module = load[name];
    if (module === undefined) throw new Error(`${name} cannot be loaded`);
    all.push({ entity: name, fields: await module.fields(), schemas: await module.schemas() });
  }
}, 120_000);

/** A value that the field's type takes, as text where text is taken for it. */
const values: Readonly<Record<Field['dataType'], unknown>> = {
  integer: '42',
  short: 42,
  long: '9007199254740991',
  decimal: '12.5',
  double: 12.5,
  string: 'x',
  datetime: '2026-03-31T14:00:00Z',
  boolean: 'true',
  'byte[]': 'AA==',
};

const messages = (schema: ZodType, body: unknown): Record<string, string> => {
  const result = schema.safeParse(body);
  if (result.success) return {};
  return Object.fromEntries(result.error.issues.map(({ path, message }) => [path.join('.'), message]));
};

const isReadOnly = /is read-only: Autotask sets it/;
const isFixed = /cannot be changed after the record was created/;
const setByServer =
  /^(created?(Date|DateTime|By|ByResourceID|ByContactID)|creatorResourceID|lastActivity\w*|lastModified\w*|impersonator\w*)$/;

describe('the schemas of all entities', () => {
  it('are all there', () => {
    expect(all).toHaveLength(entities.length);
    expect(all.flatMap(({ fields }) => fields).length).toBeGreaterThan(2900);
  });

  it('take a record as Autotask returns it, with unknown fields and nulls', () => {
    for (const { entity, fields, schemas } of all) {
      const empty = Object.fromEntries(
        fields.filter(({ name }) => name !== 'id').map(({ name }) => [name, null]),
      );
      expect([entity, messages(schemas.read, { ...empty, somethingNew: 1 })]).toEqual([entity, {}]);
    }
  });

  it('take every field that may be given, convert text to its type, and refuse read-only ones', () => {
    for (const { entity, fields, schemas } of all) {
      const body = Object.fromEntries(fields.map((field) => [field.name, values[field.dataType]]));
      const refused = messages(schemas.create, body);
      for (const field of fields) {
        const where = `${entity}.${field.name}`;
        const setOnce =
          field.isReadOnly === true && field.isRequired === true && !setByServer.test(field.name);
        if (field.name === 'id' || (field.isReadOnly === true && !setOnce)) {
          expect([where, refused[field.name]]).toEqual([where, expect.stringMatching(isReadOnly)]);
        } else expect([where, refused[field.name]]).toEqual([where, undefined]);
      }
    }
  });

  it('require exactly what is flagged required and not set by Autotask', () => {
    for (const { entity, fields, schemas } of all) {
      const missing = messages(schemas.create, {});
      const required = fields
        .filter(({ name, isRequired }) => isRequired === true && name !== 'id' && !setByServer.test(name))
        .map(({ name }) => [name, 'is required']);
      expect([entity, missing]).toEqual([entity, Object.fromEntries(required)]);
    }
  });

  it('on update need the id alone, refuse what was fixed on create, and empty only what may be empty', () => {
    for (const { entity, fields, schemas } of all) {
      if (fields.length === 0) continue;
      const hasId = fields.some(({ name }) => name === 'id');
      expect([entity, messages(schemas.update, { id: 1 })]).toEqual([entity, hasId ? {} : expect.anything()]);
      expect(messages(schemas.update, {})).toEqual(hasId ? { id: 'is required' } : {});
      const given = messages(
        schemas.update,
        Object.fromEntries(fields.map((field) => [field.name, values[field.dataType]])),
      );
      const emptied = messages(schemas.update, {
        id: 1,
        ...Object.fromEntries(fields.filter(({ name }) => name !== 'id').map(({ name }) => [name, null])),
      });
      for (const field of fields.filter(({ name }) => name !== 'id')) {
        const where = `${entity}.${field.name}`;
        if (field.isReadOnly !== true) expect([where, given[field.name]]).toEqual([where, undefined]);
        else {
          const fixed = field.isRequired === true && !setByServer.test(field.name);
          const why = fixed ? isFixed : isReadOnly;
          expect([where, given[field.name]]).toEqual([where, expect.stringMatching(why)]);
        }
        const mayBeEmpty = field.isReadOnly !== true && field.isRequired !== true;
        expect([where, emptied[field.name] === undefined]).toEqual([where, mayBeEmpty]);
      }
    }
  });

  it('enforce every known length and no other', () => {
    for (const { entity, fields, schemas } of all) {
      for (const field of fields.filter(({ dataType }) => dataType === 'string')) {
        const where = `${entity}.${field.name}`;
        const tried = (length: number) =>
          messages(schemas.create, { [field.name]: 'x'.repeat(length) })[field.name];
        if (isReadOnly.test(tried(1) ?? '')) continue;
        const { length } = field;
        if (length === null) expect([where, tried(40_000)]).toEqual([where, undefined]);
        else {
          expect([where, tried(length)]).toEqual([where, undefined]);
          expect([where, tried(length + 1)]).toEqual([where, `is longer than ${length} characters`]);
        }
      }
    }
  });

  it('refuse the wrong type with the right one', () => {
    const wrong: Readonly<Partial<Record<Field['dataType'], readonly [unknown, RegExp]>>> = {
      integer: ['many', /whole number|1 for yes/],
      short: [1.5, /whole number|1 for yes/],
      long: ['1e3', /whole number/],
      decimal: ['1,5', /must be a number/],
      string: [7, /must be text/],
      datetime: ['31.03.2026', /ISO 8601/],
      boolean: ['maybe', /true or false/],
      'byte[]': [1, /base64/],
    };
    for (const { entity, fields, schemas } of all) {
      for (const field of fields) {
        const [value, message] = wrong[field.dataType] ?? [];
        if (message === undefined) continue;
        const told = messages(schemas.create, { [field.name]: value })[field.name] ?? '';
        const where = `${entity}.${field.name}`;
        if (!isReadOnly.test(told)) expect([where, told]).toEqual([where, expect.stringMatching(message)]);
      }
    }
  });
});

const schemas = async (name: string) => {
  const module = load[name];
  if (module === undefined) throw new Error(`${name} cannot be loaded`);
  return module.schemas();
};

describe('one entity', () => {
  it('names the fields that an unknown key was meant to be', async () => {
    const { create } = await schemas('Tickets');
    const told = messages(create, { title: 'x', companyID: 1, priority: 2, status: 1, titel: 'y', queue: 1 });
    expect(told['']).toBe(
      'titel is not a field. Did you mean title? queue is not a field. Did you mean queueID?',
    );
  });

  it('keeps a yes or no as the number or the boolean that Autotask stores', async () => {
    const contact = { companyID: '7', firstName: 'Ada', lastName: 'Park' };
    const { create } = await schemas('Contacts');
    for (const [given, stored] of [
      [true, 1],
      ['false', 0],
      ['1', 1],
      [0, 0],
    ] as const) {
      expect(create.parse({ ...contact, isActive: given })).toEqual({
        ...contact,
        companyID: 7,
        isActive: stored,
      });
    }
    expect(messages(create, { ...contact, isActive: 'yes' }).isActive).toBe('must be 1 for yes or 0 for no');
    const { update } = await schemas('Companies');
    for (const [given, stored] of [
      [1, true],
      ['0', false],
      ['true', true],
    ] as const) {
      expect(update.parse({ id: 1, isActive: given })).toEqual({ id: 1, isActive: stored });
    }
  });

  it.each([
    ['0175', true],
    [' 12 ', true],
    ['2026-02-30', false],
    ['2026-02-28', true],
    ['2026-02-28 10:00', true],
    ['2026-02-28T10:00:00.1234567+01:00', true],
    ['2026-13-01', false],
  ])('%j is taken: %s', async (text, taken) => {
    const name = /-/.test(text) ? 'dueDateTime' : 'estimatedHours';
    const { update } = await schemas('Tickets');
    expect(messages(update, { id: 1, [name]: text })[name] === undefined).toBe(taken);
  });
});
