import type { Cell } from '../../entities/display/display.js';
import type { Value } from '../../view-data.js';

const shownMoment = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}.*)?$/;
const storedMoment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;

/**
 * A cell for a view: numbers and dates beside their text, so that the reader's language can write them and a column
 * can be sorted. A date is told from a text that looks like one by being shown otherwise than it is stored.
 */
export function viewValue({ text, json }: Cell): Value {
  if (typeof json === 'number') return { text, value: json };
  if (typeof json !== 'string' || !storedMoment.test(json) || json === text || !shownMoment.test(text)) {
    return { text };
  }
  return { text, value: text.length === 10 ? text : json };
}

/** An id is no quantity: it is neither grouped by thousands nor put into the reader's language. */
const isId = (field: string): boolean => field === 'id' || field.endsWith('ID');

/** Some flags of Autotask are numbers. */
const isFlag = (field: string, json: unknown): boolean =>
  typeof json === 'boolean' || ((json === 0 || json === 1) && /(?:^|\.)(?:is|has)[A-Z]\w*$/.test(field));

export const fieldViewValue = (field: string, { text, json }: Cell): Value => {
  if (isFlag(field, json)) return { text: json ? 'Yes' : 'No' };
  return isId(field) && typeof json === 'number' ? { text } : viewValue({ text, json });
};
