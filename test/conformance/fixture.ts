import {
  type CallToolResult,
  type InputRequiredResult,
  inputRequired,
  type ServerContext,
  type Tool,
} from '@modelcontextprotocol/server';
import * as z from 'zod';

export interface Call {
  readonly args: Record<string, unknown>;
  readonly context: ServerContext;
}

export interface Fixture {
  readonly tool: Tool;
  run(call: Call): Promise<CallToolResult | InputRequiredResult>;
}

export const nothing = { type: 'object' } as const;

export const text = (value: string): CallToolResult => ({ content: [{ type: 'text', text: value }] });

export const plain = (
  name: string,
  run: Fixture['run'],
  inputSchema: Tool['inputSchema'] = nothing,
): Fixture => ({ tool: { name, description: `Fixture ${name}`, inputSchema }, run });

export const form = (message: string, properties: object, required: readonly string[] = []) =>
  inputRequired.elicit({
    message,
    requestedSchema: z
      .looseObject({ type: z.literal('object'), properties: z.record(z.string(), z.any()) })
      .parse({ type: 'object', properties, required }),
  });

export const sample = (question: string, maxTokens: number) =>
  inputRequired.createMessage({
    messages: [{ role: 'user', content: { type: 'text', text: question } }],
    maxTokens,
  });
