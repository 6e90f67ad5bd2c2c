import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import packageJson from '../../package.json' with { type: 'json' };
import { filledIn, Machine, registryImage, repository, secrets, skill } from './support/world.js';

const text = (name: string) => readFileSync(join(skill, name), 'utf8');
const variable = z.strictObject({
  name: z.string(),
  required: z.boolean(),
  secret: z.boolean(),
  description: z.string(),
});
const [, head = '', body = ''] = /^---\n(.*?)\n---\n(.*)$/s.exec(text('SKILL.md')) ?? [];
const front = z
  .strictObject({ name: z.string(), description: z.string(), version: z.string(), env: z.array(variable) })
  .parse(parse(head));
const meta = z
  .looseObject({ slug: z.string(), version: z.string(), env: z.array(variable) })
  .parse(JSON.parse(text('_meta.json')));
const readme = text('README.md');

const variables = {
  required: ['AUTOTASK_INTEGRATION_CODE', 'AUTOTASK_USERNAME', 'AUTOTASK_SECRET'],
  optional: ['AUTOTASK_API_URL', 'LOG_LEVEL', 'LOG_FORMAT', 'NODE_ENV'],
};

describe('project structure', () => {
  it.each([
    'SKILL.md',
    'README.md',
    'docker-compose.yml',
    '.env.example.txt',
    '.gitignore',
    '_meta.json',
    'scripts',
  ])('%s', (name) => {
    expect(readdirSync(skill)).toContain(name);
    if (name !== 'README.md') expect(readme).toContain(name);
  });

  it('nothing else, and nothing that points out of the folder', () => {
    expect(
      readdirSync(skill)
        .filter((name) => !['.env', 'logs', '.pinned-digest'].includes(name))
        .sort(),
    ).toEqual(
      [
        '.env.example.txt',
        '.gitignore',
        'README.md',
        'SKILL.md',
        '_meta.json',
        'docker-compose.yml',
        'replicas',
        'scripts',
      ].sort(),
    );
    for (const name of ['SKILL.md', 'README.md', 'docker-compose.yml'])
      expect(text(name)).not.toMatch(/\]\(\.\.|: \.\.\//);
  });

  it.each(['.env', '.pinned-digest', 'logs/update.log', 'logs/cron.log'])(
    '.gitignore keeps out %s',
    (name) => {
      const copy = mkdtempSync(join(tmpdir(), 'ignore-'));
      spawnSync('git', ['init', '-q'], { cwd: copy });
      writeFileSync(join(copy, '.gitignore'), text('.gitignore'));
      const { status } = spawnSync('git', ['check-ignore', '-q', name], { cwd: copy });
      const { status: kept } = spawnSync('git', ['check-ignore', '-q', '.env.example.txt'], { cwd: copy });
      rmSync(copy, { recursive: true });
      expect({ status, kept }).toEqual({ status: 0, kept: 1 });
    },
  );

  it('.pinned-digest and logs/ are made by the scripts', () => {
    const machine = new Machine().running();
    expect([machine.has('.pinned-digest'), machine.has('logs')]).toEqual([false, false]);
    machine.run('mcp_pin_digest.sh');
    machine.run('mcp_update.sh');
    expect([machine.has('.pinned-digest'), machine.has('logs/update.log')]).toEqual([true, true]);
  });
});

describe('variables', () => {
  const declared = [
    ...variables.required.map((name) => ({ name, required: true, secret: true })),
    ...variables.optional.map((name) => ({ name, required: false, secret: false })),
  ];

  it.each(declared)(
    '$name: required $required, secret $secret, in SKILL.md, _meta.json, README.md and .env.example.txt',
    (expected) => {
      for (const env of [front.env, meta.env]) {
        const { description, ...flags } = env.find(({ name }) => name === expected.name) ?? {
          description: '',
        };
        expect(flags).toEqual(expected);
        expect(description).not.toBe('');
      }
      expect(readme).toContain(`| \`${expected.name}\` |`);
      expect(text('.env.example.txt')).toMatch(
        new RegExp(`^${expected.required ? '' : '#'}${expected.name}=`, 'm'),
      );
    },
  );

  it('both declarations are the same and complete', () => {
    expect(meta.env).toEqual(front.env);
    expect(front.env.map(({ name }) => name)).toEqual(declared.map(({ name }) => name));
  });

  it.each([
    ['LOG_LEVEL', 'info'],
    ['LOG_FORMAT', 'simple'],
    ['NODE_ENV', 'production'],
  ])('%s: default %s', (name, value) => {
    expect(front.env.find((one) => one.name === name)?.description).toContain(`(default: ${value})`);
    expect(readme).toMatch(new RegExp(`\\| \`${name}\` \\|.*default: \`${value}\``));
    expect(text('.env.example.txt')).toContain(`#${name}=${value}\n`);
  });

  it('what the scripts accept in .env is what Node reads from it', () => {
    const machine = new Machine();
    const wanted: Record<string, string> = {
      ...secrets,
      A: 'plain',
      B: 'with spaces and "quotes" inside',
      C: '# not a comment',
      D: "it's",
      E: 'say "it\'s"',
      F: '',
      G: 'a=b=c',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it must stay as it stands
      H: 'x$y${z}\\n',
    };
    const lines = [
      ...filledIn,
      '# a comment',
      '',
      `A=${wanted.A}`,
      `B=${wanted.B}`,
      `C='${wanted.C}'`,
      `D="${wanted.D}"`,
      `E=\`${wanted.E}\``,
      'F=',
      'G=a=b=c',
      `H='${wanted.H}'`,
      `AUTOTASK_MCP_IMAGE=${registryImage}`,
    ];
    for (const end of ['', '\r']) {
      machine.pulled().withEnv(lines.map((line) => line + end));
      expect(machine.run('mcp_up.sh').code).toBe(0);
      const names = JSON.stringify(Object.keys(wanted));
      const done = spawnSync(
        process.execPath,
        [
          `--env-file=${machine.path('.env')}`,
          '-p',
          `JSON.stringify(${names}.map((name) => process.env[name]))`,
        ],
        { encoding: 'utf8', env: {} },
      );
      expect(JSON.parse(done.stdout)).toEqual(Object.values(wanted));
    }
  });
});

describe('front matter', () => {
  it('name and description, short enough for every registry', () => {
    expect(front.name).toBe('autotask-mcp');
    expect(meta.slug).toBe(front.name);
    expect(front.description.length).toBeLessThan(1024);
    expect(front.description).toMatch(/Use it when/);
    for (const word of [
      'tickets',
      'companies',
      'contacts',
      'projects',
      'time entries',
      'notes',
      'attachments',
      'queries',
    ]) {
      expect(front.description).toContain(word);
    }
  });

  it('the version is that of the server', () => {
    expect([front.version, meta.version, /\*\*Version:\*\* (\S+)/.exec(readme)?.[1]]).toEqual(
      Array(3).fill(packageJson.version),
    );
  });
});

describe('rules for agents', () => {
  const rules = body.slice(body.indexOf('## Rules for agents'), body.indexOf('## First start'));

  it.each([
    ['never read, print or log .env', /Leave `\.env` closed.*Do not read, print,.* log/s],
    ['no credentials as command-line arguments', /never go on a command line/],
    ['no credentials in output', /never appear in what you write/],
    ['no transmission to anything but 127.0.0.1:8080', /go nowhere else.*`127\.0\.0\.1:8080`/s],
    ['no $EDITOR, no expanded variables', /Do not run `\$EDITOR`\*\*,\s+or any command with a variable/],
    ['no copies of .env', /There is one `\.env`.*do not copy, move, rename, link or back it up/s],
    ['command allow-list', /These commands are allowed, and no others/],
    ['refusal', /\*\*Refuse\*\*.*open the file themselves/s],
  ])('%s', (_, rule) => {
    expect(rules).toMatch(rule);
  });

  it('they bind', () => {
    expect(rules).toContain('has to keep all of these rules');
  });

  it('the allow-list is exactly this', () => {
    const allowed = [...rules.matchAll(/^ {3}- `([^`]+)`/gm)].map(([, command]) => command);
    expect(allowed).toEqual([
      'cp .env.example.txt .env',
      'chmod 600 .env',
      './scripts/mcp_pull.sh',
      './scripts/mcp_up.sh',
      './scripts/mcp_down.sh',
      './scripts/mcp_logs.sh',
      './scripts/mcp_update.sh',
      './scripts/mcp_pin_digest.sh',
      'curl -sS http://localhost:8080/health',
    ]);
  });

  it('every command that SKILL.md shows an agent is on the list', () => {
    const allowed = [...rules.matchAll(/^ {3}- `([^`]+)`/gm)].map(([, command]) => command);
    const shown = [...body.matchAll(/```bash\n(.*?)```/gs)].flatMap(([, block = '']) =>
      block
        .trim()
        .split('\n')
        .map((line) => line.trim()),
    );
    expect(shown).toHaveLength(5);
    for (const command of shown) expect(allowed).toContain(command);
  });
});

describe('README', () => {
  it.each([
    'mcp_pull.sh',
    'mcp_up.sh',
    'mcp_down.sh',
    'mcp_logs.sh',
    'mcp_update.sh',
    'mcp_pin_digest.sh',
    'cron_install.sh',
    'cron_uninstall.sh',
  ])('describes scripts/%s', (name) => {
    expect(readme).toContain(`| \`scripts/${name}\` |`);
  });

  it.each(['http://localhost:8080/mcp', 'http://localhost:8080/health', 'logs/update.log', 'Sunday at 3 AM'])(
    'names %s',
    (fact) => {
      expect(readme).toContain(fact);
      expect(body).toContain(fact);
    },
  );

  it.each(['validate', 'mask', 'tell apart', 'audit'])('secret flags let a registry %s', (use) => {
    expect(readme).toContain(`**${use}**`);
  });

  it.each([
    ['prerequisite: Docker and Docker Compose', /^- Docker with the Compose plugin/m],
    ['prerequisite: API credentials', /^- an Autotask API user: user name, secret, integration code$/m],
    ['agents: no credential access', /\*\*No access to credentials\*\*.*`\.env`/],
    ['agents: no variable expansion', /\*\*No variables\*\*.*`\$EDITOR`/],
    ['agents: no external transmission', /\*\*No transmission\*\*.*`127\.0\.0\.1:8080`/],
    ['agents: command allow-list', /\*\*A list of commands\*\*/],
    ['agents: refusal policy', /\*\*Refusal\*\*/],
    ['credentials: file permissions', /\*\*Permissions\*\*.*`chmod 600 \.env`/],
    ['credentials: git exclusion', /\*\*Git\*\*: `\.gitignore`/],
    ['credentials: no duplication', /\*\*One copy\*\*: no script copies it/],
    ['container: localhost only', /\*\*This machine only\*\*.*`127\.0\.0\.1`/],
    ['container: read-only file system', /`read_only: true`/],
    ['container: no capabilities', /`cap_drop: ALL`/],
    ['container: no privilege escalation', /`no-new-privileges`/],
    ['container: tmpfs', /`\/tmp` is a tmpfs of 64 MB, `noexec`, `nosuid`/],
    ['container: resource limits', /512 MB of memory, 1 CPU, 64 processes/],
    ['container: log rotation', /3 files of 10 MB/],
    ['supply chain: digest pinning', /\*\*Digest pinning\*\* with `scripts\/mcp_pin_digest\.sh`/],
    ['supply chain: update verification', /`mcp_update\.sh` refuses what does not match the pin/],
    ['supply chain: no crontab', /\*\*No crontab\*\*: LaunchAgent or systemd user timer/],
  ])('says it: %s', (_, said) => {
    expect(readme.replace(/\n +/g, ' ')).toMatch(said);
  });

  it('first set-up: cp and chmod, then a start that works', () => {
    const machine = new Machine();
    for (const command of ['cp .env.example.txt .env', 'chmod 600 .env']) {
      expect(readme).toContain(command);
      expect(spawnSync('bash', ['-c', command], { cwd: machine.folder }).status).toBe(0);
    }
    machine.withEnv([
      ...machine
        .read('.env')
        .split('\n')
        .filter((line) => !/^AUTOTASK_(USERNAME|SECRET|INTEGRATION_CODE|MCP_IMAGE)=/.test(line)),
      ...filledIn,
      `AUTOTASK_MCP_IMAGE=${registryImage}`,
    ]);
    expect(machine.run('mcp_pull.sh').code).toBe(0);
    expect(machine.run('mcp_up.sh').code).toBe(0);
  });
});

it('no account and no machine is written into what is published', () => {
  for (const path of [
    'Dockerfile',
    'docker-compose.yml',
    ...readdirSync(skill, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.\w+$/.test(name) && name !== 'logs')
      .map((name) => join('skill', name)),
  ]) {
    const content = readFileSync(join(repository, path), 'utf8');
    expect(content.replaceAll('ghcr.io/*/*', '').replaceAll('repository#ghcr.io/', '')).not.toMatch(
      /ghcr\.io\/\w|github\.com\/\w|@sha256:[0-9a-f]{64}/,
    );
  }
});
