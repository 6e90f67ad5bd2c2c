import { createServer } from 'node:http';
import * as z from 'zod';

const value = z
  .object({ stringValue: z.string(), intValue: z.number(), doubleValue: z.number(), boolValue: z.boolean() })
  .partial()
  .strict()
  .transform((one): string | number | boolean => Object.values(one)[0] ?? '');
const attributes = z
  .array(z.object({ key: z.string(), value }))
  .transform((list) => Object.fromEntries(list.map((one) => [one.key, one.value])));
const spanShape = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  attributes,
  events: z.array(z.object({ name: z.string(), attributes })),
  links: z.array(z.object({ traceId: z.string(), spanId: z.string() })),
  status: z.object({ code: z.number(), message: z.string().optional() }),
});
const body = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes }),
      scopeSpans: z.array(z.object({ spans: z.array(spanShape) })),
    }),
  ),
});

export type Span = z.output<typeof spanShape>;

export interface Collector {
  readonly url: string;
  readonly spans: Span[];
  /** Attributes of the processes that sent something. */
  readonly resources: Readonly<Record<string, unknown>>[];
  /** Everything that came, as it came. */
  raw(): string;
  /** Values of a header of the requests. */
  readonly keys: (string | undefined)[];
  close(): Promise<void>;
}

/** What receives OTLP as JSON over HTTP: a real server on the loopback. */
export async function startCollector(): Promise<Collector> {
  const chunks: Buffer[] = [];
  const spans: Span[] = [];
  const resources: Readonly<Record<string, unknown>>[] = [];
  const keys: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const own: Buffer[] = [];
    request.on('data', (chunk) => own.push(Buffer.from(chunk)));
    request.on('end', () => {
      chunks.push(...own);
      keys.push(request.headers['x-collector-key']?.toString());
      for (const one of body.parse(JSON.parse(Buffer.concat(own).toString('utf8'))).resourceSpans) {
        resources.push(one.resource.attributes);
        spans.push(...one.scopeSpans.flatMap((scope) => scope.spans));
      }
      response.writeHead(request.url === '/v1/traces' ? 200 : 404, { 'content-type': 'application/json' });
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    spans,
    resources,
    raw: () => Buffer.concat(chunks).toString('latin1'),
    keys,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
