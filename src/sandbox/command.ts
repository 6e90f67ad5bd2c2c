import { parseArgs } from 'node:util';
import { startSandbox } from './index.js';
import type { Sandbox } from './types.js';

/** Starts the sandbox from command-line arguments and prints how to reach it. */
export async function runSandbox(argv: readonly string[], out: (line: string) => void): Promise<Sandbox> {
  const { values } = parseArgs({ args: [...argv], options: { port: { type: 'string' } } });
  const sandbox = await startSandbox({ port: Number(values.port ?? 0) });
  out(`API ${sandbox.apiUrl}`);
  return sandbox;
}
