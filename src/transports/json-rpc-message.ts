export type Message = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Message =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const failure = (code: number, message: string) => ({
  jsonrpc: '2.0',
  id: null,
  error: { code, message },
});

const notAMessage = failure(
  -32600,
  'Invalid request: a message is an object with "jsonrpc": "2.0" and a method, or the result or error of one.',
);

const isId = (id: unknown): boolean => typeof id === 'string' || Number.isInteger(id);

/** Whether the value is a request, a notification or an answer of the protocol, whatever its method. */
export function isMessage(value: unknown): value is Message {
  if (!isObject(value) || value.jsonrpc !== '2.0') return false;
  const { id, method, params } = value;
  if (method === undefined) return isId(id) && ('result' in value || 'error' in value);
  return (
    typeof method === 'string' && (id === undefined || isId(id)) && (params === undefined || isObject(params))
  );
}

/** The refusal of what is no message, with its id where it has one. */
export const refusalOf = (value: unknown) =>
  isObject(value) && isId(value.id) ? { ...notAMessage, id: value.id } : notAMessage;

/** Undefined for what is not JSON. */
export function parse(line: string): unknown {
  try {
    const value: unknown = JSON.parse(line);
    return value;
  } catch {
    return undefined;
  }
}
