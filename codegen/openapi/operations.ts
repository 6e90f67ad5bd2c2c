import { ref } from './envelopes.js';

/** One method of one path, as the document holds it. */
export type Operation = Readonly<Record<string, unknown>>;

const json = (schema: object) => ({ 'application/json': { schema } });

export const ok = (schema: object) => ({ '200': { description: 'Done.', content: json(schema) } });

/** Failures look alike everywhere; the texts are in components/responses. */
const failures = Object.fromEntries(
  ['401', '403', '404', '429', '500'].map((status) => [status, { $ref: `#/components/responses/${status}` }]),
);

export const responses = {
  '401': { description: 'The credentials were refused, or this is not their zone. The body is empty.' },
  '403': { description: 'The user may not do this.' },
  '404': { description: 'There is no such route. The body is a web page.' },
  '429': {
    description: 'Too many requests at once for this endpoint, or too many in the hour.',
    content: json(ref('Errors')),
  },
  '500': {
    description: 'Refused: most invalid input and missing permission is answered like this.',
    content: json(ref('Errors')),
  },
};

export const parameters = {
  id: {
    name: 'id',
    in: 'path',
    required: true,
    schema: { type: 'integer', format: 'int64', minimum: 0 },
  },
  parentId: {
    name: 'parentId',
    in: 'path',
    required: true,
    description: 'Id of the parent record; 0 is the company that owns the tenant.',
    schema: { type: 'integer', format: 'int64', minimum: 0 },
  },
  year: { name: 'year', in: 'path', required: true, schema: { type: 'integer', format: 'int32' } },
  search: {
    name: 'search',
    in: 'query',
    required: true,
    description: 'A QueryRequest as JSON text.',
    content: json(ref('QueryRequest')),
  },
  impersonation: {
    name: 'ImpersonationResourceId',
    in: 'header',
    required: false,
    description: 'Resource on whose behalf the record is written; some entities only, refused on reads.',
    schema: { type: 'integer', format: 'int64' },
  },
};

const parameterRef = (name: keyof typeof parameters) => ({ $ref: `#/components/parameters/${name}` });

export interface Call {
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  readonly answer: object;
  readonly parameters?: readonly (keyof typeof parameters)[];
  readonly body?: object;
}

/** A call as an OpenAPI operation, with the failures that all calls share. */
export function operation(call: Call): Operation {
  const { operationId, tag, summary, answer, body } = call;
  return {
    operationId,
    tags: [tag],
    summary,
    ...(call.parameters === undefined ? {} : { parameters: call.parameters.map(parameterRef) }),
    ...(body === undefined ? {} : { requestBody: { required: true, content: json(body) } }),
    responses: { ...ok(answer), ...failures },
  };
}
