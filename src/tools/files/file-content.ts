import { clean, wholeEnd } from '../../text.js';
import { startsWith, textOf } from './text-encoding.js';

/** What a file turned out to hold. The bytes decide; the declared type only helps where they do not. */
export type Content =
  | {
      readonly type: 'text';
      readonly mimeType: 'text/plain';
      readonly charset: string;
      /** As it was decoded. */
      readonly text: string;
    }
  | { readonly type: 'image'; readonly mimeType: string; readonly bytes: Buffer }
  | { readonly type: 'binary'; readonly mimeType: string; readonly bytes: Buffer };

/** Images that MCP clients show; everything else that calls itself an image is a file like others. */
function imageType(bytes: Buffer): string | null {
  if (startsWith(bytes, '\x89PNG\r\n\x1a\n') && startsWith(bytes, 'IHDR', 12)) return 'image/png';
  if (startsWith(bytes, '\xff\xd8\xff')) return 'image/jpeg';
  if (startsWith(bytes, 'GIF87a') || startsWith(bytes, 'GIF89a')) return 'image/gif';
  if (startsWith(bytes, 'RIFF') && startsWith(bytes, 'WEBP', 8)) return 'image/webp';
  return null;
}

/** Types that a client can do nothing dangerous with; a declared web page or script is none. */
const harmless = /^(application|audio|video|font)\/(?!.*(html|javascript|ecmascript|\bxml|svg))[\w.+-]+$/i;

function binaryType(bytes: Buffer, declared: string): string | null {
  if (startsWith(bytes, '%PDF-')) return 'application/pdf';
  // A text may begin with these two letters, a program goes on with zeros.
  if (startsWith(bytes, 'MZ') && bytes.subarray(0, 64).includes(0)) return 'application/x-msdownload';
  const known: readonly (readonly [magic: string, type: string])[] = [
    ['PK\x03\x04', 'application/zip'],
    ['PK\x05\x06', 'application/zip'],
    ['\x1f\x8b', 'application/gzip'],
    ['7z\xbc\xaf\x27\x1c', 'application/x-7z-compressed'],
    ['\xd0\xcf\x11\xe0', 'application/x-ole-storage'],
    ['\x7fELF', 'application/x-executable'],
  ];
  const type = known.find(([magic]) => startsWith(bytes, magic))?.[1];
  // Office documents are archives; what they call themselves says more than the container.
  const office =
    /zip|ole-storage/.test(type ?? '') && /officedocument|msword|ms-|opendocument/i.test(declared);
  return office && /^application\/[\w.+-]+$/.test(declared) ? declared : (type ?? null);
}

/**
 * Tells text, pictures and other files apart. SVG and web pages are text: nothing here is ever handed out as
 * something that a client would run or render as a page.
 */
export function contentOf(bytes: Buffer, declared: string, name: string): Content {
  const image = imageType(bytes);
  if (image !== null) return { type: 'image', mimeType: image, bytes };
  const known = binaryType(bytes, declared);
  const text = known === null ? textOf(bytes, declared, name) : null;
  if (text !== null) {
    return { type: 'text', mimeType: 'text/plain', charset: text.charset, text: text.text };
  }
  const mimeType = known ?? (harmless.test(declared) ? declared : 'application/octet-stream');
  return { type: 'binary', mimeType, bytes };
}

/** A name of a file that is nothing but a name: no folder, no invisible character, not too long. */
export function plainName(path: string): string {
  const visible = clean(path).replace(/\s+/g, ' ').trim();
  const last = visible.split(/[/\\]/).at(-1) ?? '';
  const name = last.replace(/[:*?"<>|]/g, '_').replace(/^\.+$/, '');
  if (name === '') return 'file';
  // The mark of a cut, so that half a secret is known for one.
  return name.length > 120 ? `${name.slice(0, wholeEnd(name, 119))}…` : name;
}

/** `1.2 MB`, for people; `bytes` beside it is exact where it matters. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
