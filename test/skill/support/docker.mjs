// Answers in the place of docker, for all machines of a test file: records each call in calls.jsonl and answers
// from world.json, which it changes as an engine would. A call that it does not know fails the script under test.
// A thread of its own, because tests wait for their scripts; the `docker` on a machine's PATH only asks it, since
// starting Node for each of some thousand calls took longer than everything else.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';

const names = [
  'AUTOTASK_MCP_IMAGE',
  'AUTOTASK_MCP_USER',
  'AUTOTASK_MCP_TOKEN_FILE',
  'AUTOTASK_MCP_FILES',
  'NODE_ENV',
  'COMPOSE_DISABLE_ENV_FILE',
  'BUILDX_NO_DEFAULT_ATTESTATIONS',
];

/** The program on PATH. It tells whose world, the variables above ("=value", or nothing), and its arguments. */
const program = (port) => `#!/bin/bash
exec 3<>/dev/tcp/127.0.0.1/${port}
printf '%s\\0' "$FAKE_WORLD" ${names.map((name) => `"\${${name}+=$${name}}"`).join(' ')} "$#" "$@" >&3
read -r code stream <&3
/bin/cat <&3 >&"$stream"
exit "$code"
`;

class Refusal extends Error {
  constructor(text, code = 1) {
    super(text);
    this.code = code;
  }
}

function engine(world, env, args) {
  const refuse = (text, code) => {
    throw new Refusal(text, code);
  };
  const unknown = () => refuse(`fake docker: unknown ${args.join(' ')}`, 64);

  /** An image by tag, by repository@digest or by id. */
  const imageOf = (reference) =>
    world.tags[reference] ??
    Object.keys(world.images).find(
      (id) => id === reference || world.images[id].repoDigests.includes(reference),
    ) ??
    refuse(`No such image: ${reference}`);

  const daemon = () => {
    if (world.daemon === 'down')
      refuse('Cannot connect to the Docker daemon at unix:///var/run/docker.sock.');
    if (world.daemon === 'denied')
      refuse('permission denied while trying to connect to the Docker daemon socket');
  };

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
  const filled = (subject) => (templates[args[args.indexOf('--format') + 1]] ?? unknown)(subject);

  const compose = {
    version: () => (world.compose ? 'v2.40.0' : refuse('unknown command: docker compose')),
    down: () => {
      if (world.downFails) refuse('network is in use');
      world.container = null;
    },
    logs: () => 'autotask-mcp  | serving',
    up: () => {
      const id = imageOf(env.AUTOTASK_MCP_IMAGE);
      if (world.upFails.includes(id)) refuse('port is already allocated');
      const config = JSON.stringify(env);
      if (world.container?.image !== id || world.container.config !== config) {
        world.container = { image: id, config, restarts: (world.container?.restarts ?? 0) + 1 };
      }
      world.container.health = world.images[id].health;
      world.container.status = world.images[id].status ?? 'running';
    },
  };

  const commands = {
    info: () => filled(null),
    pull: () => {
      const reference = args.at(-1);
      const found =
        world.registry[reference] ??
        refuse(`Error response from daemon: manifest for ${reference} not found`);
      world.images[found.id] = found.image;
      if (!reference.includes('@')) world.tags[reference] = found.id;
      return `Status: Downloaded newer image for ${reference}`;
    },
    build: () => {
      if (world.build === null) refuse('ERROR: failed to solve');
      world.images[world.build.id] = world.build.image;
      world.tags[args[args.indexOf('--tag') + 1]] = world.build.id;
    },
    tag: () => {
      world.tags[args[2]] = imageOf(args[1]);
    },
    image: () => (args[1] === 'inspect' ? filled(imageOf(args.at(-1))) : unknown()),
    container: () => {
      if (args[1] !== 'inspect') unknown();
      if (world.container === null || args.at(-1) !== 'autotask-mcp') refuse('No such object');
      return filled(world.container);
    },
  };

  if (args[0] === 'compose') {
    const word = args.find((one) => Object.hasOwn(compose, one)) ?? unknown();
    if (word !== 'version') daemon();
    return compose[word]();
  }
  daemon();
  return (commands[args[0]] ?? unknown)();
}

async function answer([folder, ...fields]) {
  const values = fields.splice(0, names.length);
  const args = fields.slice(1);
  const env = Object.fromEntries(
    names.flatMap((name, index) => (values[index] === '' ? [] : [[name, values[index].slice(1)]])),
  );
  appendFileSync(join(folder, 'calls.jsonl'), `${JSON.stringify({ args, env })}\n`);
  const file = join(folder, 'world.json');
  await pause(JSON.parse(readFileSync(file, 'utf8')).slow[args[0]] ?? 0);
  // Its test may have ended meanwhile.
  if (!existsSync(file)) return '1 2\n';
  const world = JSON.parse(readFileSync(file, 'utf8'));
  try {
    const text = engine(world, env, args);
    writeFileSync(file, JSON.stringify(world));
    return `0 1\n${text === undefined ? '' : `${text}\n`}`;
  } catch (error) {
    return `${error.code ?? 70} 2\n${error instanceof Refusal ? error.message : error.stack}\n`;
  }
}

const server = createServer((socket) => {
  let heard = '';
  socket.on('data', async (part) => {
    heard += part;
    const fields = heard.split('\0');
    const count = fields[names.length + 1];
    if (count === undefined || fields.length !== names.length + 3 + Number(count)) return;
    socket.end(await answer(fields.slice(0, -1)));
  });
  // A script that was cut off no longer listens.
  socket.on('error', () => undefined);
}).listen(0, '127.0.0.1', () => parentPort.postMessage(program(server.address().port)));
