import type { Node } from 'jsonc-parser';

/** How a file is written, so that what is added looks like the rest. */
interface Style {
  readonly unit: string;
  readonly eol: string;
}

function styleOf(text: string): Style {
  return { unit: /^([ \t]+)\S/m.exec(text)?.[1] ?? '  ', eol: text.includes('\r\n') ? '\r\n' : '\n' };
}

/** The white space before the line on which `offset` lies. */
function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? '';
}

const pretty = (value: unknown, indent: string, { unit, eol }: Style): string =>
  JSON.stringify(value, null, unit).replaceAll('\n', `${eol}${indent}`);

const splice = (text: string, from: number, to: number, content: string): string =>
  text.slice(0, from) + content + text.slice(to);

/** Puts a value in the place of another. */
export function replaceValue(text: string, { offset, length }: Node, value: unknown): string {
  return splice(text, offset, offset + length, pretty(value, indentAt(text, offset), styleOf(text)));
}

/** What may stand on the rest of a line after a member: a comma, a comment. */
const remainder = /^([ \t]*,)?[ \t]*(?:\/\/[^\r\n]*|\/\*[^\r\n]*?\*\/[ \t]*)?(?=\r?\n)/;

/** Adds a member to an object, or an item to a list (`key` null), behind those that are there. */
export function append(text: string, parent: Node, key: string | null, value: unknown): string {
  const style = styleOf(text);
  const { unit, eol } = style;
  const outer = indentAt(text, parent.offset);
  const close = parent.offset + parent.length - 1;
  const last = parent.children?.at(-1);
  const onItsOwnLine =
    last !== undefined && /^\s*$/.test(text.slice(text.lastIndexOf('\n', last.offset - 1) + 1, last.offset));
  const indent = onItsOwnLine ? indentAt(text, last.offset) : outer + unit;
  const member = `${eol}${indent}${key === null ? '' : `${JSON.stringify(key)}: `}${pretty(value, indent, style)}`;
  if (last === undefined) {
    const inside = text.slice(parent.offset + 1, close).trimEnd();
    return splice(text, parent.offset + 1, close, `${inside}${member}${eol}${outer}`);
  }
  const end = last.offset + last.length;
  const rest = remainder.exec(text.slice(end, close));
  if (rest === null) {
    // Several members on one line: the closing brace gets a line of its own.
    const gap = text.slice(end, close);
    return splice(text, end, close, gap.trim() === '' ? `,${member}${eol}${outer}` : `,${member}${gap}`);
  }
  const [line, comma] = rest;
  return comma === undefined
    ? splice(text, end, end + line.length, `,${line}${member}`)
    : splice(text, end, end + line.length, `${line}${member},`);
}
