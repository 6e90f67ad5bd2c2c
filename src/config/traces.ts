import * as z from 'zod';
import type { VariableName } from './variables.js';

const problem = 'must read name=value,name=value';

/** Headers as OpenTelemetry spells them in a variable: values may be percent-encoded. */
function readHeaders(text: string): Readonly<Record<string, string>> | null {
  const pairs = text.split(',').map((part) => /^\s*([\w.!#$%&'*+^`|~-]+)\s*=\s*(.*?)\s*$/.exec(part));
  try {
    return Object.fromEntries(
      pairs.map((pair) => {
        const [, name = '', value = ''] = pair ?? [];
        if (name === '' || value === '') throw new Error(problem);
        return [name, decodeURIComponent(value)];
      }),
    );
  } catch {
    return null;
  }
}

const headers = z.string().transform((text, context) => {
  const read = readHeaders(text);
  if (read !== null) return read;
  context.addIssue({ code: 'custom', message: problem });
  return z.NEVER;
});

export const traceVariables = {
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .optional(),
  OTEL_EXPORTER_OTLP_HEADERS: headers.optional(),
  OTEL_TRACES_EXPORTER: z.enum(['otlp', 'none'], { error: 'must be otlp or none' }),
  OTEL_SDK_DISABLED: z.stringbool({ truthy: ['true'], falsy: ['false'], error: 'must be true or false' }),
} as const satisfies Partial<Record<VariableName, z.ZodType>>;

const protocols = ['OTEL_EXPORTER_OTLP_PROTOCOL', 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] as const;

/** Variables that ask for a protocol other than the one there is. Platforms set them for all programs, so work goes on. */
export const otherProtocols = (env: Readonly<Record<string, string | undefined>>): string[] =>
  protocols
    .filter((name) => !['', 'http/json'].includes((env[name] ?? '').trim()))
    .map(
      (name) =>
        `${name} has no effect: traces are sent as http/json, which a collector takes at its HTTP port (4318), not at that of gRPC (4317).`,
    );
