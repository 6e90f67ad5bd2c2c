import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Target {
  readonly url: string;
  /** Resident memory in megabytes. */
  memory(): number;
  stop(): Promise<void>;
}

export const token = 'benchmark-token-0123456789';

export const headers = {
  Authorization: `Bearer ${token}`,
  Accept: 'application/json, text/event-stream',
  'Content-Type': 'application/json',
};

export const message = (method: string, params: object = {}) =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });

/** Starts a server in a process of its own; it says on stderr where it listens. */
export async function start(args: readonly string[], env: Record<string, string> = {}): Promise<Target> {
  const child = spawn(process.execPath, args, {
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      AUTOTASK_HTTP_TOKEN: token,
      AUTOTASK_CACHE_DIR: 'none',
      ...env,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr.on('data', (chunk) => {
      said += String(chunk);
      const found = /serving MCP at (\S+)/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', () => reject(new Error(said)));
  });
  child.stderr.resume();
  return {
    url,
    memory: () => Number(execFileSync('ps', ['-o', 'rss=', '-p', String(child.pid)])) / 1024,
    stop: async () => {
      child.removeAllListeners('exit');
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}
