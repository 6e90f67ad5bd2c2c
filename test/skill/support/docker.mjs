#!/usr/bin/env node
// Stands on PATH in the place of docker: records every call in calls.jsonl and answers from world.json, which
// it changes as an engine would. A call that it does not know fails the script under test.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.env.FAKE_WORLD;
const worldFile = join(folder, 'world.json');
const world = JSON.parse(readFileSync(worldFile, 'utf8'));
const args = process.argv.slice(2);

const passed = [
  'AUTOTASK_MCP_IMAGE',
  'AUTOTASK_MCP_USER',
  'AUTOTASK_MCP_TOKEN_FILE',
  'AUTOTASK_MCP_ENV_CHANGED',
];
const env = Object.fromEntries(
  [...passed, 'NODE_ENV', 'COMPOSE_DISABLE_ENV_FILE'].map((name) => [name, process.env[name]]),
);
appendFileSync(join(folder, 'calls.jsonl'), `${JSON.stringify({ args, env })}\n`);

const save = () => writeFileSync(worldFile, JSON.stringify(world, null, 2));
const answer = (text) => process.stdout.write(`${text}\n`);
const refuse = (text, code = 1) => {
  process.stderr.write(`${text}\n`);
  process.exit(code);
};

/** An image by tag, by repository@digest or by id. */
const imageOf = (reference) =>
  world.tags[reference] !== undefined
    ? world.tags[reference]
    : Object.keys(world.images).find(
        (id) => id === reference || world.images[id].repoDigests.includes(reference),
      );

const daemon = () => {
  if (world.daemon === 'down') refuse('Cannot connect to the Docker daemon at unix:///var/run/docker.sock.');
  if (world.daemon === 'denied')
    refuse('permission denied while trying to connect to the Docker daemon socket');
};

const format = () => args[args.indexOf('--format') + 1];
const templates = {
  '{{.ServerVersion}}': () => '28.0.0',
  '{{.OperatingSystem}} {{.SecurityOptions}}': () => `${world.system} ${world.security}`,
  '{{.Id}}': (id) => id,
  '{{range .RepoDigests}}{{println .}}{{end}}': (id) =>
    world.images[id].repoDigests.map((line) => `${line}\n`).join(''),
  '{{if .State.Running}}{{.Image}}{{end}}': ({ image, status }) => (status === 'running' ? image : ''),
  '{{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{end}}': ({ status, health }) =>
    `${status} ${health}`,
};
const filled = (subject) => {
  const fill = templates[format()];
  if (fill === undefined) refuse(`fake docker: unknown format ${format()}`, 64);
  answer(fill(subject));
};

function compose(words) {
  const command = words.find((word) => ['version', 'up', 'down', 'logs'].includes(word));
  if (command === 'version')
    return world.compose ? answer('v2.40.0') : refuse('unknown command: docker compose');
  daemon();
  if (command === 'down') {
    if (world.downFails) refuse('network is in use');
    world.container = null;
    return save();
  }
  if (command === 'logs') return answer('autotask-mcp  | serving');
  if (command !== 'up') return refuse(`fake docker: unknown ${words.join(' ')}`, 64);
  const id = imageOf(env.AUTOTASK_MCP_IMAGE);
  if (id === undefined) refuse(`no such image: ${env.AUTOTASK_MCP_IMAGE}`);
  if (world.upFails.includes(id)) refuse('port is already allocated');
  const config = JSON.stringify(env);
  if (world.container?.image !== id || world.container.config !== config) {
    world.container = {
      image: id,
      config,
      status: 'running',
      health: 'starting',
      restarts: (world.container?.restarts ?? 0) + 1,
    };
  }
  world.container.health = world.images[id].health;
  world.container.status = world.images[id].status ?? 'running';
  return save();
}

function main() {
  const [command, second] = args;
  if (command === 'compose') return compose(args.slice(1));
  daemon();
  if (command === 'info') return filled(null);
  if (command === 'pull') {
    const reference = args.at(-1);
    const found = world.registry[reference];
    if (found === undefined) refuse(`Error response from daemon: manifest for ${reference} not found`);
    world.images[found.id] = found.image;
    if (!reference.includes('@')) world.tags[reference] = found.id;
    save();
    return answer(`Status: Downloaded newer image for ${reference}`);
  }
  if (command === 'build') {
    if (world.build === null) refuse('ERROR: failed to solve');
    world.images[world.build.id] = world.build.image;
    world.tags[args[args.indexOf('--tag') + 1]] = world.build.id;
    return save();
  }
  if (command === 'tag') {
    const id = imageOf(second);
    if (id === undefined) refuse(`No such image: ${second}`);
    world.tags[args[2]] = id;
    return save();
  }
  if (command === 'image' && second === 'inspect') {
    const id = imageOf(args.at(-1));
    return id === undefined ? refuse(`No such image: ${args.at(-1)}`) : filled(id);
  }
  if (command === 'container' && second === 'inspect') {
    return world.container === null || args.at(-1) !== 'autotask-mcp'
      ? refuse('No such object')
      : filled(world.container);
  }
  return refuse(`fake docker: unknown ${args.join(' ')}`, 64);
}

main();
