import { describe, expect, it } from 'vitest';
import { merge } from '../../codegen/merge/merge.js';
import { formatProvenance } from '../../codegen/merge/provenance.js';
import type { Provenance } from '../../codegen/model.js';
import type { EntityEvidence, Evidence } from '../../codegen/sources/evidence.js';
import { contacts, mini } from './mini.js';

const source = (kind: Evidence['kind'], entities: readonly EntityEvidence[], complete = true): Evidence => ({
  tag: `${kind}-pull`,
  kind,
  what: `a ${kind} of the test`,
  complete,
  entities,
  notes: [],
});

const all = (entity: string) =>
  (mini.entities.find(({ name }) => name === entity)?.fields ?? []).map(({ name }) => ({ name }));

/** The entity with all its fields and nothing told, but for one field. */
const telling = (entity: string, name: string, facts: object): EntityEvidence => ({
  name: entity,
  fields: all(entity).map((field) => (field.name === name ? { ...field, ...facts } : field)),
});

const rest = mini.entities.map(({ name }): EntityEvidence => ({ name }));
const mergedField = (entity: string, name: string, ...sources: Evidence[]) =>
  merge(mini.entities, mini.provenance, sources)
    .entities.find((file) => file.name === entity)
    ?.fields.find((field) => field.name === name);

describe('merging', () => {
  it('fills what is unknown and keeps what no source tells', () => {
    const live = source('live', [
      telling('Companies', 'isTaxExempt', { isReadOnly: true, isRequired: false }),
    ]);
    const merged = mergedField('Companies', 'isTaxExempt', live);
    expect(merged).toMatchObject({
      isReadOnly: true,
      isRequired: false,
      isQueryable: null,
      dataType: 'boolean',
    });
  });

  it('lets live metadata beat the swagger, and the swagger the snapshot', () => {
    const swagger = source('swagger', [
      telling('Contacts', 'lastName', { dataTypes: ['integer'], isReadOnly: true }),
      ...rest,
    ]);
    const live = source('live', [telling('Contacts', 'lastName', { dataTypes: ['decimal'] })]);
    expect(mergedField('Contacts', 'lastName', swagger)).toMatchObject({
      dataType: 'integer',
      isReadOnly: true,
    });
    expect(mergedField('Contacts', 'lastName', swagger, live)).toMatchObject({
      dataType: 'decimal',
      isReadOnly: true,
      length: 20,
    });
  });

  it('takes a type that the source words more loosely for the same', () => {
    const loose = source('swagger', [
      telling('Companies', 'companyType', { dataTypes: ['integer', 'short'] }),
      ...rest,
    ]);
    expect(mergedField('Companies', 'companyType', loose)?.dataType).toBe('short');
    const exact = source('live', [telling('Companies', 'companyType', { dataTypes: ['integer'] })]);
    expect(mergedField('Companies', 'companyType', exact)?.dataType).toBe('integer');
  });

  it('finds a field in another casing and keeps the spelling of the wire', () => {
    const live = source('live', [
      { name: 'Contacts', fields: [...all('Contacts').slice(0, 5), { name: 'SICcode', length: 8 }] },
    ]);
    expect(mergedField('Contacts', 'sicCode', live)).toMatchObject({ name: 'sicCode', length: 8 });
  });

  it('takes the target of a reference away with the reference', () => {
    const live = source('live', [telling('Contacts', 'companyID', { isReference: false })]);
    expect(mergedField('Contacts', 'companyID', live)).toMatchObject({
      isReference: false,
      referenceEntityType: null,
    });
  });

  it('never changes picklist values: a tenant words them itself', () => {
    const live = source('live', [telling('Companies', 'companyType', { isPickList: true })]);
    expect(mergedField('Companies', 'companyType', live)?.picklistValues).toHaveLength(2);
  });
});

describe('what no source lists any more', () => {
  const names = (...sources: Evidence[]) =>
    merge(mini.entities, mini.provenance, sources).entities.flatMap(({ name, fields }) =>
      fields.map((field) => `${name}.${field.name}`),
    );
  const without = (kind: Evidence['kind'], complete = true) =>
    source(
      kind,
      [
        { name: 'Contacts', fields: all('Contacts').filter(({ name }) => name !== 'sicCode') },
        ...rest.slice(0, 2),
      ],
      complete,
    );

  it('goes when a source of the kind that knew it lists the others', () => {
    expect(names(without('live'))).not.toContain('Contacts.sicCode');
    expect(names(without('swagger'))).not.toContain('Contacts.sicCode');
    expect(names(without('live'))).toContain('Contacts.lastName');
  });

  it('stays while another source still lists it, or when the source never knew it or is too old', () => {
    const swagger = source('swagger', [{ name: 'Contacts', fields: all('Contacts') }, ...rest.slice(0, 2)]);
    expect(names(swagger, without('live'))).toContain('Contacts.sicCode');
    expect(names(without('swagger', false))).toContain('Contacts.sicCode');
    const attachments = source('live', [{ name: 'CompanyAttachments', fields: [{ name: 'id' }] }]);
    expect(names(attachments)).toContain('CompanyAttachments.title');
  });

  it('takes an entity with it only by the word of a complete swagger', () => {
    const two = rest.filter(({ name }) => name !== 'CompanyAttachments');
    const left = (evidence: Evidence) => merge(mini.entities, mini.provenance, [evidence]).entities.length;
    expect(left(source('swagger', two))).toBe(2);
    expect(left(source('live', two))).toBe(3);
    expect(left(source('swagger', two, false))).toBe(3);
  });

  it('is kept and told when today’s document never knew it', () => {
    const unknown: Provenance = {
      ...mini.provenance,
      entities: { ...mini.provenance.entities, CompanyAttachments: { sources: ['tenant'], fields: {} } },
    };
    const two = source(
      'swagger',
      rest.filter(({ name }) => name !== 'CompanyAttachments'),
    );
    const { entities, kept } = merge(mini.entities, unknown, [two]);
    expect(entities).toHaveLength(3);
    expect(kept).toEqual(['CompanyAttachments is not in the swagger']);
  });
});

describe('routes', () => {
  const routed = (complete: boolean) => {
    const routes = {
      path: 'Contacts',
      operations: ['query', 'create'] as const,
      parents: [{ path: 'Departments/{parentId}/Contacts', operations: ['get'] as const }],
    };
    const { entities } = merge(mini.entities, mini.provenance, [
      source('swagger', [{ name: 'Contacts', routes }, ...rest.slice(0, 2)], complete),
    ]);
    return entities.find(({ name }) => name === 'Contacts');
  };

  it('are those of a complete source, with how a record is then created', () => {
    expect(routed(true)).toMatchObject({
      operations: { query: true, count: false, get: false, create: true },
      createVia: 'root',
      parents: [{ entity: 'Departments', collection: 'Contacts', parentField: null, operations: ['get'] }],
    });
  });

  it('only grow by an incomplete one', () => {
    expect(routed(false)).toMatchObject({
      operations: { query: true, count: true, get: true, create: true },
      createVia: 'both',
      parents: [{ entity: 'Companies' }, { entity: 'Departments' }],
    });
  });
});

it('credits a source with what it decided and nothing else', () => {
  const live = source('live', [
    telling('Companies', 'isTaxExempt', { isReadOnly: true }),
    telling('Contacts', 'lastName', { length: 20 }),
  ]);
  const { provenance } = merge(mini.entities, mini.provenance, [live]);
  expect(provenance.entities.Companies?.fields['document+tenant+live-pull']).toEqual(['isTaxExempt']);
  expect(provenance.entities.Companies?.sources).toEqual(['document', 'tenant', 'live-pull']);
  expect(provenance.entities.Contacts).toEqual(mini.provenance.entities.Contacts);
  expect(JSON.parse(formatProvenance(provenance))).toEqual(provenance);
  expect(contacts.fields.find(({ name }) => name === 'lastName')?.length).toBe(20);
});
