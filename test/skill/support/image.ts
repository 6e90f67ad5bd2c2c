import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import * as z from 'zod';

/*
 * Assembles an image's file system by the stages of a Dockerfile without an engine. A stage that starts from an
 * image of Node runs on this machine's own Debian and Node, read-only under bubblewrap, with the stage's files on
 * top. The last stage starts from nothing, so that it holds what the image holds. An instruction that is not known
 * here is an error.
 */

export interface Instruction {
  readonly name: string;
  readonly text: string;
}

export function readDockerfile(text: string): Instruction[] {
  return text
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, name = '', rest = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
      return { name, text: rest.trim() };
    });
}

/** The names directly below a folder that its .dockerignore lets into a build. */
export function contextOf(folder: string): string[] {
  const ignored = readFileSync(join(folder, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) =>
      line
        .replace(/^\*\*\//, '')
        .replace(/[.]/g, '\\.')
        .replace(/\*/g, '[^/]*'),
    );
  return readdirSync(folder).filter((name) => !ignored.some((line) => new RegExp(`^${line}$`).test(name)));
}

export function bubblewrap(args: readonly string[], env: Readonly<Record<string, string>>) {
  const done = spawnSync('bwrap', [...args], { env, encoding: 'utf8', timeout: 300_000 });
  if (done.error !== undefined) throw new Error(`bwrap (Debian package bubblewrap): ${done.error.message}`);
  return done;
}

const locked = z.object({
  packages: z.record(
    z.string(),
    z.looseObject({ integrity: z.string().optional(), optional: z.boolean().optional() }),
  ),
});
const readLock = (path: string) => locked.parse(JSON.parse(readFileSync(path, 'utf8'))).packages;

/**
 * Whether the node_modules of a folder is what `npm ci` makes there: npm leaves the list of what it installed.
 * Packages for other platforms are missing from it.
 */
function installedFromLock(folder: string): boolean {
  const list = join(folder, 'node_modules/.package-lock.json');
  if (!existsSync(list)) return false;
  const [installed, { '': _, ...wanted }] = [readLock(list), readLock(join(folder, 'package-lock.json'))];
  return (
    Object.keys(installed).every((path) => path in wanted) &&
    Object.entries(wanted).every(([path, { integrity, optional }]) =>
      path in installed ? installed[path]?.integrity === integrity : optional === true,
    )
  );
}

const words = z.array(z.string());
const exec = (text: string): string[] => words.parse(JSON.parse(text));

export class Stage {
  readonly root = mkdtempSync(join(tmpdir(), 'stage-'));
  readonly env: Record<string, string> = {};
  readonly args: Record<string, string> = {};
  readonly labels: Record<string, string> = {};
  workdir = '/';
  user = '';
  entrypoint: readonly string[] = [];
  healthcheck: readonly string[] = [];
  exposed = '';
  private readonly mounts: string[] = [];

  constructor(
    readonly from: string,
    private readonly context: string,
  ) {
    if (from !== 'scratch' && !/^node:\d+-bookworm-slim$/.test(from)) {
      throw new Error(`There is no stand-in for the image ${from}.`);
    }
  }

  substitute(text: string): string {
    const known: Record<string, string> = { ...this.args, ...this.env };
    return text.replace(/\$\{(\w+)\}/g, (whole, name: string) => known[name] ?? whole);
  }

  run(command: string): void {
    if (this.from === 'scratch') throw new Error('There is no shell in a stage that starts from nothing.');
    // An engine keeps the layer of an instruction whose files are the same. For this one, which takes longer than
    // all others, the checkout has it: its own node_modules.
    if (command.startsWith('npm ci ') && installedFromLock(this.context)) {
      const place = join(this.workdir, 'node_modules');
      mkdirSync(join(this.root, place));
      this.mounts.push('--ro-bind', join(this.context, 'node_modules'), place);
      return;
    }
    const layered = readdirSync(this.root).filter((name) => name === 'src' || name === 'image');
    const machine = readdirSync('/').filter(
      (name) => !['proc', 'dev', 'sys', 'tmp', 'lost+found', ...layered].includes(name),
    );
    const cache = join(homedir(), '.npm');
    mkdirSync(cache, { recursive: true });
    const done = bubblewrap(
      [
        ...['--bind', this.root, '/'],
        ...machine.flatMap((name) => ['--ro-bind', `/${name}`, `/${name}`]),
        ...['--bind', cache, cache, '--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp', ...this.mounts],
        ...['--chdir', this.workdir, '/bin/sh', '-c', command],
      ],
      { PATH: process.env.PATH ?? '', HOME: homedir(), ...this.args, ...this.env },
    );
    if (done.status !== 0) throw new Error(`RUN ${command}\n${done.stdout}\n${done.stderr}`);
  }

  /** A folder's content, or a file, to a place; a place that ends in / is a folder. */
  copy(sources: readonly string[], target: string): void {
    const place = join(this.root, target.startsWith('/') ? target : join(this.workdir, target));
    for (const source of sources) {
      if (!existsSync(source)) throw new Error(`COPY: there is no ${source}`);
      const folder = statSync(source).isDirectory();
      const to = folder || !/[/.]$/.test(target) ? place : join(place, basename(source));
      cpSync(source, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    }
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

function copyInto(stage: Stage, text: string, stages: ReadonlyMap<string, Stage>, context: string): void {
  const [, name, rest = ''] = /^(?:--from=(\w+)\s+)?(.*)$/.exec(text) ?? [];
  const places = rest.split(/\s+/);
  const target = places.pop() ?? '';
  if (name !== undefined) {
    const from = stages.get(name);
    if (from === undefined) throw new Error(`COPY --from=${name}: there is no such stage`);
    stage.copy(
      places.map((place) => join(from.root, place)),
      target,
    );
  } else if (places.join() === '.') {
    // Each by its name: what .dockerignore holds back must not get in.
    for (const entry of contextOf(context)) stage.copy([join(context, entry)], `${target}/${entry}`);
  } else {
    stage.copy(
      places.map((place) => join(context, place)),
      target,
    );
  }
}

/** Builds all stages and answers the last one. */
export function build(
  dockerfile: string,
  context: string,
  args: Readonly<Record<string, string>> = {},
): Stage {
  const stages = new Map<string, Stage>();
  const global: Record<string, string> = {};
  let stage: Stage | null = null;
  for (const { name, text } of readDockerfile(dockerfile)) {
    if (name === 'FROM') {
      const [, image = '', as] = /^(?:--platform=\$BUILDPLATFORM )?(\S+)(?: AS (\w+))?$/.exec(text) ?? [];
      stage = new Stage(
        image.replace(/^\$\{(\w+)\}$/, (_, key: string) => global[key] ?? ''),
        context,
      );
      stages.set(as ?? '', stage);
      continue;
    }
    const [, key = '', value = ''] = /^(\w+)=(.*)$/.exec(text) ?? [];
    if (stage === null) {
      if (name !== 'ARG') throw new Error(`${name} before the first FROM`);
      global[key] = args[key] ?? value;
      continue;
    }
    const now: Stage = stage;
    const actions: Record<string, () => void> = {
      ARG: () => {
        now.args[key] = args[key] ?? value;
      },
      ENV: () => {
        now.env[key] = now.substitute(value);
      },
      LABEL: () => {
        for (const [, label = '', quoted = ''] of text.matchAll(/([\w.]+)="([^"]*)"/g)) {
          now.labels[label] = now.substitute(quoted);
        }
      },
      WORKDIR: () => {
        now.workdir = text;
        mkdirSync(join(now.root, text), { recursive: true });
      },
      USER: () => {
        now.user = text;
      },
      EXPOSE: () => {
        now.exposed = text;
      },
      HEALTHCHECK: () => {
        now.healthcheck = exec(text.slice(text.indexOf('CMD ') + 4));
      },
      ENTRYPOINT: () => {
        now.entrypoint = exec(text);
      },
      RUN: () => now.run(text),
      COPY: () => copyInto(now, text, stages, context),
    };
    const act = actions[name];
    if (act === undefined) throw new Error(`The instruction ${name} is not known here.`);
    act();
  }
  if (stage === null) throw new Error('The Dockerfile has no stage.');
  for (const other of stages.values()) if (other !== stage) other.remove();
  return stage;
}
