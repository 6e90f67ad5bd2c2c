import { parse as parseToml, stringify } from 'smol-toml';
import { type Addition, isEqual, isMembers, type Members, mergedEntry, Unmergeable } from './merge.js';

function parse(text: string): Members {
  try {
    return parseToml(text);
  } catch (error) {
    throw new Unmergeable(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
  }
}

/** The lines of one table and of those below it. */
export function tableText(servers: string, name: string, entry: Members): string {
  return `${stringify({ [servers]: { [name]: entry } })
    .replace(`[${servers}]\n`, '')
    .trim()}\n`;
}

/** The text without the table and those below it, and where it stood. */
function without(lines: readonly string[], path: string): { rest: string[]; at: number } {
  const header = /^\s*\[\[?\s*([^\]]+?)\s*\]/;
  const rest: string[] = [];
  let inside = false;
  let at = -1;
  for (const line of lines) {
    const found = header.exec(line)?.[1]?.replaceAll(/["'\s]/g, '');
    if (found !== undefined) inside = found === path || found.startsWith(`${path}.`);
    if (!inside) rest.push(line);
    else if (at < 0) at = rest.length;
  }
  return { rest, at };
}

/**
 * Puts the server into TOML as a table of its own; every other line stays as it is. The result is read again
 * and must say what it said before and the new table: a file that is written in another way is refused.
 */
export function mergeToml(text: string, addition: Addition): string {
  const { servers, name } = addition;
  const before = parse(text);
  const existing = before[servers];
  if (existing !== undefined && !isMembers(existing)) throw new Unmergeable(`${servers} is not a table`);
  const old = isMembers(existing) ? existing[name] : undefined;
  const entry = mergedEntry(old, addition);
  if (isEqual(old, entry)) return text;
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const { rest, at } = without(text.split(/\r?\n/), `${servers}.${name}`);
  const lines = tableText(servers, name, entry).trimEnd().split('\n');
  const insertAt = at < 0 ? rest.length : at;
  const head = rest.slice(0, insertAt);
  while (head.at(-1)?.trim() === '') head.pop();
  const tail = rest.slice(insertAt);
  while (tail[0]?.trim() === '') tail.shift();
  const parts = [head, lines, tail].filter((part) => part.length > 0).map((part) => part.join(eol).trimEnd());
  const result = `${parts.join(eol + eol)}${eol}`;
  const expected = { ...before, [servers]: { ...(isMembers(existing) ? existing : {}), [name]: entry } };
  if (!isEqual(JSON.stringify(sorted(parse(result))), JSON.stringify(sorted(expected)))) {
    throw new Unmergeable(`${servers} is written in a way that cannot be changed safely`);
  }
  return result;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value instanceof Date || !isMembers(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}
