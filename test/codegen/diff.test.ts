import { describe, expect, it } from 'vitest';
import { changesBetween } from '../../codegen/diff/changes.js';
import { report } from '../../codegen/diff/report.js';
import type { EntityFile, FieldFile } from '../../codegen/model.js';
import { changed, companies, field, mini } from './mini.js';

/** What the report says when one field of Companies becomes `now`. */
function changeOf(was: Partial<FieldFile>, now: Partial<FieldFile>) {
  const name = 'subject';
  const before = changed('Companies', () => ({ fields: [field(name, was)] }));
  const after = changed('Companies', () => ({ fields: [field(name, now)] }));
  return changesBetween(before.entities, after.entities)[0];
}

describe('a changed field', () => {
  it.each<[what: string, was: Partial<FieldFile>, now: Partial<FieldFile>, breaks: RegExp | undefined]>([
    ['required', {}, { isRequired: true }, /must now give it/],
    ['no longer required', { isRequired: true }, {}, undefined],
    ['read-only', {}, { isReadOnly: true }, /can no longer give it/],
    [
      'fixed after creation',
      { isRequired: true },
      { isRequired: true, isReadOnly: true },
      /no longer be changed/,
    ],
    ['writable', { isReadOnly: true }, {}, undefined],
    ['known to be writable', { isReadOnly: null }, {}, undefined],
    ['shorter', { length: 50 }, { length: 20 }, /longer text is now refused/],
    ['limited', {}, { length: 20 }, /longer text is now refused/],
    ['longer', { length: 20 }, { length: 50 }, undefined],
    [
      'shorter, though nobody writes it',
      { length: 50, isReadOnly: true },
      { length: 20, isReadOnly: true },
      undefined,
    ],
    ['not queryable', { isQueryable: null }, { isQueryable: false }, /filtered/],
    ['queryable', { isQueryable: false }, {}, undefined],
    ['of another type', {}, { dataType: 'integer' }, /no longer fit/],
    ['of a wider type', { dataType: 'integer' }, { dataType: 'long' }, undefined],
    ['of a narrower type', { dataType: 'long' }, { dataType: 'integer' }, /no longer fit/],
    ['a reference', {}, { isReference: true, referenceEntityType: 'Company' }, undefined],
  ])('%s', (_what, was, now, breaks) => {
    const change = changeOf(was, now);
    expect(change?.what).toMatch(/→/);
    if (breaks === undefined) expect(change?.breaks).toBeUndefined();
    else expect(change?.breaks).toMatch(breaks);
  });

  it('breaks nobody in an entity that is only read, unless its values or filters change', () => {
    const readOnly = (fields: FieldFile[]) =>
      changed('Companies', () => ({
        operations: { ...companies.operations, create: false, update: false, patch: false },
        fields,
      }));
    const changes = (now: Partial<FieldFile>) =>
      changesBetween(readOnly([field('subject')]).entities, readOnly([field('subject', now)]).entities)[0];
    expect(changes({ isRequired: true, length: 5 })?.breaks).toBeUndefined();
    expect(changes({ isQueryable: false })?.breaks).toBeDefined();
  });
});

describe('a change of entities and routes', () => {
  const changes = (change: (entity: EntityFile) => Partial<EntityFile>) =>
    changesBetween(mini.entities, changed('Contacts', change).entities);

  it('breaks callers when something goes', () => {
    expect(changesBetween(mini.entities, mini.entities.slice(1))).toEqual([
      { entity: 'Companies', subject: 'entity', what: 'removed', breaks: 'it is gone' },
    ]);
    expect(changes(() => ({ parents: [] })).map(({ name, breaks }) => [name, breaks !== undefined])).toEqual(
      ['query', 'get', 'create', 'update', 'patch', 'delete'].map((verb) => [
        `Companies/{parentId}/Contacts: ${verb}`,
        true,
      ]),
    );
    expect(changes(() => ({ singular: 'Person' }))[0]?.breaks).toBeDefined();
  });

  it('does not when something comes', () => {
    const grown = changes(({ operations, fields }) => ({
      operations: { ...operations, delete: true },
      userDefinedFields: true,
      fields: [...fields, field('pronouns')],
    }));
    expect(grown.map(({ what, breaks }) => [what, breaks])).toEqual([
      ['user-defined fields false → true', undefined],
      ['added', undefined],
      ['added: string', undefined],
    ]);
  });

  it('breaks callers when a new field must be given', () => {
    const [change] = changes(({ fields }) => ({
      fields: [...fields, field('pronouns', { isRequired: true })],
    }));
    expect(change?.breaks).toMatch(/must now give it/);
  });
});

it('is told in Markdown, what breaks first', () => {
  const after = changed('Contacts', ({ fields }) => ({
    fields: [...fields.filter(({ name }) => name !== 'sicCode'), field('pronouns', { length: 30 })],
  }));
  const changes = changesBetween(mini.entities, after.entities);
  expect(report('a test', changes, ['something else'])).toBe(`# Changes of the Autotask API

Source: a test

1 field added, 1 field removed. **1 change breaks callers.**

## Breaking (1)

### Contacts

- \`sicCode\` removed (it is gone)

## Not breaking (1)

### Contacts

- \`pronouns\` added: string, length 30

## Told differently, kept as it is (1)

- something else
`);
  expect(report('a test', [], [])).toBe('# Changes of the Autotask API\n\nSource: a test\n\nNo change.\n');
});
