const decode = (bytes: Buffer, charset: string, fatal: boolean): string | null => {
  try {
    return new TextDecoder(charset, { fatal }).decode(bytes);
  } catch {
    return null;
  }
};

/** Control characters that no text has, as a share of all. Counted one by one: a list of them would be as long as the text. */
function controls(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 0xfffd || (code < 0x20 && code !== 0x1b && (code < 0x09 || code > 0x0d))) count++;
  }
  return count / Math.max(1, text.length);
}

/** UTF-16 without a mark: in Western text every other byte is zero. */
function utf16WithoutMark(bytes: Buffer): 'utf-16le' | 'utf-16be' | null {
  const sample = bytes.subarray(0, 2000);
  if (sample.length < 4 || bytes.length % 2 === 1) return null;
  let [even, odd] = [0, 0];
  for (const [index, byte] of sample.entries()) {
    if (byte !== 0) continue;
    if (index % 2 === 0) even++;
    else odd++;
  }
  const half = sample.length / 2;
  if (odd > half * 0.7 && even < half * 0.05) return 'utf-16le';
  return even > half * 0.7 && odd < half * 0.05 ? 'utf-16be' : null;
}

const isTextType = (declared: string, name: string) =>
  /^text\/|[/+](json|xml|csv|javascript|yaml)$/i.test(declared) ||
  /\.(txt|log|csv|tsv|md|json|xml|ya?ml|ini|conf|cfg|html?|svg|sql|ps1|bat|sh|eml|rtf)$/i.test(name);

/** The text and its character set; null for what is no text. */
export function textOf(
  bytes: Buffer,
  declared: string,
  name: string,
): { text: string; charset: string } | null {
  const marked = startsWith(bytes, '\xff\xfe')
    ? 'utf-16le'
    : startsWith(bytes, '\xfe\xff')
      ? 'utf-16be'
      : utf16WithoutMark(bytes);
  if (marked !== null) {
    const text = decode(bytes, marked, true);
    return text === null || controls(text) > 0.01 ? null : { text, charset: marked };
  }
  const text = decode(bytes, 'utf-8', true);
  if (text !== null) return controls(text) > 0.01 ? null : { text, charset: 'utf-8' };
  if (!isTextType(declared, name)) return null;
  const latin = decode(bytes, 'windows-1252', false);
  return latin === null || controls(latin) > 0.01 ? null : { text: latin, charset: 'windows-1252' };
}

export const startsWith = (bytes: Buffer, text: string, at = 0) =>
  bytes.subarray(at, at + text.length).equals(Buffer.from(text, 'latin1'));
