import type { Row } from '../../../client/types.js';
import { clean } from '../../../text.js';
import { fieldValue } from '../../display/display.js';
import { type FieldMetadata, titleOf } from '../../metadata/entity-metadata.js';

/** What is easily overlooked in what a write changes. */

/** Characters that nobody sees in a preview are stored nevertheless, so they are at least counted. */
export function invisibleNotes(body: Row): string[] {
  return Object.entries(body).flatMap(([name, value]) => {
    if (typeof value !== 'string') return [];
    const hidden = value.replace(/\r\n?/g, '\n').length - clean(value).length;
    return hidden > 0 ? [`${name} holds ${hidden} invisible characters, which would be stored too`] : [];
  });
}

/** What an update empties, which is easily overlooked among what it changes. */
export function clearedNote(
  body: Row,
  fields: readonly FieldMetadata[],
  before: readonly { readonly text: string }[],
): string[] {
  const cleared = fields.filter((field, index) => {
    const value = fieldValue(body, field);
    return (value === null || value === '') && before[index]?.text !== '';
  });
  return cleared.length > 0 ? [`this clears ${cleared.map(titleOf).join(', ')}`] : [];
}
