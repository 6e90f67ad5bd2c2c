import { runSandbox } from '../sandbox/command.js';
import { UsageError } from './args.js';

const stopped = () =>
  new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });

/** Runs the sandbox tenant until the process is told to stop. */
export async function sandbox(argv: readonly string[]): Promise<number> {
  const tenant = await runSandbox(argv, (line) => process.stdout.write(`${line}\n`)).catch(
    (error: unknown) => {
      throw new UsageError(error instanceof Error ? error.message : String(error));
    },
  );
  await stopped();
  await tenant.close();
  return 0;
}
