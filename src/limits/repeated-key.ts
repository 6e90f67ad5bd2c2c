/** Where the text that begins at a quotation mark ends: the index of its last one. */
function endOfText(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at;
}

/**
 * The first key that an object in the JSON text has twice; undefined where there is none. Reading JSON keeps the last
 * of them and says nothing. The text is known to be JSON.
 */
export function repeatedKey(json: string): string | undefined {
  const objects: (Set<string> | null)[] = [];
  for (let at = 0; at < json.length; at += 1) {
    const sign = json[at];
    if (sign === '{' || sign === '[') objects.push(sign === '{' ? new Set() : null);
    else if (sign === '}' || sign === ']') objects.pop();
    else if (sign === '"') {
      const end = endOfText(json, at);
      const keys = objects.at(-1);
      let next = end + 1;
      while (/\s/.test(json[next] ?? '')) next += 1;
      if (keys && json[next] === ':') {
        const key = String(JSON.parse(json.slice(at, end + 1)));
        if (keys.has(key)) return key;
        keys.add(key);
      }
      at = end;
    }
  }
  return undefined;
}
