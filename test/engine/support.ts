import { spawn } from 'node:child_process';

/** Runs the steps in their order, and says of each how long it took. Rejects with what the first of them threw. */
export async function reports(steps: Readonly<Record<string, () => void | Promise<void>>>): Promise<void> {
  for (const [name, step] of Object.entries(steps)) {
    const start = performance.now();
    await step();
    process.stdout.write(`passed: ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)\n`);
  }
}

export interface Done {
  readonly code: number | null;
  readonly out: string;
  /** What it said besides. */
  readonly err: string;
}

/** Runs a command while this process goes on. */
export async function runs(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly input?: string },
): Promise<Done> {
  const { input = '', ...place } = options;
  const child = spawn(command, [...args], { ...place, stdio: 'pipe' });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => {
    out += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    err += String(chunk);
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { code, out, err };
}
