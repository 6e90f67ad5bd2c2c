import type { Entity } from '../../src/model.js';
import { operations } from '../../src/model.js';
import type { Model, ModelEntity } from '../model.js';
import type { Render } from '../render.js';

/** The row that the interpreter reads. An operation nobody knows is listed: Autotask decides then. */
function row(entity: ModelEntity): Entity {
  return {
    name: entity.name,
    singular: entity.singular,
    path: entity.path,
    parents: entity.parents.map(({ httpMethods, ...parent }) => ({
      ...parent,
      ...(httpMethods === undefined ? {} : { httpMethods }),
    })),
    operations: operations.filter((operation) => entity.operations[operation] !== false),
    createVia: entity.createVia,
    userDefinedFields: entity.userDefinedFields,
    nameFields: entity.nameFields,
    summaryFields: entity.summaryFields,
    queryBy: entity.queryBy,
    naturalDate: entity.naturalDate,
    deadlines: entity.deadlines,
    companyScope: entity.companyScope,
  };
}

/** `table.ts` (all entities, without fields), `fields/<Entity>.ts`, and the lazy way to both. */
export function emitTable(model: Model, render: Render): Record<string, string> {
  const names = model.entities.map((entity) => ({ name: entity.name, singular: entity.singular }));
  const files: Record<string, string> = {
    'table.ts': render('table', { rows: model.entities.map((entity) => JSON.stringify(row(entity))) }),
    'load.ts': render('load', { names }),
  };
  for (const entity of model.entities) {
    files[`fields/${entity.name}.ts`] = render('fields', {
      entity,
      rows: entity.fields.map((field) => JSON.stringify(field)),
    });
  }
  return files;
}
