import type { EntryView } from '../../view-data.js';
import { el } from '../page/dom.js';
import type { ToolResult } from '../page/host.js';
import { loadButton } from '../page/load-button.js';
import type { Page } from '../page/page.js';

/** Pictures that can hold no script. SVG is none of them. */
const safe: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);
const claimsPicture = /\bimage\/(?:png|jpe?g|gif|webp)\b/;
const base64 = /^[A-Za-z0-9+/]+={0,2}$/;

const firstSafe = ({ images }: ToolResult) =>
  images.find(({ mimeType, data }) => safe.has(mimeType) && base64.test(data));

/** A thumbnail of a file that is a picture, read when the reader asks for it; nothing for other files. */
export function pictureOf({ kind, id, head }: EntryView, page: Page): HTMLElement | null {
  if (kind !== 'file' || !claimsPicture.test(head)) return null;
  const frame = el('div', { class: 'picture' });
  const show = async () => {
    const answer = await page.host.callTool('get-attachment', { id });
    const picture = firstSafe(answer);
    if (picture === undefined) {
      frame.replaceChildren(el('p', { class: 'quiet' }, 'No picture that can be shown here.'));
      return;
    }
    const { mimeType, data } = picture;
    frame.replaceChildren(el('img', { alt: `Picture: ${head}`, src: `data:${mimeType};base64,${data}` }));
  };
  frame.append(loadButton('Show the picture', show, page));
  return frame;
}

/** Reading one costs the tenant a request, so only the first few are read unasked. */
const unasked = 4;

export function showFirstPictures(root: HTMLElement): void {
  const loads = [...root.querySelectorAll<HTMLButtonElement>('.picture > button')];
  for (const load of loads.slice(0, unasked)) load.click();
}
