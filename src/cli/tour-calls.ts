import type { Client } from '@modelcontextprotocol/client';
import { paintFor } from './style.js';

export class StepFailed extends Error {}

export function expect(condition: boolean, what: string): asserts condition {
  if (!condition) throw new StepFailed(what);
}

interface ToolAnswer {
  readonly text: string;
  readonly isError: boolean;
}

/** Shows a call and its answer as they went over the wire, long answers cut for the reader. */
export async function call(client: Client, name: string, args: Record<string, unknown>): Promise<ToolAnswer> {
  const result = await client.callTool({ name, arguments: args });
  const [content] = result.content;
  const text = content?.type === 'text' ? content.text : '';
  out(paint('cyan', `  > ${name} ${JSON.stringify(args)}`));
  const lines = text.split('\n');
  for (const line of lines.slice(0, 14)) out(`    ${line.length > 150 ? `${line.slice(0, 149)}…` : line}`);
  if (lines.length > 14) out(`    … ${lines.length - 14} more lines`);
  return { text, isError: result.isError === true };
}

export const out = (line: string) => process.stdout.write(`${line}\n`);
export const paint = paintFor(process.stdout, process.env);
