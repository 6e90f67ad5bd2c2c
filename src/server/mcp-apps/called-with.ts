import type { ViewData } from '../../view-data.js';

/** Of a file that is added, say: the view's program has its contents, and they are not sent back to it. */
const mostCharacters = 100_000;

const notAscii = /[^\x20-\x7e]/g;

/** JSON in letters that are left alone on their way: what is written has to be what was previewed, unseen letters too. */
const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    notAscii,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** The call whose answer a view shows, so that it can be made again whatever the view's program told the view before. */
export function calledWith(
  tool: string,
  args: Readonly<Record<string, unknown>>,
  timeZone: string,
): Pick<ViewData, 'tool' | 'args' | 'timeZone'> {
  const json = asciiJson(args);
  return { tool, args: json.length > mostCharacters ? null : json, timeZone };
}
