import { createTwoFilesPatch } from 'diff';
import { clean } from '../../text.js';
import type { Paint } from '../style.js';

/** A member whose value may be a secret of this or another server: it is nobody's business on a screen. */
const secretMember =
  /((?:secret|token|key|password|passwd|authorization|credential|auth|pat)\w*["']?\s*[:=]\s*)(["'])(.*?)\2/gi;
const reference = /^(Bearer )?(\$\{?[\w:-]+\}?|<.*>)$/;

const masked = (line: string) =>
  line.replace(secretMember, (matched, before: string, quote: string, value: string) =>
    /_FILE["'\s:=]*$/.test(before) || reference.test(value) || value === ''
      ? matched
      : `${before}${quote}…${quote}`,
  );

/** The change of a file for a person to look at, without the values of secrets. */
export function difference(file: string, before: string | null, after: string, paint: Paint): string {
  const options = { context: 1, stripTrailingCr: true };
  const patch = createTwoFilesPatch(
    before === null ? 'nothing' : file,
    file,
    before ?? '',
    after,
    '',
    '',
    options,
  );
  const lines = patch.split('\n').filter((line) => !/^(={3,}|\\ No newline)/.test(line));
  return lines
    .map((line) => {
      const text = masked(clean(line));
      if (/^\+(?!\+\+)/.test(line)) return paint('green', text);
      return /^-(?!--)/.test(line) ? paint('red', text) : text;
    })
    .join('\n');
}
