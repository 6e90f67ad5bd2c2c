import { svg } from '../page/dom.js';

/** Points of a picture; some browsers draw none that is larger. */
const mostPoints = 16_000_000;

/** A drawing as a file of its own, in the colours it has on the page. */
export function svgFile(drawing: SVGSVGElement): string {
  const copy = drawing.cloneNode(true);
  if (!(copy instanceof SVGSVGElement)) throw new Error('The chart could not be copied.');
  const { width, height } = drawing.viewBox.baseVal;
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('color', getComputedStyle(drawing).color);
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  for (const one of copy.querySelectorAll('[tabindex]')) one.removeAttribute('tabindex');
  const fill = getComputedStyle(document.body).backgroundColor;
  copy.prepend(svg('rect', { width, height, fill }));
  return new XMLSerializer().serializeToString(copy);
}

/** The same as a picture of twice its size, as far as browsers draw one, base64. */
export async function pngFile(drawing: SVGSVGElement): Promise<string> {
  const { width: wide, height: high } = drawing.viewBox.baseVal;
  const picture = new Image(wide, high);
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgFile(drawing))}`;
  await picture.decode();
  const scale = Math.min(2, Math.sqrt(mostPoints / (wide * high)));
  const canvas = document.createElement('canvas');
  canvas.width = Math.floor(wide * scale);
  canvas.height = Math.floor(high * scale);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This program draws no pictures.');
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL('image/png').replace(/^data:image\/png;base64,/, '');
}
