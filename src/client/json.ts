/**
 * Reading JSON that came from outside. Autotask writes camelCase today and wrote PascalCase in 2020,
 * and takes either, so members are found by exact name first and ignoring case otherwise.
 */

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function member(value: unknown, name: string): unknown {
  if (!isObject(value)) return undefined;
  if (name in value) return value[name];
  const wanted = name.toLowerCase();
  for (const key in value) if (key.toLowerCase() === wanted) return value[key];
  return undefined;
}

export function textMember(value: unknown, name: string): string | null {
  const found = member(value, name);
  if (typeof found === 'number') return String(found);
  return typeof found === 'string' && found !== '' ? found : null;
}

export function flagMember(value: unknown, name: string): boolean {
  return member(value, name) === true;
}

/** A number, also when it is written as text; null otherwise. */
export function toNumber(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : null;
}

/** The objects of a list; null when it is no list. */
export function objects(value: unknown): readonly JsonObject[] | null {
  return Array.isArray(value) ? value.filter(isObject) : null;
}

/** The parsed text, or undefined when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}
