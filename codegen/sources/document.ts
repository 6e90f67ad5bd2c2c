import { readFile } from 'node:fs/promises';
import * as z from 'zod';

const reference = z.looseObject({ $ref: z.string().optional() });

const property = z.looseObject({
  type: z.string().optional(),
  format: z.string().optional(),
  readOnly: z.boolean().optional(),
  $ref: z.string().optional(),
  items: z.looseObject({ $ref: z.string().optional() }).optional(),
});

const operation = z.looseObject({
  operationId: z.string().optional(),
  tags: z.array(z.string()).optional(),
  parameters: z.array(z.looseObject({ in: z.string().optional(), schema: reference.optional() })).optional(),
  responses: z.record(z.string(), z.looseObject({ schema: reference.optional() })).optional(),
});

/** The part of Swagger 2.0 that is read; Autotask's document puts everything into it. */
const swaggerDocument = z.looseObject({
  swagger: z.literal('2.0'),
  info: z.looseObject({ version: z.string().optional() }).optional(),
  host: z.string().optional(),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  definitions: z.record(z.string(), z.looseObject({ properties: z.record(z.string(), property).optional() })),
});

export type SwaggerDocument = z.infer<typeof swaggerDocument>;
export type SwaggerOperation = z.infer<typeof operation>;
export type SwaggerProperty = z.infer<typeof property>;

const timeoutMs = 120_000;

/** The text of a file or of an http(s) address; null when the address answers 404. */
export async function textOf(from: string): Promise<string | null> {
  if (!/^https?:\/\//i.test(from)) return readFile(from, 'utf8');
  let response: Response;
  try {
    response = await fetch(from, { signal: AbortSignal.timeout(timeoutMs) });
    if (response.ok) return await response.text();
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new Error(`${from} could not be read: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  if (response.status === 404) return null;
  throw new Error(`${from} answered ${response.status} ${response.statusText}`.trimEnd());
}

/** Checks that a text is Autotask's kind of document; `from` names it in the message. */
export function parseSwagger(text: string, from: string): SwaggerDocument {
  const start = text.trimStart();
  if (start === '') throw new Error(`${from} is empty; expected a Swagger 2.0 document`);
  if (start.startsWith('<')) {
    throw new Error(`${from} is a web page, not a Swagger 2.0 document (wrong address, or Autotask is down)`);
  }
  let json: unknown;
  try {
    json = JSON.parse(start);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${from} is not complete JSON, was the download cut off? ${why}`);
  }
  const version = z.looseObject({ openapi: z.string() }).safeParse(json);
  if (version.success) {
    throw new Error(`${from} is OpenAPI ${version.data.openapi}; Autotask's document is Swagger 2.0`);
  }
  const result = swaggerDocument.safeParse(json);
  if (result.success) return result.data;
  const issues = result.error.issues.slice(0, 5).map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`${from} is not a Swagger 2.0 document:\n  ${issues.join('\n  ')}`);
}

/**
 * Reads a Swagger 2.0 document from a file or an http(s) address.
 * @throws Error with a message for a person when it is unreachable, a web page, cut off or another format
 */
export async function readSwaggerDocument(from: string): Promise<SwaggerDocument> {
  const text = await textOf(from);
  if (text === null) throw new Error(`${from} answered 404: there is no such document`);
  return parseSwagger(text, from);
}
