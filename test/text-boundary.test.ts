import { describe, expect, it } from 'vitest';
import { createRedactor } from '../src/redact.js';
import { fence, markedJson, tenantData, verbatim } from '../src/server/output/untrusted-text.js';
import { textBoundary } from '../src/text-boundary.js';

const secret = 'hunter/2-Sécret+word';
const boundary = textBoundary(createRedactor([secret, 'data']));
const ofThis = textBoundary(createRedactor([secret]));

const spellings: Readonly<Record<string, string>> = {
  plain: secret,
  'in capitals': secret.toUpperCase(),
  'URL-encoded': encodeURIComponent(secret),
  'URL-encoded twice': encodeURIComponent(encodeURIComponent(secret)),
  'escaped for JSON': JSON.stringify(secret.replace('é', '\\u00e9')).slice(1, -1),
  'as HTML': [...secret].map((character) => `&#${character.codePointAt(0)};`).join(''),
  base64: Buffer.from(secret).toString('base64'),
  'with zero-width spaces': [...secret].join('\u200b'),
  'with tag characters': [...secret].join('\u{E0041}'),
};

/** The longest run of characters of one spelling that a text holds. */
function shown(text: string, spelling: string): number {
  let longest = 0;
  for (let from = 0; from < spelling.length; from++) {
    while (text.includes(spelling.slice(from, from + longest + 1)) && from + longest < spelling.length)
      longest++;
  }
  return longest;
}

describe('the text boundary', () => {
  it.each(Object.entries(spellings))('cuts no secret in two: %s', (_, spelling) => {
    const text = `${'.'.repeat(50)}${spelling}${'.'.repeat(50)}`;
    for (let most = 45; most < 55 + spelling.length; most++) {
      const cut = ofThis.text(text, most);
      expect(shown(cut, spelling), `${most}: ${cut}`).toBeLessThan(4);
      expect(cut).toMatch(/… \[\d+ characters in all\]$/);
    }
  });

  it.each(Object.entries(spellings))(
    'shows no part of a secret to a reader of parts: %s',
    async (_, spelling) => {
      const text = `${'.'.repeat(50)}${spelling}${'.'.repeat(50)}`;
      for (let at = 45; at < 55 + spelling.length; at++) {
        const both = [await ofThis.part(text, 0, at), await ofThis.part(text, at, text.length)];
        for (const part of both) expect(shown(part, spelling), `${at}: ${part}`).toBeLessThan(4);
        expect(both.join('').match(/\[redacted\]/g)).toHaveLength(1);
        expect(both.join('')).toMatch(/^\.{50}\S*\[redacted\]\S*\.{50}$/);
      }
    },
  );

  it.each([49_980, 49_990, 49_999, 50_000, 99_985, 149_985])(
    'reads a long text in parts and misses nothing where they meet: %d',
    async (at) => {
      const text = `${'a\r\n'.repeat(100_000).slice(0, at)}${secret}😀${'b'.repeat(150_000)}`;
      const plain = text.replaceAll('\r\n', '\n').replaceAll('\r', '\n');
      expect(ofThis.text(text)).toBe(plain.replace(secret, '[redacted]'));
      expect(await ofThis.part(text, 1, text.length)).toBe(plain.replace(secret, '[redacted]').slice(1));
    },
  );

  it('cleans before it redacts: what nobody sees can hide nothing', () => {
    const hidden = [...secret].join('\u202e\u200b\u{E0041}\u0007');
    expect(ofThis.text(`it is ${hidden}.`)).toBe('it is [redacted].');
    expect(ofThis.text('a\u200bb\u001b[2J')).toBe('ab[2J');
  });

  it('fences after it redacts: no secret is taken for a mark, and no mark for a secret', () => {
    const lines = boundary.text(['Ticket 1', ...tenantData(['x\ny data', 'z'])].join('\n')).split('\n');
    expect(lines).toEqual([
      'Ticket 1',
      expect.stringMatching(/^<data-[0-9a-f]{8}>$/),
      'x',
      '> y [redacted]',
      'z',
      expect.stringMatching(/^<\/data-[0-9a-f]{8}>$/),
    ]);
    expect(lines[1]?.slice(1)).toBe(lines[5]?.slice(2));
  });

  it('gives each fence a mark of its own, and each answer another', () => {
    const text = [...tenantData(['a']), ...verbatim('b\nc')].join('\n');
    const marks = [
      ...ofThis.text(text).matchAll(/<data-(\w+)>/g),
      ...ofThis.text(text).matchAll(/<data-(\w+)>/g),
    ];
    expect(new Set(marks.map(([, mark]) => mark)).size).toBe(4);
    expect(ofThis.text(text)).toMatch(/<data-\w+>\n\nb\nc\n<\/data-\w+>$/);
  });

  it('closes a fence that a cut went through', () => {
    const text = ofThis.text(fence(['x'.repeat(500)]).join('\n'), 200);
    expect(text).toMatch(/^<data-(\w+)>\nx+… \[\d+ characters in all\]\n<\/data-\1>$/);
  });

  it('leaves JSON valid, with the marks as its first and last member', () => {
    const text = boundary.text(markedJson({ a: `"${secret}\\`, [secret]: ['data\n> '] }));
    const document = JSON.parse(text);
    expect(Object.keys(document)).toEqual(['begin', 'a', '[redacted]', 'end']);
    expect(document).toMatchObject({ a: '"[redacted]\\', '[redacted]': ['[redacted]\n> '] });
    expect(document.begin).toMatch(/^<data-[0-9a-f]{8}>$/);
  });

  it('lets other work go on while it reads a long message', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    const items = [`x${secret}`, 1, null, { data: secret, text: '%25'.repeat(400_000) }];
    const value = await ofThis.value({ items }, new Set(['data']));
    clearInterval(timer);
    expect(turns).toBeGreaterThan(5);
    expect(value).toEqual({
      items: ['x[redacted]', 1, null, { data: secret, text: '%25'.repeat(400_000) }],
    });
  });
});
