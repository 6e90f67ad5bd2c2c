import type { Entity } from '../../model.js';
import type { FieldDefinition } from '../entities/metadata/definition.js';
import type { Row, Value } from '../store/value.js';
import type { Random } from './random.js';
import { day, hour, round2 } from './seed.js';

/** A field to fill, and what it may hold. */
export interface Column {
  readonly field: FieldDefinition;
  readonly choices: readonly Value[];
  readonly targets: readonly Row[];
}

export function picklistValue(field: FieldDefinition, value: string): Value {
  if (field.kind === 'flag') return value === 'true';
  return field.kind === 'whole' || field.kind === 'number' ? Number(value) : value;
}

const nameLike = /^(name|title|label|.*Name|displayName|templateName|itemName)$/;

/** A value that nothing contradicts; null to leave the field empty. `i` is the position of the record. */
export function plausible(
  column: Column,
  label: string | undefined,
  i: number,
  entity: Entity,
  random: Random,
  today: number,
): Value {
  const { field, choices, targets } = column;
  const wanted = field.isRequired || random.chance(0.5);
  if (field.isPickList) return wanted ? (random.maybe(choices) ?? null) : null;
  if (field.reference !== undefined) {
    const isParent = entity.parents.some((parent) => parent.parentField === field.name);
    if (/^(impersonator|voided|canceled)/.test(field.name) && !field.isRequired) return null;
    return wanted || isParent ? (random.maybe(targets)?.id ?? null) : null;
  }
  switch (field.kind) {
    case 'flag':
      return field.name.startsWith('isActive') || (field.isRequired && random.chance(0.5));
    case 'time':
      return time(field.name, i, today, field.isRequired || /^(create|last|item|posted)/i.test(field.name));
    case 'number':
      return wanted ? round2(random.int(1, 400) / 4) : null;
    case 'whole':
      return /^is[A-Z]/.test(field.name) ? 1 : field.isRequired ? i + 1 : null;
    case 'text':
      return text(field, label, i, entity, wanted);
    case 'bytes':
      return null;
  }
}

function time(name: string, i: number, today: number, wanted: boolean): Value {
  if (!wanted) return null;
  if (/end|expir|due|to|complet/i.test(name)) return today - i * day + 4 * hour;
  if (/start|from|effective/i.test(name)) return today - i * day;
  return today - (i + 20) * day + 9 * hour;
}

function text(
  field: FieldDefinition,
  label: string | undefined,
  i: number,
  entity: Entity,
  wanted: boolean,
): Value {
  const words = entity.singular.replace(/([a-z])([A-Z])/g, '$1 $2');
  const limit = field.length === 0 ? 8000 : field.length;
  if (/GUID/i.test(field.name)) return `00000000-0000-4000-8000-${String(i + 1).padStart(12, '0')}`;
  if (/email/i.test(field.name)) return wanted ? `person${i + 1}@bluebird.example` : null;
  if (/url|link|webSite/i.test(field.name)) return wanted ? `https://bluebird.example/${i + 1}` : null;
  if (nameLike.test(field.name)) return (label ?? `${words} ${i + 1}`).slice(0, limit);
  if (/description|note|detail|text|comment/i.test(field.name))
    return `${label ?? words}, number ${i + 1}`.slice(0, limit);
  return wanted && field.isRequired ? `${words} ${i + 1}`.slice(0, limit) : null;
}
