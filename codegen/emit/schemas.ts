import type { FieldFile, Model, ModelEntity } from '../model.js';
import type { Render } from '../render.js';
import { isNumberFlag, onCreate, onUpdate } from '../rules.js';
import { scalars } from '../scalars.js';

interface Property {
  readonly name: string;
  readonly zod: string;
}

function scalar(field: FieldFile): string {
  const { zod } = scalars[field.dataType];
  if (field.dataType === 'string') return `${zod}(${field.length})`;
  return isNumberFlag(field) ? `s.flag(${zod})` : zod;
}

const read = (field: FieldFile): string =>
  `${scalars[field.dataType].read}.${field.name === 'id' ? 'optional' : 'nullish'}()`;

const created: Record<ReturnType<typeof onCreate>, (field: FieldFile) => string> = {
  required: scalar,
  optional: (field) => `${scalar(field)}.nullish()`,
  refused: () => 's.readOnly',
};

const updated: Record<ReturnType<typeof onUpdate>, (field: FieldFile) => string> = {
  identifies: scalar,
  keeps: (field) => `${scalar(field)}.optional()`,
  clears: (field) => `${scalar(field)}.nullish()`,
  fixed: () => 's.fixedAfterCreate',
  refused: () => 's.readOnly',
};

function schemasOf(entity: ModelEntity) {
  const properties = (zod: (field: FieldFile) => string, udf: string): Property[] => [
    ...entity.fields.map((field) => ({ name: field.name, zod: zod(field) })),
    ...(entity.userDefinedFields ? [{ name: 'userDefinedFields', zod: udf }] : []),
  ];
  return {
    entity,
    read: properties(read, 's.userDefinedFields.nullish()'),
    create: properties((field) => created[onCreate(field)](field), 's.userDefinedFields.optional()'),
    update: properties((field) => updated[onUpdate(field)](field), 's.userDefinedFields.optional()'),
  };
}

/** `schemas/<Entity>.ts`: Zod schemas to read, create and update a record, one small module each. */
export function emitSchemas(model: Model, render: Render): Record<string, string> {
  const modules = model.entities.map((entity) => [
    `schemas/${entity.name}.ts`,
    render('schemas', schemasOf(entity), { z: 'zod', s: '../../src/scalars.js' }),
  ]);
  const names = model.entities.map(({ name, singular }) => ({ name, singular }));
  return { ...Object.fromEntries(modules), 'schemas/index.ts': render('schemas-index', { names }) };
}
