import type { Row } from '../../../client/types.js';
import { oneLine } from '../../../text.js';
import { type Cell, type DisplayOptions, display } from '../../display/display.js';
import { ageLabel } from '../compute/ages.js';
import type { GroupKey, KeyValue } from '../request/group-keys.js';

/** What the table says itself; a record that is called so stands in quotes. */
const ofTable = /^(?:\(none\)|TOTAL|OTHERS \(.*|NOT MEETING having .*)$/;

const none: Cell = { text: '(none)', json: null };

/** The values of one column of keys as a reader sees them: labels, names, buckets. */
export async function keyLabels(
  key: GroupKey,
  values: Iterable<KeyValue>,
  options: DisplayOptions,
): Promise<ReadonlyMap<KeyValue, Cell>> {
  const { by, field } = key;
  const wanted = [...new Set(values)].filter((value) => value !== null);
  const cells = new Map<KeyValue, Cell>([[null, none]]);
  if (by !== 'value') {
    for (const value of wanted) {
      const text = typeof by === 'string' ? String(value) : ageLabel(by.bounds, Number(value));
      cells.set(value, { text, json: text });
    }
    return cells;
  }
  const row = (value: KeyValue): Row =>
    field.udf ? { userDefinedFields: [{ name: field.name, value }] } : { [field.name]: value };
  const shown = await display(wanted.map(row), [field], options);
  const isText = field.isPickList !== true && field.referenceEntityType === null;
  const occurrences = new Map<string, number>();
  for (const [cell] of shown) if (cell) occurrences.set(cell.text, (occurrences.get(cell.text) ?? 0) + 1);
  const variants = new Map<string, number>();
  for (const [index, value] of wanted.entries()) {
    const cell = shown[index]?.[0];
    if (cell === undefined) continue;
    // Two records of one name are two groups, and a reader must see which is which; texts may differ unseen.
    const variant = (variants.get(cell.text) ?? 0) + 1;
    variants.set(cell.text, variant);
    const mark = isText ? `variant ${variant}` : oneLine(String(value));
    const name = ofTable.test(cell.text) ? JSON.stringify(cell.text) : cell.text;
    const repeated = (occurrences.get(cell.text) ?? 0) > 1 && cell.text !== mark;
    const text = repeated ? `${name} (${mark})` : name;
    cells.set(value, { ...cell, text });
  }
  return cells;
}
