import { button } from './dom.js';
import { failure, type Page } from './page.js';

/** A button that reads something; it cannot be pressed meanwhile, and can again where that failed. Not there where the host lets views call nothing. */
export function loadButton(label: string, load: () => Promise<void>, page: Page): HTMLButtonElement {
  const made = button(label, () => {
    made.disabled = true;
    load()
      .catch((error: unknown) => page.announce(failure(error), 'danger'))
      .finally(() => {
        made.disabled = false;
      });
  });
  if (!page.host.can.callTools) {
    made.hidden = true;
    made.disabled = true;
  }
  return made;
}
