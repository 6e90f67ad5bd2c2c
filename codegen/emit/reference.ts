import { operations } from '../../src/model.js';
import { sourcesOf } from '../merge/provenance.js';
import type { FieldFile, Model, ModelEntity } from '../model.js';
import type { Render } from '../render.js';
import { onCreate, onUpdate } from '../rules.js';

const code = (text: string) => `\`${text}\``;

const created = { required: 'required', optional: 'optional', refused: '–' } as const;
const updated = {
  identifies: 'which record',
  keeps: 'yes, not empty',
  clears: 'yes',
  fixed: 'only on create',
  refused: '–',
} as const;

function kind(field: FieldFile): string {
  const { referenceEntityType, isReference, picklistValues } = field;
  if (referenceEntityType !== null) return `→ ${referenceEntityType}${isReference === null ? '?' : ''}`;
  const values = (picklistValues ?? []).map(({ value, label }) => `${value} ${label}`).join(', ');
  return field.isPickList === true ? `picklist${values === '' ? '' : `: ${values}`}` : '';
}

/** A row of the table of fields. `?` says that the flag is unknown and taken permissively. */
function row(entity: ModelEntity, field: FieldFile): string {
  const type = field.length === null ? field.dataType : `${field.dataType}(${field.length})`;
  const open = field.isReadOnly === null || field.isRequired === null ? '?' : '';
  const writes = entity.createVia !== 'none';
  const cells = [
    code(field.name),
    type,
    kind(field),
    writes ? `${created[onCreate(field)]}${field.name === 'id' ? '' : open}` : '–',
    changes(entity) ? `${updated[onUpdate(field)]}${field.isReadOnly === null ? '?' : ''}` : '–',
    field.isQueryable === null ? 'yes?' : field.isQueryable ? 'yes' : 'no',
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

const changes = (entity: ModelEntity) =>
  entity.operations.patch !== false || entity.parents.some((parent) => parent.operations.includes('patch'));

function routes(entity: ModelEntity): string[] {
  const root = operations.filter((operation) => entity.operations[operation] !== false);
  return [
    ...(entity.path === null ? [] : [`- ${code(entity.path)}: ${root.join(', ')}`]),
    ...entity.parents.map((parent) => {
      const unusual = Object.entries(parent.httpMethods ?? {}).map(([name, verb]) => `${name} is a ${verb}`);
      const note = unusual.length === 0 ? '' : ` (${unusual.join(', ')})`;
      return `- ${code(parent.path)}: ${parent.operations.join(', ')}${note}`;
    }),
  ];
}

function section(entity: ModelEntity, provenance: Model['provenance']) {
  const tags = new Set([...sourcesOf(provenance, entity.name).values()].flat());
  return {
    name: entity.name,
    singular: entity.singular,
    routes: routes(entity).join('\n'),
    userDefinedFields: entity.userDefinedFields,
    sources: [...tags].sort().join(', '),
    rows: entity.fields.map((field) => row(entity, field)),
  };
}

/** `docs/entities`: an overview, and a page for each first letter, because 234 pages are no reference. */
export function emitReference({ entities, provenance }: Model, render: Render): Record<string, string> {
  const letters = [...new Set(entities.map(({ name }) => name.charAt(0)))].sort();
  const pages = letters.map((letter) => {
    const own = entities.filter(({ name }) => name.startsWith(letter));
    const sections = own.map((entity) => section(entity, provenance));
    return [`${letter}.md`, render.text('reference-letter.md', { letter, sections })];
  });
  const overview = entities.map((entity) => ({
    link: `[${entity.name}](${entity.name.charAt(0)}.md#${entity.name.toLowerCase()})`,
    fields: entity.fields.length,
    created: { root: 'yes', both: 'yes', child: 'below its parent', none: '–' }[entity.createVia],
    changed: changes(entity) ? 'yes' : '–',
    deleted: canDelete(entity) ? 'yes' : '–',
  }));
  const sources = Object.entries(provenance.sources).map(([tag, { what, usedFor }]) => ({
    tag,
    what,
    usedFor,
  }));
  const count = entities.length;
  return {
    'README.md': render.text('reference-index.md', { count, overview, sources }),
    ...Object.fromEntries(pages),
  };
}

const canDelete = (entity: ModelEntity) =>
  entity.operations.delete !== false || entity.parents.some((parent) => parent.operations.includes('delete'));
