import type { IncomingMessage } from 'node:http';
import { Refusal } from './refusal.js';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What this transport wants to know of a body; the SDK checks the rest. */
export interface BodySummary {
  /** Method of the message, `batch` for several. */
  readonly method: string;
  readonly initializes: boolean;
  /** Ids of the requests that will be answered. */
  readonly requestIds: readonly (string | number)[];
  /** Whether somebody wants to hear about progress before the answer is there. */
  readonly wantsProgress: boolean;
  /** Names of the tools that are called. */
  readonly tools: readonly string[];
}

const methods = new Set([
  'initialize',
  'ping',
  'tools/list',
  'tools/call',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'prompts/list',
  'prompts/get',
  'completion/complete',
  'logging/setLevel',
  'notifications/initialized',
  'notifications/cancelled',
]);

function toolOf({ method, params }: Readonly<Record<string, unknown>>): readonly string[] {
  const named = method === 'tools/call' && isObject(params) && typeof params.name === 'string';
  return named ? [String(params.name)] : [];
}

function progressToken(message: Readonly<Record<string, unknown>>): unknown {
  const params = isObject(message.params) ? message.params : {};
  return isObject(params._meta) ? params._meta.progressToken : undefined;
}

export function summarize(body: unknown): BodySummary {
  const messages = (Array.isArray(body) ? body : [body]).filter(isObject);
  const [first] = messages;
  const name = typeof first?.method === 'string' && methods.has(first.method) ? first.method : 'other';
  return {
    method: Array.isArray(body) ? 'batch' : name,
    initializes: messages.some(({ method }) => method === 'initialize'),
    requestIds: messages.flatMap(({ id, method }) =>
      method !== undefined && (typeof id === 'string' || typeof id === 'number') ? [id] : [],
    ),
    wantsProgress: messages.some((message) => progressToken(message) !== undefined),
    tools: messages.flatMap(toolOf),
  };
}

/** The last revision of the protocol that knows batches; a request that names none is taken for one of it. */
const lastWithBatches = '2025-03-26';

/** Refuses batches where there are none, and those whose answers could not be told apart. */
export function checkBatch({ headers }: IncomingMessage, body: unknown, { requestIds }: BodySummary): void {
  if (!Array.isArray(body)) return;
  const refuse = (message: string) => new Refusal(400, `Invalid request: ${message}`, {}, -32600);
  const version = String(headers['mcp-protocol-version'] ?? lastWithBatches);
  if (version > lastWithBatches)
    throw refuse(`protocol version ${lastWithBatches} was the last with batches.`);
  if (body.length === 0) throw refuse('the batch is empty.');
  if (new Set(requestIds).size < requestIds.length)
    throw refuse('two requests of the batch have the same id.');
}
