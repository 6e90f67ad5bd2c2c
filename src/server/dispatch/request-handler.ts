import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import {
  ErrorCode,
  McpError,
  type ServerNotification,
  type ServerRequest,
  type ServerResult,
} from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';

type RequestSchema = z.ZodObject<{ method: z.ZodLiteral<string> }>;

/** `params.name: expected string, received number`, for each thing that is wrong. */
const problems = (error: z.ZodError): string =>
  error.issues
    .map(({ path, message }) => `${path.join('.')}: ${message.replace(/^Invalid input: /, '')}`)
    .join('; ');

/** The same method with any parameters; those that do not fit are refused when the schema is applied. */
function inAnyForm(schema: RequestSchema) {
  const { method } = schema.shape;
  return z.looseObject({ method, params: z.unknown().optional() }).superRefine((request) => {
    const { error } = schema.safeParse(request);
    if (error === undefined) return;
    throw new McpError(ErrorCode.InvalidParams, `${method.value} was not understood: ${problems(error)}`);
  });
}

// A server is made for each request over HTTP: what only depends on the protocol is made once.
const forms = new WeakMap<RequestSchema, ReturnType<typeof inAnyForm>>();

/**
 * Registers what answers a method. A request of another form is its sender's mistake (-32602), told by the
 * name of the parameter; the SDK would answer it as a failure of this server, with the whole report of its
 * schema. What an unfitting request asks for is never begun.
 */
export function handle<Schema extends RequestSchema>(
  server: Server,
  schema: Schema,
  handler: (
    request: z.output<Schema>,
    extra: RequestHandlerExtra<ServerRequest, ServerNotification>,
    /** The parameters as they came: reading them by a schema leaves out the key `__proto__`. */
    params: unknown,
  ) => ServerResult | Promise<ServerResult>,
): void {
  const form = forms.get(schema) ?? inAnyForm(schema);
  forms.set(schema, form);
  server.setRequestHandler(form, (request, extra) => handler(schema.parse(request), extra, request.params));
}
