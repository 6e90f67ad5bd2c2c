import type { Definition, FieldDefinition } from '../../entities/metadata/definition.js';
import type { UdfDefinition } from '../../entities/metadata/udf.js';
import type { Row } from '../value.js';
import { toWire } from '../value.js';
import { unknownField } from './filter.js';

/** Turns rows into what goes over the wire; made once for a page. */
export type Renderer = (row: Row) => Record<string, unknown>;

interface Shape {
  readonly definition: Definition;
  readonly udfs: readonly UdfDefinition[];
  readonly dateSuffix: 'Z' | '';
}

function udfValues(udfs: readonly UdfDefinition[], row: Row, suffix: 'Z' | '') {
  return udfs.map((udf) => {
    const value = toWire(udf.kind, row[udf.key], suffix);
    // User-defined values are text on the wire, whatever their type.
    return { name: udf.name, value: value === null ? null : String(value) };
  });
}

/** All fields, empty ones as null. Attachment contents are never part of a record here. */
export function renderAllFields({ definition, udfs, dateSuffix }: Shape): Renderer {
  const { fields, entity } = definition;
  return (row) => {
    const item: Record<string, unknown> = {};
    for (const field of fields) item[field.name] = toWire(field.kind, row[field.key], dateSuffix);
    if (entity.userDefinedFields) item.userDefinedFields = udfValues(udfs, row, dateSuffix);
    return item;
  };
}

/** Only the fields asked for. `id` is not added; `userDefinedFields` always is, empty unless named. */
export function renderFields(shape: Shape, names: readonly string[]): Renderer {
  const { definition, udfs, dateSuffix } = shape;
  const fields: FieldDefinition[] = [];
  const wantedUdfs: UdfDefinition[] = [];
  for (const name of names) {
    const lower = name.toLowerCase();
    const field = definition.byName.get(lower);
    if (field?.isQueryable === true) {
      fields.push(field);
      continue;
    }
    const udf = udfs.find((candidate) => candidate.name.toLowerCase() === lower);
    if (udf !== undefined) wantedUdfs.push(udf);
    else if (lower === 'userdefinedfields' && definition.entity.userDefinedFields) wantedUdfs.push(...udfs);
    else throw unknownField(name, definition.entity.singular);
  }
  return (row) => {
    const item: Record<string, unknown> = {};
    for (const field of fields) item[field.name] = toWire(field.kind, row[field.key], dateSuffix);
    if (definition.entity.userDefinedFields) {
      item.userDefinedFields = udfValues(wantedUdfs, row, dateSuffix);
    }
    return item;
  };
}
