import { chownSync, readFileSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  commands,
  composeUp,
  digest,
  filledIn,
  firstDigest,
  Machine,
  published,
  registryImage,
  runner,
} from './support/world.js';

const started = () => new Machine().pulled();

describe('scripts/mcp_pull.sh: pulls the latest image', () => {
  it('pulls the image that AUTOTASK_MCP_IMAGE names and prints its digest', () => {
    const machine = new Machine().withEnv();
    const { code, stdout, calls } = machine.run('mcp_pull.sh');
    expect({ code, calls: calls.map(({ args }) => args).filter(([word]) => word === 'pull') }).toEqual({
      code: 0,
      calls: [['pull', registryImage]],
    });
    expect(stdout).toContain(`Digest: ${firstDigest}`);
    expect(machine.world.container).toBeNull();
  });

  it('takes AUTOTASK_MCP_IMAGE of the environment before that of .env', () => {
    const machine = new Machine().withEnv([...filledIn, 'AUTOTASK_MCP_IMAGE=registry.example/other/image:1']);
    expect(machine.run('mcp_pull.sh', [], { env: { AUTOTASK_MCP_IMAGE: registryImage } }).code).toBe(0);
  });

  it('builds the image from the repository around it when none is named', () => {
    const machine = new Machine();
    const around = join(machine.folder, '..');
    machine.write(join(around, 'Dockerfile'), ['FROM scratch']);
    machine.write(join(around, 'package.json'), ['{', '  "name": "autotask-mcp"', '}']);
    machine.change({ build: { id: digest('b'), image: { repoDigests: [], health: 'healthy' } } });
    const { code, stdout, calls } = machine.run('mcp_pull.sh');
    expect({ code, build: calls.find(({ args: [word] }) => word === 'build') }).toEqual({
      code: 0,
      build: {
        args: ['build', '--pull', '--tag', 'autotask-mcp:local', join(around)],
        env: { BUILDX_NO_DEFAULT_ATTESTATIONS: '1' },
      },
    });
    expect(stdout).toContain(`Digest: ${digest('b')}`);
  });

  it('says what to set when the folder stands alone and no image is named', () => {
    const { code, stderr } = new Machine().run('mcp_pull.sh');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('Set AUTOTASK_MCP_IMAGE in .env.'),
    });
  });

  it.each(['--privileged', 'name with spaces', 'UPPER/case', '$(id)'])(
    'refuses %s as the name of an image',
    (name) => {
      const machine = new Machine().withEnv([...filledIn, `AUTOTASK_MCP_IMAGE='${name}'`]);
      const { code, stderr, calls } = machine.run('mcp_pull.sh');
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringContaining('AUTOTASK_MCP_IMAGE is not the name'),
      });
      expect(commands(calls)).not.toContain(`pull ${name}`);
    },
  );

  it('fails and leaves what runs alone when the registry does not answer', () => {
    const machine = started();
    machine.run('mcp_up.sh');
    const before = machine.world.container;
    machine.change({ registry: {} });
    const { code, stderr } = machine.run('mcp_pull.sh');
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('could not be fetched') });
    expect(machine.world.container).toEqual(before);
  });
});

describe('scripts/mcp_up.sh: starts the service in the background', () => {
  it('starts detached, waits for health and prints both addresses', () => {
    const machine = started();
    const { code, stdout, calls } = machine.run('mcp_up.sh');
    expect(code).toBe(0);
    const [up] = composeUp(calls);
    expect(up?.args).toEqual([
      'compose',
      '--project-name',
      'autotask-mcp',
      '--project-directory',
      machine.folder,
      '--file',
      join(machine.folder, 'docker-compose.yml'),
      '--env-file',
      '/dev/null',
      'up',
      '--detach',
      '--no-build',
    ]);
    expect(up?.env).toMatchObject({
      AUTOTASK_MCP_IMAGE: registryImage,
      COMPOSE_DISABLE_ENV_FILE: '1',
      NODE_ENV: '',
    });
    expect(stdout).toContain('http://localhost:8080/health');
    expect(stdout).toContain('http://localhost:8080/mcp');
  });

  it('changes nothing when run again, and makes a new container once .env was changed', () => {
    const machine = started();
    machine.run('mcp_up.sh');
    const token = readFileSync(machine.tokenFile, 'utf8');
    expect(machine.run('mcp_up.sh').code).toBe(0);
    expect(machine.world.container?.restarts).toBe(1);
    expect(readFileSync(machine.tokenFile, 'utf8')).toBe(token);
    machine.withEnv([...filledIn, `AUTOTASK_MCP_IMAGE=${registryImage}`, 'NODE_ENV=development']);
    const { calls } = machine.run('mcp_up.sh');
    expect(machine.world.container?.restarts).toBe(2);
    expect(composeUp(calls)[0]?.env.NODE_ENV).toBe('development');
  });

  it('works from any folder', () => {
    const machine = started();
    for (const cwd of ['/', machine.home, machine.folder, join(machine.folder, 'scripts')]) {
      expect(machine.run('mcp_up.sh', [], { cwd, env: { CDPATH: '/usr' } }).code).toBe(0);
    }
  });

  it('makes the bearer token once: 256 bits in a file of mode 600 outside the folder, never printed', () => {
    const machine = started();
    const { stdout, calls } = machine.run('mcp_up.sh');
    expect(readFileSync(machine.tokenFile, 'utf8')).toMatch(/^[0-9a-f]{64}$/);
    expect((statSync(machine.tokenFile).mode & 0o777).toString(8)).toBe('600');
    expect((statSync(join(machine.tokenFile, '..')).mode & 0o777).toString(8)).toBe('700');
    expect(machine.tokenFile.startsWith(machine.folder)).toBe(false);
    expect(composeUp(calls)[0]?.env.AUTOTASK_MCP_TOKEN_FILE).toBe(machine.tokenFile);
    expect(stdout).toContain('Made a bearer token.');
    expect(stdout).toContain(`For the person at the keyboard: open that file yourself`);
  });

  it('prints the configuration of a client without the token', () => {
    const { stdout } = started().run('mcp_up.sh');
    expect(JSON.parse(stdout.slice(stdout.indexOf('{\n')))).toEqual({
      mcpServers: {
        autotask: {
          type: 'http',
          url: 'http://localhost:8080/mcp',
          headers: { Authorization: `Bearer \${AUTOTASK_HTTP_TOKEN}` },
        },
      },
    });
  });

  it('refuses a bearer token that others can read', () => {
    const machine = started();
    machine.run('mcp_up.sh');
    machine.write(machine.tokenFile, [digest('f')], 0o644);
    const { code, stderr } = machine.run('mcp_up.sh');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('The bearer token can be read by others'),
    });
  });

  it('runs as the owner of .env', () => {
    const machine = started();
    const { uid, gid } = statSync(machine.path('.env'));
    expect(composeUp(machine.run('mcp_up.sh').calls)[0]?.env.AUTOTASK_MCP_USER).toBe(`${uid}:${gid}`);
  });

  it.each([
    ['rootless Docker', 'Debian GNU/Linux 12 (bookworm)', '[name=rootless]'],
    ['Docker Desktop on Linux', 'Docker Desktop', '[name=seccomp]'],
  ])('runs as the root of the container, who is that owner, with %s', (_, system, security) => {
    const machine = started();
    machine.change({ system, security });
    expect(composeUp(machine.run('mcp_up.sh').calls)[0]?.env.AUTOTASK_MCP_USER).toBe('0:0');
  });

  it('says that an engine which remaps users cannot read private files', () => {
    const machine = started();
    machine.change({ security: '[name=userns]' });
    const { code, stderr, calls } = machine.run('mcp_up.sh');
    expect({ code, stderr, up: composeUp(calls) }).toEqual({
      code: 1,
      stderr: expect.stringContaining('userns-remap'),
      up: [],
    });
  });

  it.runIf('uid' in runner)('never runs as root', () => {
    const machine = started();
    chownSync(machine.path('.env'), 0, 0);
    // Only root can read such a file in the first place.
    machine.install('ls', '#!/bin/sh\n/bin/ls "$@" | sed "s/ 65532 65532 / 0 0 /"\n');
    chownSync(machine.path('.env'), 65532, 65532);
    const { code, stderr, calls } = machine.run('mcp_up.sh');
    expect({ code, stderr, up: composeUp(calls) }).toEqual({
      code: 1,
      stderr: expect.stringContaining('.env belongs to root'),
      up: [],
    });
  });

  it('says so when the image is not here yet', () => {
    const { code, stderr, calls } = new Machine().withEnv().run('mcp_up.sh');
    expect({ code, stderr, up: composeUp(calls) }).toEqual({
      code: 1,
      stderr: expect.stringContaining('Run mcp_pull.sh first'),
      up: [],
    });
  });

  it.each([
    ['stays unhealthy', 'unhealthy', 'running'],
    ['never gets beyond starting', 'starting', 'running'],
    ['ends at once', '', 'exited'],
  ])('fails when the server %s', (_, health, status) => {
    const machine = new Machine().withEnv();
    const found = published('a', health);
    machine.change({ registry: { [registryImage]: { ...found, image: { ...found.image, status } } } });
    machine.run('mcp_pull.sh');
    const { code, stderr, stdout } = machine.run('mcp_up.sh');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('did not become healthy. See mcp_logs.sh'),
    });
    expect(stdout).not.toContain('The server is healthy');
  });

  it('fails when Compose does', () => {
    const machine = started();
    machine.change({ upFails: [digest('a')] });
    expect(machine.run('mcp_up.sh')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('port is already allocated'),
    });
  });
});

describe('.env', () => {
  it.each([0o644, 0o640, 0o604, 0o620, 0o602])('is refused with mode %o', (mode) => {
    const machine = started();
    machine.write('.env', filledIn, mode);
    const { code, stderr, calls } = machine.run('mcp_up.sh');
    expect({ code, stderr, up: composeUp(calls) }).toEqual({
      code: 1,
      stderr: expect.stringContaining('chmod 600'),
      up: [],
    });
  });

  it.each([0o600, 0o400, 0o700])('is accepted with mode %o', (mode) => {
    const machine = started();
    machine.write('.env', [...filledIn, `AUTOTASK_MCP_IMAGE=${registryImage}`], mode);
    expect(machine.run('mcp_up.sh').code).toBe(0);
  });

  it('missing: says how to make it', () => {
    const machine = started();
    unlinkSync(machine.path('.env'));
    expect(machine.run('mcp_up.sh')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('cp .env.example.txt .env'),
    });
  });

  it.each(['AUTOTASK_INTEGRATION_CODE', 'AUTOTASK_USERNAME', 'AUTOTASK_SECRET'])('%s is required', (name) => {
    const machine = started();
    const others = filledIn.filter((line) => !line.startsWith(name));
    for (const empty of [[], [`${name}=`], [`${name}=''`], [`${name}=x`, `${name}=`]]) {
      machine.withEnv([...others, ...empty]);
      const { code, stderr } = machine.run('mcp_up.sh');
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringContaining(`${name} is not filled in`),
      });
    }
  });

  it('as in the template is refused until the credentials are filled in', () => {
    const machine = started();
    machine.write('.env', machine.read('.env.example.txt').split('\n'));
    expect(machine.run('mcp_up.sh')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is not filled in'),
    });
  });

  it.each([
    'AUTOTASK_SECRET=abc#def',
    'AUTOTASK_SECRET="abc',
    "AUTOTASK_SECRET=it's # not",
    'AUTOTASK_SECRET="a\\nb"',
    'AUTOTASK_SECRET= abc',
    'AUTOTASK_SECRET=abc ',
  ])('names the line, not the value, of %s', (line) => {
    const machine = started();
    machine.withEnv(['', line]);
    const { code, stderr } = machine.run('mcp_up.sh');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'mcp_up.sh: Line 2 of .env: put the value of AUTOTASK_SECRET in single quotes.\n',
    });
  });

  it.each(['export AUTOTASK_SECRET=abc', 'AUTOTASK_SECRET =abc', 'zebra-crossing'])(
    'refuses the line %s',
    (line) => {
      const machine = started();
      machine.withEnv([line]);
      const { code, stderr } = machine.run('mcp_up.sh');
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringContaining('Line 1 of .env is not NAME=value'),
      });
      expect(stderr).not.toContain('zebra');
    },
  );

  it('holds no bearer token of its own', () => {
    const machine = started();
    machine.withEnv([...filledIn, 'AUTOTASK_HTTP_TOKEN=some-token-of-mine']);
    expect(machine.run('mcp_up.sh')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Take AUTOTASK_HTTP_TOKEN'),
    });
  });
});

describe('scripts/mcp_down.sh: stops and removes the container', () => {
  it('does so, keeps the token, and does not mind doing it twice', () => {
    const machine = started();
    machine.run('mcp_up.sh');
    expect(machine.run('mcp_down.sh').code).toBe(0);
    expect(machine.world.container).toBeNull();
    expect(machine.run('mcp_down.sh').code).toBe(0);
    expect(machine.has(machine.tokenFile)).toBe(true);
  });
  it('works without .env', () => {
    expect(new Machine().run('mcp_down.sh').code).toBe(0);
  });
  it('fails when Compose does', () => {
    const machine = started();
    machine.change({ downFails: true });
    expect(machine.run('mcp_down.sh')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('could not be stopped'),
    });
  });
});

describe('scripts/mcp_logs.sh: shows the last 200 lines of the log', () => {
  it.each([
    ['and ends', [], ['logs', '--tail', '200']],
    ['and follows when asked to', ['--follow'], ['logs', '--tail', '200', '--follow']],
  ])('%s', (_, args, words) => {
    const { code, calls, stdout } = started().run('mcp_logs.sh', args);
    expect({ code, words: calls.at(-1)?.args.slice(-words.length) }).toEqual({ code: 0, words });
    expect(stdout).toContain('serving');
  });
});

describe('every script', () => {
  const all = [
    'mcp_pull.sh',
    'mcp_up.sh',
    'mcp_down.sh',
    'mcp_logs.sh',
    'mcp_update.sh',
    'mcp_pin_digest.sh',
    'cron_install.sh',
  ];

  it.each(all)('%s says so when Docker is missing', (script) => {
    const machine = new Machine().withEnv();
    unlinkSync(join(machine.bin, 'docker'));
    // The machine of the test may have a docker of its own: leave only the folders without one.
    const links = ['bash', 'sh', 'env', 'dirname', 'uname', 'ls', 'awk', 'cat', 'mkdir', 'rm', 'date', 'id'];
    for (const link of links) machine.install(link, `#!/bin/sh\nPATH=/usr/bin:/bin exec ${link} "$@"\n`);
    const { code, stderr, stdout } = machine.run(script, [], { env: { PATH: machine.bin } });
    expect({ code, said: stderr + stdout }).toEqual({
      code: 1,
      said: expect.stringContaining('Docker is not installed'),
    });
  });

  it.each(all)('%s says so when Docker has no Compose', (script) => {
    const machine = new Machine().withEnv();
    machine.change({ compose: false });
    expect(machine.run(script)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Docker has no Compose'),
    });
  });

  it.each(all)('%s says so when the daemon is down', (script) => {
    const machine = new Machine().withEnv();
    machine.change({ daemon: 'down' });
    expect(machine.run(script)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('daemon does not answer'),
    });
  });

  it.each(all)('%s says so when the user may not talk to the daemon', (script) => {
    const machine = new Machine().withEnv();
    machine.change({ daemon: 'denied' });
    expect(machine.run(script)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('may not talk to the Docker daemon'),
    });
  });

  it.each([...all, 'cron_uninstall.sh'])('%s refuses arguments that it does not know', (script) => {
    const { code } = new Machine().withEnv().run(script, ['--no-such-thing', 'x']);
    expect(code).toBe(1);
  });
});
