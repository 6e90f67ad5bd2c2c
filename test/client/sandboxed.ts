import { afterEach } from 'vitest';
import { createWriter } from '../../src/client/index.js';
import type { AutotaskWriter, ClientSettings } from '../../src/client/types.js';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/index.js';

const running: Sandbox[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((sandbox) => sandbox.close()));
});

export interface Setup {
  readonly sandbox: Sandbox;
  readonly client: AutotaskWriter;
  readonly settings: ClientSettings;
  /** Method and path of the requests that arrived, without those for the zone. */
  arrived(): string[];
}

export async function startTenant(
  options: SandboxOptions = {},
  overrides: Partial<ClientSettings> = {},
): Promise<Setup> {
  const sandbox = await startSandbox(options);
  running.push(sandbox);
  const settings: ClientSettings = {
    credentials: sandbox.credentials,
    zoneUrl: sandbox.url,
    timeoutMs: 5_000,
    maxConcurrency: 20,
    cacheDir: null,
    log: () => undefined,
    ...overrides,
    tuning: { backoffMs: 10, maxBackoffMs: 50, ...overrides.tuning },
  };
  const arrived = () =>
    sandbox.requests
      .map(({ method, path }) => `${method} ${path.replace(/^V1\.0\//i, '')}`)
      .filter((line) => !/zoneInformation/i.test(line));
  return { sandbox, client: createWriter(settings), settings, arrived };
}

export const all = { filter: [] };

export async function firstId(client: AutotaskWriter, entity: string): Promise<number> {
  const { rows } = await client.query(entity, { filter: [], includeFields: ['id'] }, { limit: 1 });
  return Number(rows[0]?.id);
}
