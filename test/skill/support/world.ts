import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterEach, expect } from 'vitest';
import * as z from 'zod';
import { filledIn, secrets } from './secrets.js';

export const repository = fileURLToPath(new URL('../../..', import.meta.url));
export const skill = join(repository, 'skill');

const engine = new Worker(new URL('docker.mjs', import.meta.url));
const [dockerProgram] = z.tuple([z.string()]).parse(await once(engine, 'message'));
engine.unref();

export { filledIn, secrets };
export const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
export const registryImage = 'registry.example/owner/autotask-mcp:latest';
export const registryRepository = 'registry.example/owner/autotask-mcp';

const image = z.object({
  repoDigests: z.array(z.string()),
  health: z.string(),
  status: z.string().optional(),
});
const stored = z.object({ id: z.string(), image });
const world = z.object({
  daemon: z.enum(['up', 'down', 'denied']),
  compose: z.boolean(),
  system: z.string(),
  security: z.string(),
  tags: z.record(z.string(), z.string()),
  images: z.record(z.string(), image),
  registry: z.record(z.string(), stored),
  build: stored.nullable(),
  upFails: z.array(z.string()),
  downFails: z.boolean(),
  /** Milliseconds that a command takes. */
  slow: z.record(z.string(), z.number()),
  container: z
    .object({
      image: z.string(),
      config: z.string(),
      status: z.string(),
      health: z.string(),
      restarts: z.number(),
    })
    .nullable(),
});
export type World = z.infer<typeof world>;

/** An image as a registry has it: its id differs from its digest. */
export const published = (letter: string, health = 'healthy') => ({
  id: digest(letter),
  image: { repoDigests: [`${registryRepository}@${digest(letter === 'a' ? 'd' : 'e')}`], health },
});
export const firstDigest = digest('d');
export const secondDigest = digest('e');

const call = z.object({ args: z.array(z.string()), env: z.record(z.string(), z.string().optional()) });
export type Call = z.infer<typeof call>;

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What this run asked docker (and, where they stand in, launchctl and systemctl) to do. */
  readonly calls: readonly Call[];
}

const root = process.getuid?.() === 0;
/** Who runs the scripts: never root, as their users should not be. */
export const runner = root ? { uid: 65532, gid: 65532 } : {};

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function give(path: string): void {
  if (!root) return;
  chownSync(path, 65532, 65532);
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) give(join(path, entry.name));
    else if (!entry.isSymbolicLink()) chownSync(join(path, entry.name), 65532, 65532);
  }
}

/** A machine of its own: a home, the skill alone in a folder with an awkward name, and a docker on PATH. */
export class Machine {
  readonly home: string;
  readonly folder: string;
  readonly bin: string;
  readonly env: Record<string, string>;

  constructor(parent = 'my  skills & "more"') {
    const base = realpathSync(mkdtempSync(join(tmpdir(), 'skill-')));
    made.push(base);
    this.home = join(base, 'home');
    this.folder = join(this.home, parent, 'autotask-mcp');
    this.bin = join(base, 'bin');
    mkdirSync(this.bin);
    mkdirSync(this.folder, { recursive: true });
    cpSync(skill, this.folder, {
      recursive: true,
      filter: (path) => !/\/(\.env|logs|\.pinned-digest)$/.test(path),
    });
    this.install('docker', dockerProgram);
    this.env = {
      HOME: this.home,
      PATH: `${this.bin}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`,
      FAKE_WORLD: base,
      AUTOTASK_MCP_WAIT_SECONDS: '0',
    };
    this.world = {
      daemon: 'up',
      compose: true,
      system: 'Debian GNU/Linux 12 (bookworm)',
      security: '[name=seccomp,profile=builtin name=cgroupns]',
      tags: {},
      images: {},
      registry: { [registryImage]: published('a') },
      build: null,
      upFails: [],
      downFails: false,
      slow: {},
      container: null,
    };
    give(base);
  }

  get world(): World {
    return world.parse(JSON.parse(readFileSync(join(this.env.FAKE_WORLD ?? '', 'world.json'), 'utf8')));
  }
  set world(value: World) {
    writeFileSync(join(this.env.FAKE_WORLD ?? '', 'world.json'), JSON.stringify(value));
  }
  change(change: Partial<World>): void {
    this.world = { ...this.world, ...change };
  }

  /** Puts a command on PATH. */
  install(name: string, script: string): void {
    writeFileSync(join(this.bin, name), script);
    chmodSync(join(this.bin, name), 0o755);
  }

  /** A file of the skill or, with an absolute path, of the machine. */
  path(name: string): string {
    return name.startsWith('/') ? name : join(this.folder, name);
  }
  write(name: string, lines: readonly string[], mode = 0o600): void {
    const path = this.path(name);
    const folder = mkdirSync(dirname(path), { recursive: true });
    if (folder !== undefined) give(folder);
    writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
    chmodSync(path, mode);
    if (root) chownSync(path, 65532, 65532);
  }
  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }
  has(name: string): boolean {
    return existsSync(this.path(name));
  }
  get tokenFile(): string {
    return join(this.home, '.config/autotask-mcp/http-token');
  }

  /** Every path below the home, to see what came and went. */
  files(): string[] {
    const below = readdirSync(this.home, { recursive: true, encoding: 'utf8' });
    return below.sort();
  }

  withEnv(lines: readonly string[] = [...filledIn, `AUTOTASK_MCP_IMAGE=${registryImage}`]): this {
    this.write('.env', lines);
    return this;
  }

  /** As after `mcp_pull.sh`. */
  pulled(): this {
    const { id, image: first } = published('a');
    this.change({ tags: { [registryImage]: id }, images: { [id]: first } });
    return this.withEnv();
  }

  /** As after `mcp_up.sh`. */
  running(): this {
    this.pulled();
    this.change({
      container: { image: digest('a'), config: '', status: 'running', health: 'healthy', restarts: 1 },
    });
    return this;
  }

  /** The lock of an update by the given process. */
  lock(process: string): void {
    mkdirSync(this.path('logs'));
    symlinkSync(process, this.path('logs/update.lock'));
    give(this.path('logs'));
  }

  /** Runs a script as a person would, and checks that it gave no secret away. */
  run(
    script: string,
    args: readonly string[] = [],
    options: { cwd?: string; env?: Record<string, string>; through?: readonly string[] } = {},
  ): Outcome {
    const log = this.forgetCalls();
    const [program = '', ...words] = [...(options.through ?? []), this.path(`scripts/${script}`), ...args];
    const done = spawnSync(program, words, {
      cwd: options.cwd ?? '/',
      env: { ...this.env, ...options.env },
      encoding: 'utf8',
      ...runner,
    });
    if (done.error !== undefined) throw done.error;
    const lines = readFileSync(log, 'utf8').split('\n').filter(Boolean);
    this.keptSecrets(`${done.stdout}\n${done.stderr}\n${lines.join('\n')}`);
    const calls = lines.map((line) => call.parse(JSON.parse(line)));
    return { code: done.status, stdout: done.stdout, stderr: done.stderr, calls };
  }

  /** Starts a script, in a process group of its own as a terminal does, and does not wait for it. */
  start(script: string): { readonly pid: number; readonly ended: Promise<Omit<Outcome, 'calls'>> } {
    const started = spawn(this.path(`scripts/${script}`), {
      env: this.env,
      stdio: 'pipe',
      detached: true,
      ...runner,
    });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      started[name].on('data', (part) => {
        said[name] += part;
      });
    const ended = once(started, 'close').then(() => {
      this.keptSecrets(`${said.stdout}\n${said.stderr}`);
      return { code: started.exitCode, ...said };
    });
    if (started.pid === undefined) throw new Error(`${script} did not start`);
    return { pid: started.pid, ended };
  }

  /** Waits until docker was called with a word. */
  async called(word: string): Promise<void> {
    const log = join(this.env.FAKE_WORLD ?? '', 'calls.jsonl');
    while (!existsSync(log) || !readFileSync(log, 'utf8').includes(`"${word}"`)) await pause(20);
  }

  forgetCalls(): string {
    const log = join(this.env.FAKE_WORLD ?? '', 'calls.jsonl');
    writeFileSync(log, '');
    chmodSync(log, 0o666);
    return log;
  }

  private keptSecrets(said: string): void {
    const everything = `${said}\n${this.has('logs/update.log') ? this.read('logs/update.log') : ''}`;
    const token = existsSync(this.tokenFile) ? [readFileSync(this.tokenFile, 'utf8')] : [];
    for (const secret of [...Object.values(secrets), ...token].filter(Boolean)) {
      expect(everything.includes(secret), 'a secret was given away').toBe(false);
    }
    expect(everything).not.toContain('fake docker: unknown');
  }
}

/** The calls of one kind, as words. */
export const commands = (calls: readonly Call[]): string[] =>
  calls.map(({ args }) => args.filter((word) => !word.startsWith('-')).join(' '));
export const composeUp = (calls: readonly Call[]): Call[] =>
  calls.filter(({ args }) => args[0] === 'compose' && args.includes('up'));
