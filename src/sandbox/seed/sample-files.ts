/** Contents of small files, made here so that no binary file has to be kept. The same bytes every time. */

function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

function adler32(bytes: Buffer): number {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return ((b << 16) | a) >>> 0;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  return Buffer.concat([uint32(data.length), body, uint32(crc32(body))]);
}

/** A grey picture, not compressed, because compressors differ. At most 65,535 bytes of pixels. */
export function png(width: number, height: number): Buffer {
  const pixels = Buffer.alloc((width + 1) * height, 0x99);
  for (let row = 0; row < height; row++) pixels[row * (width + 1)] = 0;
  const header = Buffer.concat([uint32(width), uint32(height), Buffer.from([8, 0, 0, 0, 0])]);
  const length = Buffer.alloc(4);
  length.writeUInt16LE(pixels.length, 0);
  length.writeUInt16LE(0xffff - pixels.length, 2);
  const stored = Buffer.concat([Buffer.from([0x78, 0x01, 0x01]), length, pixels, uint32(adler32(pixels))]);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', stored),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Eight by eight grey pixels: one block whose only coefficient is zero. */
export function jpeg(): Buffer {
  const table = (kind: number) => `ffc40014${kind.toString(16).padStart(2, '0')}01${'00'.repeat(16)}`;
  return Buffer.from(
    [
      'ffd8',
      `ffdb004300${'01'.repeat(64)}`,
      'ffc0000b080008000801011100',
      table(0x00),
      table(0x10),
      'ffda0008010100003f00',
      '3f',
      'ffd9',
    ].join(''),
    'hex',
  );
}

/** A one-page PDF with a line of text; enough for a viewer to open it. */
export function pdf(text: string): Buffer {
  const stream = `BT /F1 14 Tf 72 720 Td (${text.replace(/[()\\]/g, ' ')}) Tj ET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let body = '%PDF-1.4\n';
  const offsets = objects.map((object, i) => {
    const at = body.length;
    body += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(at).padStart(10, '0')} 00000 n \n`;
  });
  const start = body.length;
  body += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.join('')}`;
  body += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(body, 'latin1');
}

/** Text as Windows programs save it. */
export const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le');

/** Bytes that are neither text nor a known format. */
export function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0, state = 1; i < length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    bytes[i] = state >>> 16;
  }
  return bytes;
}
