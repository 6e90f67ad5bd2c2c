import { abilities } from '../../entities/metadata/describe.js';
import { type FieldMetadata, titleOf } from '../../entities/metadata/entity-metadata.js';
import { entityMeaning } from '../../entities/metadata/entity-names.js';
import { audienceOfChoice, isVisibilityFlag } from '../../entities/write/visibility.js';
import { oneLine } from '../../text.js';
import { defineReadTool } from '../define/define-tool.js';
import * as inputs from '../define/shared-inputs.js';

const mostChoices = 60;
const mostRetired = 20;

/** A label that could pass for several choices stands in quotation marks. */
function labelText(label: string): string {
  const text = oneLine(label);
  return /[;=[\]"]/.test(text) ? JSON.stringify(text) : text;
}

/** One field in one line: what a caller needs to filter by it or to write it. */
function line(field: FieldMetadata): string {
  const facts: string[] = [field.dataType];
  if (field.length !== null) facts.push(`max ${field.length}`);
  if (field.isRequired === true && field.name !== 'id') facts.push('required');
  if (field.isReadOnly === true) facts.push('read-only');
  if (field.isQueryable === false) facts.push('not filterable');
  if (field.referenceEntityType !== null) facts.push(`-> ${field.referenceEntityType}`);
  if (field.udf) facts.push('user-defined');
  if (isVisibilityFlag(field)) facts.push('true lets people outside see it');
  if (field.name === 'publish' && field.choices.length === 0)
    facts.push('codes that Autotask does not name: who sees which is not known');
  if (field.parentField) facts.push(`depends on ${field.parentField}`);
  if (field.isPickList === true && field.choices.length === 0) facts.push('picklist');
  const active = field.choices.filter((choice) => choice.isActive);
  const choices = active
    .slice(0, mostChoices)
    .map((choice) => {
      const seenBy = audienceOfChoice(field, choice.label);
      const marks = [
        choice.parentValue === '' ? '' : ` <${choice.parentValue}>`,
        choice.isDefaultValue ? '*' : '',
        seenBy === null ? '' : seenBy === 'internal' ? ' (internal)' : ' (the customer sees it)',
      ];
      return `${choice.value}=${labelText(choice.label)}${marks.join('')}`;
    })
    .join('; ');
  const more = active.length > mostChoices ? `; ${active.length - mostChoices} more` : '';
  const retired = field.choices.filter((choice) => !choice.isActive);
  const past = retired.slice(0, mostRetired).map(({ value, label }) => `${value}=${labelText(label)}`);
  if (retired.length > mostRetired) past.push(`${retired.length - mostRetired} more`);
  const inactive = past.length === 0 ? '' : ` [inactive, in old records only: ${past.join('; ')}]`;
  return `${titleOf(field)}: ${facts.join(', ')}${choices === '' ? '' : ` [${choices}${more}]`}${inactive}`;
}

export const describeEntityFields = defineReadTool({
  name: 'describe-entity-fields',
  title: 'Describe fields',
  description:
    'Fields of an entity: type, required, read-only, reference, picklist values (code=label, * default, <code> of the parent value). Name the fields you need; all is long.',
  input: {
    entity: inputs.entity,
    fields: inputs.fieldNames.describe('Names or parts of names, e.g. ["status","queue"]'),
  },
  openWorld: true,
  run: async (args, context) => {
    const found = await context.entities.describe(args, context.signal);
    const { entity } = found;
    const parents = entity.parents.map((parent) => parent.path.replace('{parentId}', '{id}'));
    const lines = [
      `${entity.name}: ${abilities(entity, context.entities.policy).join(', ') || 'metadata only'}${parents.length > 0 ? `; written below ${parents.join(', ')}` : ''}. ` +
        `${entity.queryBy.length > 0 ? `Queries need one of ${entity.queryBy.join(', ')}. ` : ''}${found.fields.length} of ${found.total} fields, ${found.live ? 'live from the tenant' : 'from the snapshot: picklists show only values common to all tenants'}.`,
      ...entityMeaning(args.entity, entity),
    ];
    const isRetired = found.fields.some(({ choices }) => choices.some(({ isActive }) => !isActive));
    if (found.live && !isRetired && found.fields.some(({ choices }) => choices.length > 0))
      lines.push('No picklist value of these is inactive.');
    // What comes near may be a name of the tenant's.
    const labels = [...found.unknown.map((name) => `No field like: ${name}`), ...found.fields.map(line)];
    return {
      kind: 'facts',
      lines,
      labels,
      json: { entity: entity.name, live: found.live, fields: found.fields },
    };
  },
});
