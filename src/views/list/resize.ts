import { el } from '../page/dom.js';

const least = 48;
const step = 16;

/**
 * Lets the reader make a column wider or narrower: by dragging its edge, or with the arrow keys on it. `widths` keeps
 * what the reader chose, by column, for when the table is drawn anew.
 */
export function resizable(head: HTMLTableCellElement, name: string, widths: Map<string, number>): void {
  const handle = el('span', {
    class: 'edge',
    role: 'separator',
    tabindex: 0,
    'aria-orientation': 'vertical',
    'aria-label': `Width of ${name}`,
    'aria-valuenow': String(least),
    'aria-valuemin': String(least),
  });
  const set = (width: number) => {
    const wide = Math.max(least, Math.round(width));
    widths.set(name, wide);
    head.style.width = `${wide}px`;
    head.style.minWidth = `${wide}px`;
    head.style.maxWidth = `${wide}px`;
    handle.setAttribute('aria-valuenow', String(wide));
  };
  const known = widths.get(name);
  if (known !== undefined) set(known);
  const measure = () =>
    handle.setAttribute('aria-valuenow', String(Math.max(least, Math.round(head.offsetWidth))));
  handle.addEventListener('focus', measure);
  // By then the table stands on the page.
  queueMicrotask(measure);
  handle.addEventListener('keydown', (event) => {
    const by = event.key === 'ArrowRight' ? step : event.key === 'ArrowLeft' ? -step : 0;
    if (by === 0) return;
    event.preventDefault();
    set(head.offsetWidth + by);
  });
  handle.addEventListener('pointerdown', (event) => {
    const from = event.clientX - head.offsetWidth;
    handle.setPointerCapture(event.pointerId);
    const move = ({ clientX }: PointerEvent) => set(clientX - from);
    handle.addEventListener('pointermove', move);
    handle.addEventListener('pointerup', () => handle.removeEventListener('pointermove', move), {
      once: true,
    });
  });
  head.append(handle);
}
