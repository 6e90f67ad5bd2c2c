import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { composeUp, digest, filledIn, Machine, published, registryImage, secrets } from './support/world.js';

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
const umask000 = { through: ['/bin/sh', '-c', 'umask 000; exec "$@"', 'sh'] };
const imageLine = `AUTOTASK_MCP_IMAGE=${registryImage}`;

describe('the scripts work wherever the folder lies and however they are called', () => {
  it.each([
    'two  spaces & "double" \'single\' quotes',
    '$(touch pwned) `touch pwned` ;touch pwned',
    'Überschrift 設定 🚀',
    'line\nbreak',
    '--help',
    '*?[a]{b,c}~ \\ #!',
  ])('in %j', (place) => {
    const machine = new Machine(place).withEnv();
    for (const script of ['mcp_pull.sh', 'mcp_up.sh', 'mcp_pin_digest.sh', 'mcp_update.sh', 'mcp_logs.sh']) {
      expect({ script, ...machine.run(script, [], { cwd: machine.folder }) }).toMatchObject({
        script,
        code: 0,
      });
    }
    const [up] = composeUp(machine.run('mcp_up.sh').calls);
    expect(up?.args).toContain(machine.folder);
    expect(up?.env.AUTOTASK_MCP_USER).toMatch(/^\d+:\d+$/);
    expect(machine.run('mcp_down.sh').code).toBe(0);
    expect(machine.files().filter((path) => basename(path) === 'pwned')).toEqual([]);
  });

  it('through a link to the folder, of which the real path counts', () => {
    const machine = new Machine().pulled();
    const link = join(machine.home, 'link');
    symlinkSync(machine.folder, link);
    const { code, calls } = machine.run('mcp_up.sh', [], {
      through: ['bash', '-c', 'exec "$0"/scripts/mcp_up.sh', link],
    });
    expect({ code, args: composeUp(calls)[0]?.args }).toMatchObject({
      code: 0,
      args: expect.arrayContaining([machine.folder]),
    });
  });

  it('with a .env that is a link: the file it leads to must be private', () => {
    const machine = new Machine().pulled();
    const real = join(machine.home, 'elsewhere');
    machine.write(real, [...filledIn, imageLine]);
    rmSync(machine.path('.env'));
    symlinkSync(real, machine.path('.env'));
    expect(machine.run('mcp_up.sh').code).toBe(0);
    chmodSync(real, 0o644);
    expect(machine.run('mcp_up.sh')).toMatchObject({ code: 1, stderr: expect.stringContaining('chmod 600') });
  });

  it('without HOME: say so, and do nothing', () => {
    const machine = new Machine().pulled();
    const { code, stderr, calls } = machine.run('mcp_up.sh', [], { through: ['/usr/bin/env', '-u', 'HOME'] });
    expect({ code, stderr, calls }).toEqual({
      code: 1,
      stderr: expect.stringContaining('HOME is not set'),
      calls: [],
    });
  });

  it.each([
    ['an absolute one is where the token goes', (machine: Machine) => join(machine.home, 'config'), 'config'],
    ['a relative one counts for nothing', () => 'config', '.config'],
  ])('XDG_CONFIG_HOME: %s', (_, value, place) => {
    const machine = new Machine().pulled();
    const { code } = machine.run('mcp_up.sh', [], { env: { XDG_CONFIG_HOME: value(machine) } });
    expect({ code, made: existsSync(join(machine.home, place, 'autotask-mcp/http-token')) }).toEqual({
      code: 0,
      made: true,
    });
  });

  const scripts = [
    'mcp_pull.sh',
    'mcp_up.sh',
    'mcp_down.sh',
    'mcp_logs.sh',
    'mcp_pin_digest.sh',
    'mcp_update.sh',
    'cron_install.sh',
    'cron_uninstall.sh',
  ];
  const command = 'a[$(touch "$FAKE_WORLD/home/pwned")]';
  const variables = [
    [
      'AUTOTASK_MCP_WAIT_SECONDS',
      [command, `1+${command}`, 'SECONDS', '-1', '08', '1e3', '10000', ' 5', '5\n6'],
    ],
    ['AUTOTASK_MCP_IMAGE', [`image\n${command}`]],
    ['HOME', ['relative', `.$(touch pwned)`, '/tmp/a\nExecStart=/bin/true']],
    ['XDG_CONFIG_HOME', ['/tmp/a\nExecStart=/bin/true']],
    ['DOCKER_HOST', ['tcp://localhost\nExecStart=/bin/true']],
    ['DOCKER_CONTEXT', ['\u001b[2J']],
    ['DOCKER_CONFIG', ['/tmp/a\r']],
  ] as const;

  it.each(scripts)(
    '%s refuses a variable of the shell that is not what it must be, and does nothing',
    (script) => {
      const machine = new Machine().running();
      machine.install('systemctl', '#!/bin/sh\n');
      const [before, files] = [machine.world, machine.files()];
      for (const [name, values] of variables) {
        for (const value of values) {
          const { code, stderr, calls } = machine.run(script, [], {
            cwd: machine.folder,
            env: { [name]: value },
          });
          expect({ name, value, code, stderr, calls }).toEqual({
            name,
            value,
            code: 1,
            stderr: expect.stringMatching(new RegExp(`^${script}: ${name} .*Nothing was done\\.\\n$`)),
            calls: [],
          });
        }
      }
      expect({ world: machine.world, files: machine.files() }).toEqual({ world: before, files });
    },
  );

  it('a command in what a script counts with, or passes on, is not run', () => {
    const machine = new Machine().pulled();
    const env = {
      SECONDS: command,
      NODE_ENV: command,
      DOCKER_CONTEXT: command,
      tag: command,
      pin: command,
      end: command,
    };
    expect(machine.run('mcp_up.sh', [], { cwd: machine.folder, env }).code).toBe(0);
    expect(machine.files().filter((path) => basename(path) === 'pwned')).toEqual([]);
  });

  it('every variable that they take from the shell is among those', () => {
    const own = ['AUTOTASK_HTTP_TOKEN', 'BASH_SOURCE', 'SECONDS'];
    const named = scripts
      .concat('lib.sh', 'image.sh', 'cron.sh')
      .flatMap((script) => new Machine().read(`scripts/${script}`).match(/\$\{?!?[A-Z][A-Z_]+/g) ?? [])
      .map((use) => use.replace(/^\$\{?!?/, ''));
    const known: readonly string[] = [...variables.map(([name]) => name), ...own];
    expect([...new Set(named)].filter((name) => !known.includes(name))).toEqual([]);
  });

  it('with umask 000: what they make is private all the same', () => {
    const machine = new Machine().pulled();
    for (const script of ['mcp_up.sh', 'mcp_pin_digest.sh', 'mcp_update.sh'])
      expect(machine.run(script, [], umask000).code).toBe(0);
    const made = [machine.tokenFile, '.pinned-digest', 'logs/update.log'].map((name) =>
      mode(machine.path(name)),
    );
    expect([...made, mode(machine.path('logs')), mode(dirname(machine.tokenFile))]).toEqual([
      '600',
      '600',
      '600',
      '700',
      '700',
    ]);
  });

  it('in a folder that cannot be written to: start and stop, but no pin and no update', () => {
    const machine = new Machine().running();
    const { container } = machine.world;
    chmodSync(machine.folder, 0o555);
    for (const script of ['mcp_pin_digest.sh', 'mcp_update.sh']) expect(machine.run(script).code).toBe(1);
    expect(machine.run('mcp_update.sh').stderr).toContain(`cannot write into ${machine.path('logs')}`);
    expect({ container: machine.world.container, pinned: machine.has('.pinned-digest') }).toEqual({
      container,
      pinned: false,
    });
    expect(machine.run('mcp_up.sh').code).toBe(0);
    expect(machine.run('mcp_down.sh').code).toBe(0);
    chmodSync(machine.folder, 0o755);
  });
});

describe('.env is read, never run', () => {
  it.each([
    ['a command substitution', ["AUTOTASK_SECRET='$(touch pwned)'"]],
    ['one without quotes', ['AUTOTASK_SECRET=$(touch pwned)']],
    ['backticks inside', ["AUTOTASK_SECRET='`touch pwned`'"]],
    ['a second command', ['AUTOTASK_SECRET=x; touch pwned']],
    ['a substitution in a setting', ['NODE_ENV=$(touch pwned)']],
    ['DOS line ends', [...filledIn, imageLine].map((line) => `${line}\r`)],
  ])('%s starts the server and runs nothing', (_, lines) => {
    const machine = new Machine().pulled();
    machine.withEnv([...filledIn, imageLine, ...lines]);
    expect(machine.run('mcp_up.sh', [], { cwd: machine.folder })).toMatchObject({ code: 0, stderr: '' });
    expect(machine.files().filter((path) => basename(path) === 'pwned')).toEqual([]);
  });

  it.each([
    ['a byte order mark', '\uFEFF'],
    ['the first byte of UTF-16', '\u00FF\u00FE'],
    ['spaces before the name', '  '],
    ['export', 'export '],
  ])('%s at its start is refused by the number of the line', (_, start) => {
    const machine = new Machine().pulled();
    machine.withEnv([`${start}AUTOTASK_USERNAME='${secrets.AUTOTASK_USERNAME}'`]);
    expect(machine.run('mcp_up.sh')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Line 1 of .env is not NAME=value'),
    });
  });

  it.each(['mcp_pull.sh', 'mcp_up.sh', 'mcp_update.sh', 'mcp_pin_digest.sh', 'cron_install.sh'])(
    '%s refuses a world-readable .env',
    (script) => {
      const machine = new Machine().running();
      machine.install('systemctl', '#!/bin/sh\n');
      machine.write('.env', [...filledIn, imageLine], 0o644);
      const before = machine.world;
      const { code, stdout, stderr } = machine.run(script);
      expect({ code, said: stdout + stderr, world: machine.world }).toEqual({
        code: 1,
        said: expect.stringContaining('.env can be read by others'),
        world: before,
      });
    },
  );

  it.each(['mcp_down.sh', 'mcp_logs.sh'])('%s, which takes nothing from it, works all the same', (script) => {
    const machine = new Machine().running();
    machine.write('.env', filledIn, 0o644);
    expect(machine.run(script).code).toBe(0);
  });
});

describe('the bearer token', () => {
  it('is made anew when it was deleted, and the container with it', () => {
    const machine = new Machine().pulled();
    machine.run('mcp_up.sh');
    const first = readFileSync(machine.tokenFile, 'utf8');
    rmSync(machine.tokenFile);
    expect(machine.run('mcp_up.sh').code).toBe(0);
    expect(readFileSync(machine.tokenFile, 'utf8')).not.toBe(first);
    expect(machine.world.container?.restarts).toBe(2);
  });

  it('of a start that was faster is kept', () => {
    const machine = new Machine().pulled();
    const put = 'umask 077; printf %064d 7 >"$HOME/.config/autotask-mcp/http-token"';
    machine.install('od', `#!/bin/sh\n${put}\nexec /usr/bin/od "$@"\n`);
    expect(machine.run('mcp_up.sh').code).toBe(0);
    expect(readFileSync(machine.tokenFile, 'utf8')).toBe('7'.padStart(64, '0'));
  });

  it('in an empty file is none', () => {
    const machine = new Machine().pulled();
    machine.write(machine.tokenFile, []);
    expect(machine.run('mcp_up.sh')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is empty. Delete it'),
    });
  });

  it('is one, however many starts there are at once', async () => {
    const machine = new Machine().pulled();
    const starts = [1, 2, 3, 4].map(() => machine.start('mcp_up.sh'));
    for (const { ended } of starts) expect(await ended).toMatchObject({ code: 0 });
    expect(readdirSync(dirname(machine.tokenFile))).toEqual(['http-token']);
    expect(readFileSync(machine.tokenFile, 'utf8')).toMatch(/^[0-9a-f]{64}$/);
    // The container must have been told of the file as it stands.
    const { restarts } = machine.world.container ?? {};
    machine.run('mcp_up.sh');
    expect(machine.world.container?.restarts).toBe(restarts);
  });
});

describe('mcp_update.sh interrupted, or run twice at once', () => {
  const outdated = (health = 'healthy') => {
    const machine = new Machine().running();
    machine.change({ registry: { [registryImage]: published('b', health) } });
    return machine;
  };

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGKILL'] as const)(
    '%s while it pulls: the server is left alone, and the next run does the work',
    async (signal) => {
      const machine = outdated();
      const { container } = machine.world;
      machine.change({ slow: { pull: 300 } });
      machine.forgetCalls();
      const { pid, ended } = machine.start('mcp_update.sh');
      await machine.called('pull');
      process.kill(-pid, signal);
      expect((await ended).code).not.toBe(0);
      expect(machine.world.container).toEqual(container);
      machine.change({ slow: {} });
      expect(machine.run('mcp_update.sh').code).toBe(0);
      expect(machine.world.container?.image).toBe(digest('b'));
      expect(readdirSync(machine.path('logs'))).toEqual(['update.log']);
    },
  );

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    '%s while it waits for the new image: that one is not left running unless it is healthy',
    async (signal) => {
      const machine = outdated('starting');
      machine.forgetCalls();
      const { pid, ended } = machine.start('mcp_update.sh');
      await machine.called('up');
      process.kill(-pid, signal);
      expect(await ended).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('The previous one runs again'),
      });
      expect(machine.world.container).toMatchObject({ image: digest('a'), health: 'healthy' });
    },
  );

  it('at once: one does the work, the others say that it is being done', async () => {
    const machine = outdated();
    machine.change({ slow: { pull: 300 } });
    const runs = [1, 2, 3].map(() => machine.start('mcp_update.sh'));
    const ended = await Promise.all(runs.map((run) => run.ended));
    expect(ended.map(({ code }) => code).sort()).toEqual([0, 1, 1]);
    expect(ended.filter(({ stderr }) => stderr.includes('Another update is running'))).toHaveLength(2);
    expect(machine.world.container).toMatchObject({ image: digest('b'), restarts: 2 });
    expect(readdirSync(machine.path('logs'))).toEqual(['update.log']);
  });

  it('at once, after one that was cut off: still only one', async () => {
    const machine = outdated();
    machine.lock('999999999');
    machine.change({ slow: { pull: 800 } });
    const ended = await Promise.all([1, 2, 3].map(() => machine.start('mcp_update.sh').ended));
    expect(ended.map(({ code }) => code).sort()).toEqual([0, 1, 1]);
    expect(machine.world.container).toMatchObject({ image: digest('b'), restarts: 2 });
  });
});

it('a folder where .env should be is no .env', () => {
  const machine = new Machine().pulled();
  rmSync(machine.path('.env'));
  mkdirSync(machine.path('.env'));
  expect(machine.run('mcp_up.sh')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('There is no .env'),
  });
});
