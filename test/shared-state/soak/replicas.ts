import { setTimeout as sleep } from 'node:timers/promises';
import { startProgram } from '../../http/support.js';
import { addressOf, type SoakTenants } from './tenants.js';

export const bearer = 'soak-token-0123456789';

/** With more than three replicas the others send nothing alone: the shares of all must not exceed the limit. */
const shares = ['33', '33', '33', '0', '0'];
export const replicaCount = shares.length;

/** Milliseconds of the process that runs the tests; of a replica, or of what all of them need. */
export interface Span {
  readonly replica: number | null;
  readonly from: number;
  readonly to: number;
}

type Program = Awaited<ReturnType<typeof startProgram>>;

/** The server processes; a place is empty between a kill and the next start. */
export class Replicas {
  readonly #tenants: SoakTenants;
  readonly #env: Record<string, string>;
  readonly #programs: (Program | null)[] = shares.map(() => null);
  /** When which of them was killed. */
  readonly kills: { readonly replica: number; readonly at: number }[] = [];
  /** When which of them ended although nobody killed it. */
  readonly ended: { readonly replica: number; readonly at: number }[] = [];
  readonly #logs: string[] = shares.map(() => '');

  constructor(tenants: SoakTenants, env: Record<string, string>) {
    this.#tenants = tenants;
    this.#env = env;
  }

  async start(replica: number): Promise<void> {
    const program = await startProgram([], {
      AUTOTASK_HTTP_AUTH: 'gateway',
      AUTOTASK_HTTP_TOKEN: bearer,
      AUTOTASK_HTTP_API_ORIGINS: new URL(this.#tenants.apiUrl).origin,
      NODE_OPTIONS: `--import ${new URL('local-address.mjs', import.meta.url)}`,
      LOCAL_ADDRESS: addressOf(replica),
      REPORT_HEAP: String(replica === 0),
      AUTOTASK_STATE_SHARE: shares[replica] ?? '0',
      LOG_LEVEL: 'info',
      ...this.#env,
    });
    if (program.url === null) throw new Error(program.output().stderr);
    this.#programs[replica] = program;
    program.exited
      .then(() => {
        if (this.#programs[replica] === program) this.ended.push({ replica, at: performance.now() });
      })
      .catch(() => undefined);
  }

  async startAll(): Promise<void> {
    await Promise.all(shares.map((_, replica) => this.start(replica)));
  }

  /** Null while it is dead. */
  url(replica: number): string | null {
    return this.#programs[replica]?.url ?? null;
  }

  async killAndRestart(replica: number, afterMs: number): Promise<void> {
    const program = this.#programs[replica];
    if (program == null) return;
    this.#programs[replica] = null;
    this.#keepLog(replica, program);
    program.kill('SIGKILL');
    this.kills.push({ replica, at: performance.now() });
    await program.exited;
    await sleep(afterMs);
    await this.start(replica);
  }

  /** When the machine kept them from running. */
  late(): readonly Span[] {
    return this.#programs.flatMap((_, replica) =>
      [...this.log(replica).matchAll(/^late (\d+) (\d+)$/gm)].map(([, ms, epoch]) => {
        const to = Number(epoch) - performance.timeOrigin;
        return { replica, from: to - Number(ms), to };
      }),
    );
  }

  /** When they took the engine to be away. */
  alone(): readonly Span[] {
    const line = /^(\S+) \w+ The shared state .*?(does not answer|answers again)|^--- killed/gm;
    return this.#programs.flatMap((_, replica) => {
      const spans: Span[] = [];
      let from: number | null = null;
      for (const [, time = '', what] of this.log(replica).matchAll(line)) {
        const at = Date.parse(time) - performance.timeOrigin;
        if (what === 'does not answer') from ??= at;
        else if (from !== null) {
          spans.push({ replica, from, to: what === undefined ? Number.POSITIVE_INFINITY : at });
          from = null;
        }
      }
      if (from !== null) spans.push({ replica, from, to: Number.POSITIVE_INFINITY });
      return spans;
    });
  }

  /** Megabytes that the first replica had in use, every few seconds. */
  heap(): readonly number[] {
    return [...this.log(0).matchAll(/^heap (\d+)$/gm)].map(([, bytes]) => Number(bytes) / 2 ** 20);
  }

  log(replica: number): string {
    return `${this.#logs[replica]}${this.#programs[replica]?.output().stderr ?? ''}`;
  }

  #keepLog(replica: number, program: Program): void {
    this.#logs[replica] += `${program.output().stderr}--- killed\n`;
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.#programs.map((program) => program?.stop()));
  }
}
