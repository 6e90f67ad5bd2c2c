import type { Value } from '../../view-data.js';
import { button, el } from './dom.js';
import { failure, type Page } from './page.js';

/** What a spreadsheet takes for the beginning of a formula, in full width too. */
const likeFormula = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/;

/** A spreadsheet would run text that begins like a formula; text stays text with an apostrophe before it. */
const guarded = (text: string): string =>
  likeFormula.test(text) && !/^-?\d+(?:\.\d+)?$/.test(text) ? `'${text}` : text;

const inQuotes = (text: string): string => `"${text.replaceAll('"', '""')}"`;

const csvCell = (text: string): string => {
  const safe = guarded(text);
  return /[",\r\n;\t]/.test(safe) ? inQuotes(safe) : safe;
};

/** By which spreadsheets know the encoding. */
const byteOrderMark = '\uFEFF';

/** Comma-separated values by RFC 4180, in UTF-8. */
export const csvOf = (columns: readonly string[], rows: readonly (readonly Value[])[]): string =>
  byteOrderMark +
  [columns, ...rows.map((row) => row.map(({ text }) => text))]
    .map((row) => row.map(csvCell).join(','))
    .join('\r\n');

/** A cell on the clipboard: in a spreadsheet a quotation mark at its beginning would reach into the cells that follow. */
const tabbedCell = (text: string): string => {
  const safe = guarded(text.replace(/\s+/g, ' '));
  return safe.startsWith('"') ? inQuotes(safe) : safe;
};

export const tabbedOf = (columns: readonly string[], rows: readonly (readonly Value[])[]): string =>
  [columns, ...rows.map((row) => row.map(({ text }) => text))]
    .map((row) => row.map(tabbedCell).join('\t'))
    .join('\n');

/** To the clipboard, or, where the host lets no view reach it, shown for the reader to copy. */
export async function copy(text: string, page: Page, container: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    page.announce('Copied.');
  } catch {
    const area = el('textarea', { class: 'copy', 'aria-label': 'Text to copy' });
    area.value = text;
    area.readOnly = true;
    container.replaceChildren(area);
    area.focus();
    area.select();
    page.announce('Your program keeps views from the clipboard: the text is selected, copy it from here.');
  }
}

type Content = { readonly text: string } | { readonly blob: string };

/** A button that saves something through the host; nothing where the host saves no files. */
export function saveButton(
  label: string,
  name: string,
  mimeType: string,
  make: () => Content | Promise<Content>,
  page: Page,
): HTMLButtonElement | null {
  if (!page.host.can.downloadFile) return null;
  const save = async () => {
    const saved = await page.host.download(name, mimeType, await make());
    page.announce(saved ? `${name} was handed to your program.` : `${name} was not saved.`);
  };
  return button(label, () => void save().catch((error: unknown) => page.announce(failure(error), 'danger')));
}
