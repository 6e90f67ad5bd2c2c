import type { Value } from '../../view-data.js';
import { button, el, quoted } from './dom.js';
import { failure, type Page } from './page.js';

/** Opens an address through the host, which knows whether the reader wants that. */
export function openLink(url: string, page: Page): void {
  page.host.openLink(url).catch((error: unknown) => page.announce(failure(error), 'danger'));
}

/** A value as it is read; a link where its record can be opened and the host opens addresses. */
export function valueCell(value: Value, page: Page): HTMLElement {
  const text = page.formats.value(value);
  const shown = quoted(text);
  const { link } = value;
  if (link !== undefined && page.host.can.openLinks) {
    const opener = button('', () => openLink(link, page), { class: 'link', title: 'Open in Autotask' });
    opener.append(shown);
    return opener;
  }
  if (text !== value.text) shown.title = value.text;
  return shown;
}

/** The lines around text of the tenant: they are for models. */
const marks = /^<\/?data-[0-9a-f]{8}>$\n?/gm;

/** An answer that is text alone, as it is read by people. */
export const answerText = (text: string, className: string): HTMLElement =>
  el('pre', { class: className }, quoted(text.replace(marks, '')));

export const remarkList = (remarks: readonly string[]): HTMLElement | null =>
  remarks.length === 0
    ? null
    : el('ul', { class: 'remarks' }, ...remarks.map((text) => el('li', {}, quoted(text))));
