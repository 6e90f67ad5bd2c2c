import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Model } from '../../codegen/model.js';
import { openapiDocument } from '../../codegen/openapi/document.js';
import { modelOf, readSnapshot } from '../../codegen/snapshot.js';
import { mini } from './mini.js';

let model: Model;
beforeAll(async () => {
  model = modelOf(await readSnapshot(join(import.meta.dirname, '../../schema')));
});

const plain = (document: object): Record<string, unknown> => JSON.parse(JSON.stringify(document));

/** Every `$ref` of a document, wherever it stands. */
function refsOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : refsOf(inner),
  );
}

const at = (document: unknown, pointer: string): unknown =>
  pointer
    .slice(2)
    .split('/')
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null
          ? Object.entries(value).find(([name]) => name === key)?.[1]
          : undefined,
      document,
    );

describe('the OpenAPI document of the whole API', () => {
  it('is valid OpenAPI 3.1 for a strict public validator', async () => {
    const validator = new Validator();
    const result = await validator.validate(plain(openapiDocument(model)));
    expect(result.errors).toBeUndefined();
    expect(result.valid).toBe(true);
    expect(validator.version).toBe('3.1');
  });

  it('is refused by that validator when something is wrong with it', async () => {
    const broken = plain({ ...openapiDocument(modelOf(mini)), security: 'none' });
    expect((await new Validator().validate(broken)).valid).toBe(false);
  });

  it('points only to what it holds, and names every operation once', () => {
    const document = plain(openapiDocument(model));
    const missing = [...new Set(refsOf(document))].filter((ref) => at(document, ref) === undefined);
    expect(missing).toEqual([]);
    const operations = Object.values(openapiDocument(model).paths).flatMap((methods) =>
      Object.values(methods),
    );
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(3000);
  });

  it('holds exactly the verbs that the snapshot knows', () => {
    const { paths } = openapiDocument(model);
    const verbs = (path: string) => Object.keys(paths[`/V1.0/${path}`] ?? {}).sort();
    expect(verbs('Tickets')).toEqual(['patch', 'post', 'put']);
    expect(verbs('Tickets/{id}')).toEqual(['get']);
    expect(verbs('Contacts')).toEqual([]);
    expect(verbs('Companies/{parentId}/Contacts')).toEqual(['get', 'patch', 'post', 'put']);
    expect(verbs('TimeEntries/{id}')).toEqual(['delete', 'get']);
    expect(verbs('TimeOffRequests/{parentId}/Approve')).toEqual(['get']);
    expect(verbs('Resources/{parentId}/TimeOffBalances/{year}')).toEqual(['get']);
    expect(verbs('InventoryStockedItemsAdd/entityInformation')).toEqual(['get']);
    expect(verbs('TicketAttachments/entityInformation/userDefinedFields')).toEqual([]);
  });

  it('wraps records as Autotask does', () => {
    const document = plain(openapiDocument(model));
    const schemaOf = (path: string, verb: string) => {
      const operation = plain(openapiDocument(model).paths[`/V1.0/${path}`]?.[verb] ?? {});
      return JSON.stringify(operation.responses);
    };
    expect(schemaOf('Tickets/{id}', 'get')).toContain(
      '"item":{"oneOf":[{"$ref":"#/components/schemas/Ticket"},{"type":"null"}]}',
    );
    expect(schemaOf('Tickets/query', 'post')).toContain('"pageDetails"');
    expect(schemaOf('Tickets', 'post')).toContain('OperationResult');
    expect(schemaOf('Tickets/{parentId}/Attachments/{id}', 'get')).toContain('"items"');
    expect(at(document, '#/components/schemas/TicketCreate/required')).toEqual([
      'companyID',
      'priority',
      'status',
      'title',
    ]);
    expect(at(document, '#/components/schemas/Ticket/properties/createDate/readOnly')).toBe(true);
  });
});
