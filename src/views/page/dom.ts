/** Everything on the page is made here, of text nodes and attributes: nothing is ever read as markup. */

type Child = Node | string | null | undefined | false;

export interface Attributes {
  readonly id?: string;
  readonly class?: string;
  readonly title?: string;
  readonly role?: string;
  readonly type?: string;
  readonly tabindex?: number;
  readonly disabled?: boolean;
  readonly hidden?: boolean;
  readonly open?: boolean;
  readonly scope?: string;
  readonly colspan?: number;
  readonly value?: string;
  readonly selected?: boolean;
  readonly alt?: string;
  readonly src?: string;
  readonly [name: `aria-${string}` | `data-${string}`]: string | undefined;
}

function filled<Made extends Element>(
  element: Made,
  attributes: Readonly<Record<string, unknown>>,
  children: readonly Child[],
): Made {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
  return element;
}

export const el = <Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] => filled(document.createElement(tag), { ...attributes }, children);

const svgNamespace = 'http://www.w3.org/2000/svg';

/** A drawing is saved as a file of its own, and XML does not take every character. */
const notXml = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;
export const inXml = <Part>(part: Part) => (typeof part === 'string' ? part.replace(notXml, '\uFFFD') : part);

export const svg = <Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string | number | undefined>> = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[Tag] =>
  filled(
    document.createElementNS(svgNamespace, tag),
    Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, inXml(value)])),
    children.map(inXml),
  );

export function button(
  label: string,
  onPress: (event: MouseEvent) => void,
  attributes: Attributes = {},
): HTMLButtonElement {
  const made = el('button', { type: 'button', ...attributes }, label);
  made.addEventListener('click', onPress);
  return made;
}

/** Text of the tenant: kept apart from its surroundings, so that no direction mark in it reaches further. */
export const quoted = (text: string, className = ''): HTMLElement =>
  el('bdi', className === '' ? {} : { class: className }, text);

/** A place of its own for what may be wider or higher than the page; `className` says how high it may be. */
export const scrolling = (label: string, content: HTMLElement, className = 'scroll'): HTMLElement =>
  el('div', { class: className, tabindex: 0, role: 'region', 'aria-label': label }, content);
