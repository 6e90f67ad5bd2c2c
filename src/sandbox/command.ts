import { parseArgs } from 'node:util';
import { InvalidInput, type Problem } from '../errors.js';
import { startSandbox } from './index.js';
import type { Sandbox, SandboxOptions } from './types.js';

export const sandboxUsage = 'autotask-mcp sandbox [--port N] [--scale N] [--seed N] [--latency MS]';

interface NumberOption {
  readonly name: 'port' | 'scale' | 'seed' | 'latency';
  readonly isInteger: boolean;
  readonly min: number;
  readonly max: number;
}

const numbers: readonly NumberOption[] = [
  { name: 'port', isInteger: true, min: 0, max: 65535 },
  { name: 'scale', isInteger: false, min: 0.01, max: 200 },
  { name: 'seed', isInteger: true, min: 0, max: Number.MAX_SAFE_INTEGER },
  { name: 'latency', isInteger: true, min: 0, max: 600_000 },
];

/** Options from the words after `sandbox`; throws InvalidInput naming every word that does not fit. */
export function parseSandboxArguments(argv: readonly string[]): SandboxOptions {
  const problems: Problem[] = [];
  const options: { port?: number; scale?: number; seed?: number; latency?: number } = {};
  const known = Object.fromEntries(numbers.map(({ name }) => [name, { type: 'string' } as const]));
  const { values, tokens } = parseArgs({ args: [...argv], options: known, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind === 'positional') problems.push({ field: token.value, problem: 'is not expected here' });
    if (token.kind !== 'option' || token.name in known) continue;
    problems.push({
      field: token.rawName,
      problem: 'is not an option of sandbox',
      allowed: numbers.map(({ name }) => `--${name}`),
    });
  }
  for (const { name, isInteger, min, max } of numbers) {
    const text = values[name];
    if (text === undefined) continue;
    const number = typeof text === 'string' && text.trim() !== '' ? Number(text) : Number.NaN;
    const fits =
      Number.isFinite(number) && number >= min && number <= max && (!isInteger || Number.isInteger(number));
    if (fits) options[name] = number;
    else
      problems.push({
        field: `--${name}`,
        problem: `needs a ${isInteger ? 'whole ' : ''}number from ${min} to ${max}`,
      });
  }
  if (problems.length > 0)
    throw new InvalidInput('The sandbox cannot start with these arguments.', problems, sandboxUsage);
  return options;
}

/**
 * Starts a sandbox of its own and prints how to reach it. `out` gets one line at a time.
 * Throws InvalidInput for arguments it does not understand and rejects when the port is taken.
 */
export async function runSandbox(argv: readonly string[], out: (line: string) => void): Promise<Sandbox> {
  const options = parseSandboxArguments(argv);
  const sandbox = await startSandbox(options);
  const { userName, secret, integrationCode } = sandbox.credentials;
  out(`Autotask sandbox at ${sandbox.url} (scale ${options.scale ?? 1}, seed ${options.seed ?? 1})`);
  out(`  API base URL      ${sandbox.apiUrl}`);
  out(`  user name         ${userName}`);
  out(`  secret            ${secret}`);
  out(`  integration code  ${integrationCode}`);
  return sandbox;
}
