import { describe, expect, it } from 'vitest';
import { changesBetween } from '../../codegen/diff/changes.js';
import { merge } from '../../codegen/merge/merge.js';
import { wireName } from '../../codegen/sources/casing.js';
import { parseSwagger } from '../../codegen/sources/document.js';
import { readSwagger } from '../../codegen/sources/swagger.js';
import { swagger } from './document.js';
import { companies, companyAttachments, contacts, field, mini } from './mini.js';

const read = (text: string) => readSwagger(parseSwagger(text, 'the document'), 'the document');
const mergedWith = (text: string) => merge(mini.entities, mini.provenance, [read(text)]);

describe("reading Autotask's swagger", () => {
  it('reproduces routes, operations, names and types', () => {
    const { entities } = read(swagger());
    expect(entities.map(({ name, singular, routes }) => ({ name, singular, routes }))).toEqual(
      mini.entities.map(({ name, singular, path, operations, parents }) => ({
        name,
        singular,
        routes: {
          path,
          operations: Object.entries(operations).flatMap(([operation, has]) => (has ? [operation] : [])),
          parents: parents.map((parent) => ({ path: parent.path, operations: parent.operations })),
        },
      })),
    );
    for (const entity of entities) {
      const known = mini.entities.find(({ name }) => name === entity.name);
      expect(entity.fields?.map(({ name }) => name)).toEqual(known?.fields.map(({ name }) => name));
      for (const told of entity.fields ?? []) {
        expect(told.dataTypes).toContain(known?.fields.find(({ name }) => name === told.name)?.dataType);
      }
    }
    expect(entities.map(({ userDefinedFields }) => userDefinedFields)).toEqual([true, false, false]);
  });

  it('changes nothing in the snapshot it describes, and says where its types are less exact', () => {
    const { entities, provenance, kept } = mergedWith(swagger());
    expect(changesBetween(mini.entities, entities)).toEqual([]);
    expect(provenance).toEqual(mini.provenance);
    expect(kept).toEqual(['Companies.companyType is short; swagger says integer, less exactly']);
  });

  it('reads the casing of 2020, whose word on user-defined fields and on what is missing counts nothing', () => {
    const old = read(swagger([companies, contacts], 2020));
    expect(old.complete).toBe(false);
    expect(old.entities.map(({ userDefinedFields }) => userDefinedFields)).toEqual([undefined, undefined]);
    expect(old.entities[1]?.fields?.map(({ name }) => name)).toEqual(contacts.fields.map(({ name }) => name));
    const { entities } = merge(mini.entities, mini.provenance, [old]);
    expect(changesBetween(mini.entities, entities)).toEqual([]);
  });

  it('places a collection by its model, and one without a model by its tag or name', () => {
    const paths: Record<string, unknown> = JSON.parse(swagger()).paths;
    const approve = {
      '/V1.0/ContactsApprove/entityInformation': { get: { tags: ['ContactsApprove'] } },
      '/V1.0/Contacts/{parentId}/Approve': {
        get: { operationId: 'ContactsApproveChild_CreateEntity', tags: ['ContactsApproveChild'] },
      },
    };
    const text = JSON.stringify({ ...JSON.parse(swagger()), paths: { ...paths, ...approve } });
    const found = read(text).entities.find(({ name }) => name === 'ContactsApprove');
    expect(found?.routes).toEqual({
      path: null,
      operations: [],
      parents: [
        { path: 'Contacts/{parentId}/Approve', operations: ['create'], httpMethods: { create: 'GET' } },
      ],
    });
  });

  it('sees what is new and what has gone', () => {
    const grown = {
      ...contacts,
      fields: [...contacts.fields.filter(({ name }) => name !== 'firstName'), field('pronouns')],
    };
    const { entities, provenance } = mergedWith(swagger([companies, companyAttachments, grown]));
    expect(changesBetween(mini.entities, entities)).toEqual([
      { entity: 'Contacts', subject: 'field', name: 'pronouns', what: 'added: string' },
      { entity: 'Contacts', subject: 'field', name: 'firstName', what: 'removed', breaks: 'it is gone' },
    ]);
    expect(provenance.entities.Contacts?.fields['swagger-pull']).toEqual(['pronouns']);
    expect(provenance.sources['swagger-pull']?.kind).toBe('swagger');
    expect(entities[2]?.fields.map(({ name }) => name)).toEqual([
      'id',
      'companyID',
      'isActive',
      'lastName',
      'pronouns',
      'sicCode',
    ]);
  });

  it.each([
    ['a web page', '<!DOCTYPE html><html><body>Maintenance</body></html>', /web page/],
    ['nothing', '', /is empty/],
    ['a cut off document', swagger().slice(0, 900), /cut off/],
    ['OpenAPI 3', '{"openapi":"3.0.1","info":{},"paths":{}}', /OpenAPI 3\.0\.1.*Swagger 2\.0/],
    [
      'Swagger 1',
      '{"swagger":"1.2","paths":{},"definitions":{}}',
      /not a Swagger 2\.0 document[\s\S]*swagger/,
    ],
    ['something else', '{"paths":[]}', /not a Swagger 2\.0 document/],
    ['another API', '{"swagger":"2.0","paths":{"/pets":{"get":{}}},"definitions":{}}', /no Autotask entity/],
  ])('refuses %s', (_what, text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});

it.each([
  ['Id', 'id'],
  ['CompanyID', 'companyID'],
  ['SKU', 'sku'],
  ['SICCode', 'sicCode'],
  ['RMMDeviceUID', 'rmmDeviceUID'],
  ['DattoNICSpeedKilobitsPerSecond', 'dattoNICSpeedKilobitsPerSecond'],
  ['problemTicketId', 'problemTicketId'],
])('%s is %s on the wire', (property, wire) => {
  expect(wireName(property)).toBe(wire);
});
