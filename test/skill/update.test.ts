import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
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
  registryRepository,
  runner,
  secondDigest,
} from './support/world.js';

/** A machine on which the first image runs. */
const running = () => new Machine().running();
const publish = (machine: Machine, letter: string, health = 'healthy') =>
  machine.change({
    registry: {
      [registryImage]: published(letter, health),
      [`${registryRepository}@${firstDigest}`]: published('a'),
    },
  });
const pinned = (machine: Machine) => {
  expect(machine.run('mcp_pin_digest.sh').code).toBe(0);
  return machine;
};
const line = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ .+$/;
const logged = (machine: Machine) => machine.read('logs/update.log').trim().split('\n');

describe('scripts/mcp_update.sh: compares digests before and after, restarts only when changed', () => {
  it('same digest: leaves the container alone', () => {
    const machine = running();
    const before = machine.world.container;
    const { code, calls } = machine.run('mcp_update.sh');
    expect({ code, up: composeUp(calls), container: machine.world.container }).toEqual({
      code: 0,
      up: [],
      container: before,
    });
    expect(logged(machine).join('\n')).toContain('No change');
  });

  it('new digest: restarts with the new image and says so in logs/update.log', () => {
    const machine = running();
    publish(machine, 'b');
    expect(machine.run('mcp_update.sh').code).toBe(0);
    expect(machine.world.container).toMatchObject({ image: digest('b'), restarts: 2 });
    const lines = logged(machine);
    expect(lines.every((text) => line.test(text))).toBe(true);
    expect(lines.map((text) => text.slice(21))).toEqual([
      `Digest before: ${firstDigest}`,
      `Digest after: ${secondDigest}`,
      'Restarted with the new image.',
    ]);
  });

  it('an image that was pulled earlier but never started counts as new', () => {
    const machine = running();
    publish(machine, 'b');
    machine.run('mcp_pull.sh');
    expect(machine.run('mcp_update.sh').code).toBe(0);
    expect(machine.world.container?.image).toBe(digest('b'));
  });

  it('an image built here is built anew and compared by its id', () => {
    const machine = new Machine().withEnv(filledIn);
    const around = join(machine.folder, '..');
    machine.write(join(around, 'Dockerfile'), ['FROM scratch']);
    machine.write(join(around, 'package.json'), ['  "name": "autotask-mcp"']);
    const build = (letter: string) =>
      machine.change({ build: { id: digest(letter), image: { repoDigests: [], health: 'healthy' } } });
    build('a');
    machine.run('mcp_pull.sh');
    machine.run('mcp_up.sh');
    machine.run('mcp_update.sh');
    expect(machine.world.container).toMatchObject({ image: digest('a'), restarts: 1 });
    build('b');
    expect(machine.run('mcp_update.sh').code).toBe(0);
    expect(machine.world.container).toMatchObject({ image: digest('b'), restarts: 2 });
  });

  it('a server that is not running is not started', () => {
    const machine = running();
    machine.run('mcp_down.sh');
    publish(machine, 'b');
    expect(machine.run('mcp_update.sh').code).toBe(0);
    expect(machine.world.container).toBeNull();
    expect(logged(machine).at(-1)).toContain('not running');
  });
});

describe('scripts/mcp_update.sh leaves the running container alone on any failure', () => {
  const unchanged = (machine: Machine, act: () => { code: number | null }) => {
    const before = machine.world.container;
    const { code } = act();
    expect({ code, container: machine.world.container }).toEqual({ code: 1, container: before });
    expect(logged(machine).at(-1)).toMatch(/FAILED/);
  };

  it('pull fails', () => {
    const machine = running();
    machine.change({ registry: {} });
    unchanged(machine, () => machine.run('mcp_update.sh'));
  });

  it('pin mismatch: refuses, and what mcp_up.sh starts stays the pinned image', () => {
    const machine = pinned(running());
    publish(machine, 'b');
    unchanged(machine, () => machine.run('mcp_update.sh'));
    expect(logged(machine).at(-1)).toContain(`REFUSED: the pinned digest is ${firstDigest}`);
    expect(machine.world.tags[registryImage]).toBe(digest('a'));
    machine.run('mcp_down.sh');
    expect(machine.run('mcp_up.sh').code).toBe(0);
    expect(machine.world.container?.image).toBe(digest('a'));
  });

  it.each([
    ['daemon is down', { daemon: 'down' as const }],
    [
      'the image has no digest of its repository',
      {
        registry: {
          [registryImage]: {
            id: digest('b'),
            image: { repoDigests: ['elsewhere/x@sha256:1'], health: 'healthy' },
          },
        },
      },
    ],
  ])('%s', (_, change) => {
    const machine = running();
    machine.change(change);
    unchanged(machine, () => machine.run('mcp_update.sh'));
  });

  it('.env became readable by others', () => {
    const machine = running();
    publish(machine, 'b');
    machine.write('.env', filledIn, 0o644);
    unchanged(machine, () => machine.run('mcp_update.sh'));
  });

  it('the pin file is damaged', () => {
    const machine = running();
    publish(machine, 'b');
    machine.write('.pinned-digest', ['sha256:abc']);
    unchanged(machine, () => machine.run('mcp_update.sh'));
  });

  it('the pin is for another image', () => {
    const machine = running();
    machine.write('.pinned-digest', [`registry.example/other/image@${firstDigest}`]);
    unchanged(machine, () => machine.run('mcp_update.sh'));
  });

  it('another update is running', () => {
    const machine = running();
    publish(machine, 'b');
    const other = spawn('sleep', ['60'], runner);
    machine.lock(String(other.pid));
    unchanged(machine, () => machine.run('mcp_update.sh'));
    other.kill();
    expect(logged(machine).at(-1)).toContain('Another update is running');
    expect(readdirSync(machine.path('logs'))).toContain('update.lock');
  });

  it.each([
    ['health never comes up', { unhealthy: true }],
    ['the new container cannot be started', { unhealthy: false }],
  ])('%s: the previous image runs again', (_, { unhealthy }) => {
    const machine = running();
    publish(machine, 'b', unhealthy ? 'unhealthy' : 'healthy');
    if (!unhealthy) machine.change({ upFails: [digest('b')] });
    const { code, stderr } = machine.run('mcp_update.sh');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('The previous one runs again.'),
    });
    expect(machine.world.container).toMatchObject({
      image: digest('a'),
      status: 'running',
      health: 'healthy',
    });
    expect(machine.world.tags[registryImage]).toBe(digest('a'));
    expect(machine.run('mcp_up.sh').code).toBe(0);
    expect(machine.world.container?.image).toBe(digest('a'));
  });

  it('health never comes up and the tag was gone: mcp_up.sh starts the previous image, not the refused one', () => {
    const machine = running();
    machine.change({ tags: {} });
    publish(machine, 'b', 'unhealthy');
    expect(machine.run('mcp_update.sh').code).toBe(1);
    expect(machine.run('mcp_up.sh').code).toBe(0);
    expect(machine.world.container?.image).toBe(digest('a'));
  });

  it('says so when the previous image does not come back either', () => {
    const machine = running();
    publish(machine, 'b', 'unhealthy');
    machine.change({ upFails: [digest('a')] });
    expect(machine.run('mcp_update.sh')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('neither did the previous one'),
    });
  });

  it('goes on after an update that was cut off', () => {
    const machine = running();
    publish(machine, 'b');
    machine.lock('999999999');
    expect(machine.run('mcp_update.sh').code).toBe(0);
    expect(readdirSync(machine.path('logs'))).toEqual(['update.log']);
    expect(logged(machine)[0]).toContain('An earlier update was cut off');
    expect(machine.world.container?.image).toBe(digest('b'));
  });
});

describe('scripts/mcp_pin_digest.sh: pins the current digest', () => {
  it('records the digest of the image on this machine in .pinned-digest', () => {
    const machine = pinned(running());
    expect(machine.read('.pinned-digest')).toBe(`${registryRepository}@${firstDigest}\n`);
  });

  it('given the digest that was verified, pins only an image that has it', () => {
    const machine = running();
    expect(machine.run('mcp_pin_digest.sh', [secondDigest])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Nothing was pinned'),
    });
    expect(machine.has('.pinned-digest')).toBe(false);
    expect(machine.run('mcp_pin_digest.sh', [firstDigest]).code).toBe(0);
  });

  it('says so when there is no image yet', () => {
    expect(new Machine().withEnv().run('mcp_pin_digest.sh')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Run mcp_pull.sh first'),
    });
  });

  it('names the command that checks where an image was built', () => {
    const machine = new Machine().withEnv([
      ...filledIn,
      'AUTOTASK_MCP_IMAGE=ghcr.io/some-owner/autotask-mcp:1',
    ]);
    machine.change({
      tags: { 'ghcr.io/some-owner/autotask-mcp:1': digest('a') },
      images: {
        [digest('a')]: { repoDigests: [`ghcr.io/some-owner/autotask-mcp@${firstDigest}`], health: 'healthy' },
      },
    });
    expect(machine.run('mcp_pin_digest.sh').stdout).toContain(
      `gh attestation verify oci://ghcr.io/some-owner/autotask-mcp@${firstDigest} --owner some-owner`,
    );
  });

  it('a pinned digest that is pulled restarts the server; the whole way to a new version', () => {
    const machine = pinned(running());
    publish(machine, 'b');
    const { stdout } = machine.run('mcp_pull.sh');
    expect(stdout).toContain(`Digest: ${secondDigest}`);
    expect(stdout).toContain('This is not the pinned image');
    machine.run('mcp_up.sh');
    expect(machine.world.container?.image).toBe(digest('a'));
    expect(machine.run('mcp_pin_digest.sh', [secondDigest]).code).toBe(0);
    expect(machine.run('mcp_update.sh').code).toBe(0);
    expect(machine.world.container?.image).toBe(digest('b'));
  });

  it('with a pin mcp_up.sh starts the image by its digest, and pulls exactly that when it is gone', () => {
    const machine = pinned(running());
    machine.run('mcp_down.sh');
    publish(machine, 'b');
    machine.change({ tags: {}, images: {} });
    const { code, calls } = machine.run('mcp_up.sh');
    expect(code).toBe(0);
    expect(composeUp(calls)[0]?.env.AUTOTASK_MCP_IMAGE).toBe(`${registryRepository}@${firstDigest}`);
    expect(commands(calls)).toContain(`pull ${registryRepository}@${firstDigest}`);
    expect(machine.world.container?.image).toBe(digest('a'));
  });

  it('with a pin mcp_up.sh refuses an image built here that is another one', () => {
    const machine = new Machine().withEnv(filledIn);
    const image = { repoDigests: [], health: 'healthy' };
    machine.change({
      tags: { 'autotask-mcp:local': digest('a') },
      images: { [digest('a')]: image, [digest('b')]: image },
    });
    machine.run('mcp_pin_digest.sh');
    expect(machine.run('mcp_up.sh').code).toBe(0);
    machine.change({ tags: { 'autotask-mcp:local': digest('b') } });
    expect(machine.run('mcp_up.sh')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is not the pinned one'),
    });
    expect(machine.world.container?.image).toBe(digest('a'));
  });

  it.each([
    'registry.example:5000/owner/autotask-mcp:1.2',
    'owner/autotask-mcp',
    'docker.io/owner/autotask-mcp:latest',
  ])('finds the digest of %s', (tag) => {
    const machine = new Machine().withEnv([...filledIn, `AUTOTASK_MCP_IMAGE=${tag}`]);
    const repository = tag.replace(/^docker\.io\//, '').replace(/:[^:/]+$/, '');
    machine.change({
      tags: { [tag]: digest('a') },
      images: {
        [digest('a')]: {
          repoDigests: [`mirror.example/x@${secondDigest}`, `${repository}@${firstDigest}`],
          health: 'healthy',
        },
      },
    });
    expect(machine.run('mcp_pin_digest.sh').stdout).toContain(`Pinned: ${repository}@${firstDigest}`);
  });
});
