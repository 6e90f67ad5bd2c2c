import { describe, expect, it } from 'vitest';
import { createRedactor } from '../src/redact.js';

const secret = 'hunter/2-Sécret+word';
const redact = createRedactor([secret, 'C:\\key%41\\"x']);

const json = (text: string) => JSON.stringify(text).slice(1, -1);
const html = (text: string) => [...text].map((character) => `&#${character.codePointAt(0)};`).join('');
const percent = (text: string) => Buffer.from(text).toString('hex').replace(/../g, '%$&');
const spread = (text: string, between: string) => [...text].join(between);

describe('the redactor', () => {
  it.each([
    ['plain', secret],
    ['in capitals', 'HUNTER/2-Sécret+WORD'],
    ['URL-encoded', encodeURIComponent(secret)],
    ['URL-encoded three times', encodeURIComponent(encodeURIComponent(encodeURIComponent(secret)))],
    ['JSON within JSON within JSON', json(json(json(json(secret))))],
    ['JSON of HTML of a URL', json(html(encodeURIComponent(secret)))],
    ['as HTML, escaped twice', html(secret).replaceAll('&', '&amp;')],
    ['base64 of user and secret', btoa(`usr:--hunter/2-Se`)],
    ['zero-width spaces between', spread(secret, '\u200b')],
    ['soft hyphens between', spread(secret, '\u00ad')],
    ['tag characters between', spread(secret, '\u{E0041}')],
    ['controls between', spread(secret, '\u0007')],
    ['variation selectors, URL-encoded', encodeURIComponent(spread(secret, '\ufe0f'))],
    ['many backslashes between', spread(secret, '\\'.repeat(40))],
    ['its beginning, cut off', 'hunter/2-S… [9000 characters in all]'],
    ['its beginning, escaped, cut off', 'hunter\\/2-S\\u00e9cr… [9000 characters in all]'],
    ['backslashes and what looks encoded', 'C:\\key%41\\"x'],
    ['the same in JSON', json('C:\\key%41\\"x')],
  ])('finds a secret: %s', (what, form) => {
    const tested = what === 'base64 of user and secret' ? createRedactor(['hunter/2-Se']) : redact;
    const shown = tested(`it said: ${form} and more`);
    expect(shown).toMatch(/^it said: \S{0,9}\[redacted\]/);
    expect(shown).toContain(' and more');
    expect(shown).not.toMatch(/hunter|h\W*u\W*n\W*t|key/i);
  });

  it.each([
    ['a URL', percent],
    ['a URL, encoded twice', (character: string) => percent(character).replaceAll('%', '%25')],
    ['JSON', (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`],
    ['HTML', (character: string) => `&#${character.charCodeAt(0)};`],
    ['HTML, in hexadecimal digits', (character: string) => `&#x${character.charCodeAt(0).toString(16)};`],
    ['HTML, escaped twice', (character: string) => `&amp;#${character.charCodeAt(0)};`],
  ])('shows no half of a secret that was cut within a character of %s', (_, encode) => {
    const encoded = [...secret].map(encode);
    const whole = encoded.join('');
    for (let length = encoded.slice(0, 5).join('').length; length < whole.length; length++) {
      const shown = redact(`it said: ${whole.slice(0, length)}… [9000 characters in all]`);
      expect(shown, whole.slice(0, length)).toContain('it said: [redacted]');
    }
  });

  it('leaves JSON valid', () => {
    const value = { a: `x\\${secret}"`, b: `\n${secret}\\`, [`"${secret}`]: 1 };
    expect(JSON.parse(redact(JSON.stringify(value)))).toEqual({
      a: 'x[redacted]"',
      b: expect.stringContaining('[redacted]\\'),
      '"[redacted]': 1,
    });
  });

  it('leaves everything else as it is', () => {
    const text = 'C:\\temp\\u00e9 %20 &amp; &#x41; 100%25 \u200b hun… [12 characters in all] hunter';
    expect(redact(text)).toBe(text);
  });
});
