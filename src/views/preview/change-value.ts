import type { Value } from '../../view-data.js';
import { button, el, quoted, scrolling } from '../page/dom.js';
import type { Page } from '../page/page.js';
import { valueCell } from '../page/value.js';

/** From here on a text is folded; all of it can be scrolled to and unfolded. */
const longText = 600;
const longLines = 12;

export const emptyValue = (): HTMLElement => el('span', { class: 'quiet' }, '(empty)');

export const isLong = ({ text, hidden = 0 }: Value): boolean =>
  hidden > 0 || text.length > longText || text.split('\n').length > longLines;

/** A value of a record, whole: a long one in a place of its own, with its length and with what is missing of it. */
export function changeValue(field: string, value: Value | null, page: Page): HTMLElement {
  if (value === null || value.text === '') return emptyValue();
  if (!isLong(value)) return valueCell(value, page);
  const { text, hidden = 0 } = value;
  const length = page.formats.number(text.length + hidden);
  const box = scrolling(`${field}, ${length} characters`, quoted(text), 'long');
  const unfold = button(
    `Show all ${page.formats.number(text.length)} characters`,
    () => {
      const isOpen = box.classList.toggle('open');
      unfold.setAttribute('aria-expanded', String(isOpen));
    },
    { 'aria-expanded': 'false' },
  );
  return el(
    'div',
    {},
    box,
    el('p', { class: 'length' }, unfold),
    hidden === 0
      ? null
      : el(
          'p',
          { class: 'warning' },
          `${page.formats.number(hidden)} of its ${length} characters are NOT shown here.`,
        ),
  );
}
