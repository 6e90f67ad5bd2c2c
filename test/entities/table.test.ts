import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { load } from '../../generated/load.js';
import { entities } from '../../generated/table.js';
import { findEntity } from '../../src/entities/metadata/entity-names.js';
import { routes } from '../../src/entities/write/route.js';

const root = join(import.meta.dirname, '../..');
const types = readFileSync(join(root, 'generated/types.ts'), 'utf8');

describe('the entity table', () => {
  it('has a row for each file of schema/entities, as many as the README says', () => {
    const files = readdirSync(join(root, 'schema/entities')).map((file) => file.replace('.json', ''));
    expect(entities.map((entity) => entity.name).sort()).toEqual(files.sort());
    expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain(
      `every one of its ${entities.length} entities`,
    );
  });

  it.each(entities)('$name: fields, schemas, types and names that find it', async (entity) => {
    const loader = load[entity.name];
    const [fields, schemas] = [await loader?.fields(), await loader?.schemas()];
    expect(schemas?.read.safeParse({}).success).toBe(true);
    // Only an entity without a required field can be created from nothing; an unknown field never fits.
    expect(schemas?.create.safeParse({ noSuchField: 1 }).success).toBe(false);
    expect(schemas?.update.safeParse({ id: 1, noSuchField: 1 }).success).toBe(false);
    for (const name of [...entity.nameFields, ...entity.summaryFields]) {
      expect(fields?.map((field) => field.name)).toContain(name);
    }
    for (const suffix of ['', 'Create', 'Update']) {
      expect(types).toContain(`export type ${entity.singular}${suffix} = `);
    }
    expect(findEntity(entity.name.toLowerCase())).toBe(entity);
    expect(findEntity(entity.name.replace(/([a-z])([A-Z])/g, '$1 $2'))).toBe(entity);
  });

  it('knows a route for every operation of createVia', () => {
    const creatable = entities.filter((entity) => routes(entity, 'create').length > 0);
    expect(creatable.map((entity) => entity.name)).toEqual(
      entities.filter((entity) => entity.createVia !== 'none').map((entity) => entity.name),
    );
  });
});

describe('names', () => {
  it.each([
    ['tickets', 'Tickets'],
    ['Ticket', 'Tickets'],
    ['ticket notes', 'TicketNotes'],
    ['Tickets/Notes', 'TicketNotes'],
    ['TicketNotes', 'TicketNotes'],
    ['ticket_note', 'TicketNotes'],
    ['Expenses/Items', 'ExpenseItems'],
    ['Company/Contacts', 'Contacts'],
  ])('%s is %s', (given, name) => {
    expect(findEntity(given).name).toBe(name);
  });

  it('finds a child collection by its parent', () => {
    expect(findEntity('Notes', 'tickets').name).toBe('TicketNotes');
    expect(findEntity('Notes', 'Projects').name).toBe('ProjectNotes');
    expect(() => findEntity('Phases', 'Tickets')).toThrow(/not a child collection of Tickets/);
  });

  it('refuses an unknown name with the closest ones', () => {
    expect(() => findEntity('Tikets')).toThrow(/"Tikets" is not an Autotask entity\. Valid: Tickets/);
  });
});
