import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'iovalkey';

const found = (name: string): boolean => {
  try {
    execFileSync(name, ['--version'], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
};

/** Debian's redis-server, or Valkey where the machine has it; null where it has neither. */
export const engineProgram: string | null =
  ['valkey-server', 'redis-server'].find((name) => found(name)) ?? null;

if (engineProgram === null) {
  const why = 'neither valkey-server nor redis-server is installed (apt-get install redis-server)';
  // What is skipped on somebody's machine must not be skipped where it is decided.
  if (process.env.CI === 'true') throw new Error(why);
  process.stderr.write(`Tests of the shared state are skipped: ${why}.\n`);
}

export async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** A test that fails before it closes its engine must not leave it behind. */
const running = new Set<ChildProcess>();
const killAll = () => {
  for (const child of running) child.kill('SIGKILL');
};
// Benchmarks and long runs start one too, without Vitest, whose workers end in a way of their own.
if (process.env.VITEST === undefined) process.once('exit', killAll);
else (await import('vitest')).afterAll(killAll);

/** Starts a server of the engine, or a sentinel; resolves when it takes connections. */
export async function launchEngine(args: readonly string[]): Promise<ChildProcess> {
  const child = spawn(engineProgram ?? 'redis-server', [...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  await new Promise<void>((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk) => {
      text += String(chunk);
      if (/ready to accept connections|\+monitor /i.test(text)) resolve();
    });
    child.once('exit', () => reject(new Error(text)));
  });
  return child;
}

/** Ends it at once, as a power cut would. */
export async function killEngine(child: ChildProcess): Promise<void> {
  running.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

export interface TestEngine {
  readonly url: string;
  readonly port: number;
  /** A connection of the test's own. */
  readonly client: Redis;
  pause(): void;
  resume(): void;
  /** Ends it at once, as a power cut would. */
  kill(): Promise<void>;
  /** After a kill: on the same port, with what it had on disk. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** A real engine on a free port of the loopback, with a password, in a folder of its own. */
export async function startEngine(args: readonly string[] = []): Promise<TestEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'engine-'));
  const port = await freePort();
  const password = 'engine-password-0123456789';
  let child: ChildProcess;
  const start = async () => {
    const options = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
    const own = ['--requirepass', password, '--appendonly', 'yes', '--maxmemory-policy', 'noeviction'];
    child = await launchEngine([...options, ...own, ...args]);
  };
  await start();
  const client = new Redis({ host: '127.0.0.1', port, password, maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  const kill = () => killEngine(child);
  return {
    url: `redis://:${password}@127.0.0.1:${port}/0`,
    port,
    client,
    pause: () => child.kill('SIGSTOP'),
    resume: () => child.kill('SIGCONT'),
    kill,
    start,
    close: async () => {
      client.disconnect();
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
