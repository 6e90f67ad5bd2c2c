import { inXml, svg } from '../page/dom.js';

/** What bars and lines are made of. Text of the tenant stands in boxes that nothing of it leaves. */

export const fontSize = 12;
const font = `${fontSize}px system-ui, sans-serif`;
const lineHeight = 18;

/** Colours that differ for colour-blind readers too, on light and dark ground (Okabe and Ito). */
const palette = [
  '#0072b2',
  '#e69f00',
  '#009e73',
  '#cc79a7',
  '#56b4e9',
  '#d55e00',
  '#8c7a00',
  '#7a7a7a',
] as const;

/** What belongs to no series, several groups in one line, has the colour of letters. */
export const colourOf = (series: readonly string[], name: string): string =>
  series.length > 1 && name === ''
    ? 'currentColor'
    : (palette[series.filter((one) => series.length === 1 || one !== '').indexOf(name) % palette.length] ??
      palette[0]);

/** Letters of a text that may be drawn; more are never in sight. */
const mostLetters = 200;

const measure = document.createElement('canvas').getContext('2d');

/** How wide a text is, in pixels, as far as it can be drawn. */
export function textWidth(text: string): number {
  if (measure === null) return text.length * 7;
  measure.font = font;
  return measure.measureText(text.slice(0, mostLetters)).width;
}

/** As much of the text as there is room for. */
function fitting(text: string, width: number): string {
  const letters = Array.from(
    new Intl.Segmenter().segment(text.slice(0, 4 * mostLetters)),
    (one) => one.segment,
  );
  if (letters.length <= mostLetters && text.length <= 4 * mostLetters && textWidth(text) <= width)
    return text;
  let most = Math.min(letters.length, mostLetters);
  while (most > 0 && textWidth(`${letters.slice(0, most).join('')}…`) > width) most -= 1;
  return `${letters.slice(0, most).join('')}…`;
}

/** One line of text in a box of `width`, which begins at `x`, or ends there; `y` is its middle. */
export function label(
  text: string,
  {
    x,
    y,
    width,
    align = 'start',
  }: { x: number; y: number; width: number; align?: 'start' | 'middle' | 'end' },
): SVGElement {
  const shown = fitting(text, width);
  const share = { start: 0, middle: 0.5, end: 1 }[align];
  return svg(
    'svg',
    { x: x - share * width, y: y - lineHeight / 2, width, height: lineHeight, overflow: 'hidden' },
    svg('text', { x: share * width, y: 13, 'text-anchor': align, fill: 'currentColor' }, shown),
    shown === text ? null : svg('title', {}, text),
  );
}

/** A line across the numbers of an axis. */
export const gridLine = (at: { x1: number; x2: number; y1: number; y2: number }): SVGElement =>
  svg('line', { ...at, stroke: 'currentColor', 'stroke-opacity': 0.15 });

/** A shape that says its value on hover and on focus. */
export function mark(shape: SVGElement, text: string): SVGElement {
  shape.setAttribute('tabindex', '-1');
  shape.setAttribute('role', 'img');
  shape.setAttribute('aria-label', inXml(text));
  shape.append(svg('title', {}, text));
  return shape;
}

export const frame = (width: number, height: number, name: string, ...parts: readonly SVGElement[]) =>
  svg(
    'svg',
    {
      viewBox: `0 0 ${width} ${height}`,
      role: 'group',
      'aria-label': `${name}; arrow keys go from value to value`,
      'font-family': 'system-ui, sans-serif',
      'font-size': fontSize,
    },
    ...parts,
  );

/** What is measured, and which colour is which: above the chart, so that it goes wherever the chart goes. */
export function heading(
  metric: string,
  series: readonly string[],
  width: number,
): { readonly height: number; readonly parts: readonly SVGElement[] } {
  const parts = [label(metric, { x: 0, y: lineHeight / 2, width })];
  if (series.length < 2) return { height: lineHeight + 10, parts };
  let x = 0;
  let y = lineHeight * 1.5;
  for (const name of series) {
    const text = name === '' ? '(several groups)' : name;
    const wide = Math.min(width - 16, 240, Math.ceil(textWidth(text)) + 2);
    if (x > 0 && x + 16 + wide > width) {
      x = 0;
      y += lineHeight;
    }
    parts.push(
      svg('rect', { x, y: y - 5, width: 10, height: 10, rx: 2, fill: colourOf(series, name) }),
      label(text, { x: x + 16, y, width: wide }),
    );
    x += 16 + wide + 16;
  }
  return { height: y + lineHeight / 2 + 10, parts };
}
