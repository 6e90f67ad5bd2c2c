import type { FieldMetadata } from '../../metadata/entity-metadata.js';

/** Whether a stored value is the one that was sent, in whatever spelling Autotask returns it. */
export function sameValue(sent: unknown, stored: unknown, field: FieldMetadata): boolean {
  const empty = (value: unknown) => value === null || value === undefined || value === '';
  if (empty(sent) || empty(stored)) return empty(sent) && empty(stored);
  if (field.dataType === 'datetime') {
    const utc = (value: unknown) => {
      const text = String(value);
      return Date.parse(/(Z|[+-]\d{2}:?\d{2})$/.test(text) ? text : `${text}Z`);
    };
    return utc(sent) === utc(stored);
  }
  if (typeof sent === 'number' || typeof stored === 'number') return Number(sent) === Number(stored);
  const text = (value: unknown) => String(value).replace(/\r\n?/g, '\n').trim();
  return text(sent) === text(stored);
}
