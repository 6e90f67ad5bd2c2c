import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import plist from 'plist';
import { describe, expect, it } from 'vitest';
import { without } from './support/tools.js';
import { filledIn, Machine, registryImage, runner } from './support/world.js';

/** A folder whose name has everything that unit files and property lists give a meaning of their own. */
const awkward = `it's 100%here "odd" <&> $HOME \\ end`;

const recorder = (name: string, body = '') => `#!/bin/bash
printf '{"args":["%s"%s],"env":{}}\\n' ${name} "$(for word in "$@"; do printf ',"%s"' "$word"; done)" >>"$FAKE_WORLD/calls.jsonl"
${body}
`;

function onSystem(kernel: 'Linux' | 'Darwin', parent?: string): Machine {
  const machine = new Machine(parent).withEnv();
  machine.install('uname', `#!/bin/sh\necho ${kernel}\n`);
  machine.install('systemctl', recorder('systemctl'));
  machine.install('launchctl', recorder('launchctl', '[ "$1" = bootstrap ]'));
  machine.install('crontab', recorder('crontab'));
  return machine;
}
const calledBy = (machine: Machine, script: string, name: string, env = {}) => {
  const { code, calls } = machine.run(script, [], { env });
  expect(code).toBe(0);
  expect(calls.some(({ args }) => args[0] === 'crontab')).toBe(false);
  return calls.filter(({ args }) => args[0] === name).map(({ args }) => args.slice(1).join(' '));
};

describe('scripts/cron_install.sh: weekly, Sunday 3 AM, as a Linux systemd user timer', () => {
  const units = '.config/systemd/user';
  const service = (machine: Machine) =>
    machine.read(join(machine.home, units, 'autotask-mcp-update.service'));
  const timer = (machine: Machine) => machine.read(join(machine.home, units, 'autotask-mcp-update.timer'));

  it('writes a service and a timer and enables the timer', () => {
    const machine = onSystem('Linux');
    expect(calledBy(machine, 'cron_install.sh', 'systemctl')).toEqual([
      '--user show-environment',
      '--user daemon-reload',
      '--user enable --now autotask-mcp-update.timer',
    ]);
    expect(timer(machine)).toContain('OnCalendar=Sun *-*-* 03:00:00\n');
    expect(service(machine)).toContain('Type=oneshot\n');
  });

  it.skipIf(without('systemd-analyze'))('OnCalendar is understood as Sunday, 3 AM', () => {
    const { stdout, status, error } = spawnSync('systemd-analyze', ['calendar', 'Sun *-*-* 03:00:00'], {
      encoding: 'utf8',
    });
    if (error !== undefined) throw new Error('systemd-analyze is needed: Debian package systemd');
    expect(status).toBe(0);
    expect(stdout).toMatch(/Next elapse: Sun .* 03:00:00/);
  });

  it.skipIf(without('systemd-analyze'))(
    'systemd-analyze verify accepts the units and finds the script, wherever it lies',
    () => {
      for (const parent of ['two  words, 100%here <&>', awkward]) {
        const machine = onSystem('Linux', parent);
        calledBy(machine, 'cron_install.sh', 'systemctl');
        const unit = join(machine.home, units, 'autotask-mcp-update.service');
        const verify = () => {
          const done = spawnSync(
            'systemd-analyze',
            ['verify', '--user', '--recursive-errors=no', unit.replace(/service$/, 'timer'), unit],
            { encoding: 'utf8', env: { ...process.env, XDG_RUNTIME_DIR: machine.home, HOME: machine.home } },
          );
          return { status: done.status, stderr: done.stderr };
        };
        expect(verify()).toEqual({ status: 0, stderr: '' });
        // systemd looks up only the first word of ExecStart: put the script there, to see how its path is read.
        const direct = service(machine).replace('ExecStart=:/usr/bin/env bash ', 'ExecStart=:');
        machine.write(unit, direct.split('\n'));
        if (parent === awkward) {
          // It may not be a program by that name, but the message shows that the name was understood.
          expect(verify().stderr).toContain(`special characters: ${machine.path('scripts/mcp_update.sh')}\n`);
        } else {
          expect(verify()).toEqual({ status: 0, stderr: '' });
          machine.write(unit, direct.replace('mcp_update', 'no_such').split('\n'));
          expect(verify().stderr).toContain(`${machine.path('scripts/no_such.sh')} is not executable`);
        }
      }
    },
  );

  it('gives the job the folder of docker and the engine of this shell', () => {
    const machine = onSystem('Linux');
    calledBy(machine, 'cron_install.sh', 'systemctl', { DOCKER_HOST: 'unix:///run/user/1000/docker.sock' });
    expect(service(machine)).toContain(`Environment="PATH=${machine.bin}:/usr/local/bin`);
    expect(service(machine)).toContain('Environment="DOCKER_HOST=unix:///run/user/1000/docker.sock"');
  });

  it('changes nothing when run again', () => {
    const machine = onSystem('Linux');
    calledBy(machine, 'cron_install.sh', 'systemctl');
    const before = [service(machine), timer(machine), machine.files()];
    calledBy(machine, 'cron_install.sh', 'systemctl');
    expect([service(machine), timer(machine), machine.files()]).toEqual(before);
  });

  it('the scheduled script does its work', () => {
    const machine = onSystem('Linux');
    calledBy(machine, 'cron_install.sh', 'systemctl');
    machine.run('mcp_pull.sh');
    const command = /^ExecStart=:\/usr\/bin\/env bash "(.*)"$/m
      .exec(service(machine))?.[1]
      ?.replace(/\\(.)/g, '$1');
    expect(command).toBe(machine.path('scripts/mcp_update.sh'));
    const done = spawnSync('/usr/bin/env', ['bash', command ?? ''], {
      env: machine.env,
      encoding: 'utf8',
      ...runner,
    });
    expect({ status: done.status, stderr: done.stderr }).toEqual({ status: 0, stderr: '' });
    expect(machine.read('logs/update.log')).toContain('not running');
  });

  it.each([
    ['there is no systemd of this user', '[ "$2" != show-environment ]', 'no systemd of its own'],
    ['systemd refuses', '[ "$2" != enable ]', 'systemd did not take'],
  ])('says so when %s', (_, body, message) => {
    const machine = onSystem('Linux');
    machine.install('systemctl', recorder('systemctl', body));
    expect(machine.run('cron_install.sh')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(message),
    });
  });

  it('refuses an image that only this shell knows of', () => {
    const machine = onSystem('Linux').withEnv([
      ...filledIn,
      'AUTOTASK_MCP_IMAGE=registry.example/one/image:1',
    ]);
    const { code, stderr } = machine.run('cron_install.sh', [], {
      env: { AUTOTASK_MCP_IMAGE: registryImage },
    });
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('Put it into .env') });
  });

  it('scripts/cron_uninstall.sh leaves nothing', () => {
    const machine = onSystem('Linux');
    machine.write('logs/update.log', []);
    const before = machine.files();
    calledBy(machine, 'cron_install.sh', 'systemctl');
    expect(machine.files()).not.toEqual(before);
    expect(calledBy(machine, 'cron_uninstall.sh', 'systemctl')).toEqual([
      '--user show-environment',
      '--user disable --now autotask-mcp-update.timer',
      '--user clean --what=state autotask-mcp-update.timer',
      '--user daemon-reload',
    ]);
    expect(machine.files().filter((path) => path !== '.config')).toEqual(before);
    expect(machine.run('cron_uninstall.sh')).toMatchObject({
      code: 0,
      stdout: 'No weekly update is installed.\n',
    });
  });
});

describe('scripts/cron_install.sh: weekly, Sunday 3 AM, as a macOS LaunchAgent', () => {
  const agent = (machine: Machine) => join(machine.home, 'Library/LaunchAgents/autotask-mcp-update.plist');
  const domain = `gui/${'uid' in runner ? runner.uid : process.getuid?.()}`;

  it.each(['plain', awkward])(
    'writes a property list that a parser reads back, in the folder %s',
    (parent) => {
      const machine = onSystem('Darwin', parent);
      expect(calledBy(machine, 'cron_install.sh', 'launchctl')).toEqual([
        `bootout ${domain}/autotask-mcp-update`,
        `bootstrap ${domain} ${agent(machine)}`,
      ]);
      expect(plist.parse(machine.read(agent(machine)))).toEqual({
        Label: 'autotask-mcp-update',
        ProgramArguments: ['/bin/bash', machine.path('scripts/mcp_update.sh')],
        StartCalendarInterval: { Weekday: 0, Hour: 3, Minute: 0 },
        EnvironmentVariables: { PATH: `${machine.bin}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin` },
        StandardOutPath: machine.path('logs/cron.log'),
        StandardErrorPath: machine.path('logs/cron.log'),
      });
    },
  );

  it('says so when launchctl refuses', () => {
    const machine = onSystem('Darwin');
    machine.install('launchctl', recorder('launchctl', 'exit 1'));
    expect(machine.run('cron_install.sh')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('launchctl did not take'),
    });
  });

  it('scripts/cron_uninstall.sh leaves nothing', () => {
    const machine = onSystem('Darwin');
    machine.write(join(machine.home, 'Library/LaunchAgents/of-somebody-else.plist'), ['']);
    machine.write('logs/update.log', []);
    const before = machine.files();
    calledBy(machine, 'cron_install.sh', 'launchctl');
    machine.write('logs/cron.log', ['what launchd wrote']);
    expect(calledBy(machine, 'cron_uninstall.sh', 'launchctl')).toEqual([
      `bootout ${domain}/autotask-mcp-update`,
    ]);
    expect(machine.files()).toEqual(before);
  });
});

it.each(['Linux', 'Darwin'] as const)('no crontab modification: %s', (kernel) => {
  const machine = onSystem(kernel);
  for (const script of ['cron_install.sh', 'cron_install.sh', 'cron_uninstall.sh']) {
    expect(machine.run(script).calls.map(({ args: [program] }) => program)).not.toContain('crontab');
    expect(machine.read(`scripts/${script}`)).not.toMatch(/^[^#]*\bcrontab\b/m);
  }
});

it('another system: says what there is', () => {
  const machine = onSystem('Linux');
  machine.install('uname', '#!/bin/sh\necho SunOS\n');
  expect(machine.run('cron_install.sh')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('macOS (LaunchAgent) and Linux'),
  });
});
