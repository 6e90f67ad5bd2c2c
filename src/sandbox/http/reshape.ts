import type { Fault } from './faults.js';
import { parseJson } from './lenient-json.js';
import { json, type Reply } from './reply.js';

type Shape = Extract<Fault, { kind: 'shape' }>;

const capital = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

/** The same value with all names in Pascal case, as the classes of the service spell them. */
export function pascal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pascal);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [capital(name), pascal(member)]));
}

/** Field metadata as older zones write it: the names of fields are in Pascal case too. */
export function pascalFields(fields: readonly { readonly name: string }[]): unknown {
  return pascal({ fields: fields.map((field) => ({ ...field, name: capital(field.name) })) });
}

function without(value: unknown, left: string): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => without(item, left));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => (name === left ? [] : [[name, without(member, left)]])),
  );
}

/** A good answer as a `shape` fault leaves it. */
export function reshape(reply: Reply, { how }: Shape): Reply {
  const body = parseJson(reply.body);
  if (how === 'pascal') return { ...reply, body: JSON.stringify(pascal(body)) };
  return json(without(body, how === 'withoutId' ? 'id' : 'nextPageUrl'), reply.status);
}
