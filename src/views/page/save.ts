import type { Value } from '../../view-data.js';
import { button, el } from './dom.js';
import { failure, type Page } from './page.js';

/** A spreadsheet would run text that begins like a formula; text stays text with an apostrophe before it. */
const guarded = (text: string): string =>
  /^[=+\-@\t\r]/.test(text) && !/^-?\d/.test(text) ? `'${text}` : text;

const csvCell = (text: string): string => {
  const safe = guarded(text);
  return /[",\r\n;]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** Comma-separated values by RFC 4180. */
export const csvOf = (columns: readonly string[], rows: readonly (readonly Value[])[]): string =>
  [columns, ...rows.map((row) => row.map(({ text }) => text))]
    .map((row) => row.map(csvCell).join(','))
    .join('\r\n');

export const tabbedOf = (columns: readonly string[], rows: readonly (readonly Value[])[]): string =>
  [columns, ...rows.map((row) => row.map(({ text }) => text.replace(/\s+/g, ' ')))]
    .map((row) => row.join('\t'))
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
