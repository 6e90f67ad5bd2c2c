export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Property of a parsed body whatever its case: bodies are read without case. */
export function property(body: unknown, name: string): unknown {
  if (!isObject(body)) return undefined;
  if (name in body) return body[name];
  const wanted = name.toLowerCase();
  for (const key of Object.keys(body)) if (key.toLowerCase() === wanted) return body[key];
  return undefined;
}
