import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import packageJson from '../../package.json' with { type: 'json' };
import { variableTable } from '../../src/config/index.js';

const root = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** What the script would write for an owner. */
const made = z.object({ server: z.unknown(), smithery: z.unknown(), glama: z.unknown() }).parse(
  JSON.parse(
    execFileSync(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { glama, serverJson, smithery } from './packaging/registries.mjs';
           console.log(JSON.stringify({ server: serverJson('OWNER'), smithery: smithery(), glama: glama('OWNER') }))`,
      ],
      { cwd: root, encoding: 'utf8' },
    ),
  ),
);

const text = z.string().min(1);
const exactVersion = text.regex(/^\d+\.\d+\.\d+(-[\w.]+)?$/);

/**
 * The rules of server.schema.json of 2025-12-11 for the parts that are used here, and those that the registry
 * checks besides: an image carries its version in its name, an npm package in a field.
 */
const variable = z.strictObject({
  name: z.enum(variableTable.map(({ name }) => name)),
  description: text,
  isRequired: z.boolean(),
  isSecret: z.boolean(),
  format: z.enum(['string', 'number', 'boolean', 'filepath']),
  default: z.string().optional(),
});
const common = {
  runtimeHint: text,
  transport: z.strictObject({ type: z.literal('stdio') }),
  environmentVariables: z.array(variable).min(3),
};
const server = z.strictObject({
  $schema: z.literal('https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json'),
  name: z
    .string()
    .max(200)
    .regex(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/),
  title: text.max(100),
  description: text.max(100),
  version: exactVersion,
  repository: z.strictObject({ url: z.url(), source: z.literal('github') }),
  packages: z.array(
    z.discriminatedUnion('registryType', [
      z.strictObject({
        registryType: z.literal('npm'),
        identifier: text,
        version: exactVersion,
        ...common,
      }),
      z.strictObject({
        registryType: z.literal('oci'),
        identifier: text.regex(/^[\w.-]+(\/[\w.-]+)+:[\w.-]+$/),
        ...common,
      }),
    ]),
  ),
});

it('the committed files are what the script makes', () => {
  expect(JSON.parse(read('server.json'))).toEqual(made.server);
  expect(parse(read('smithery.yaml'))).toEqual(made.smithery);
  expect(JSON.parse(read('glama.json'))).toEqual(made.glama);
});

it('server.json keeps the rules and agrees with the package', () => {
  const { name, version, packages } = server.parse(made.server);
  expect(name).toBe(packageJson.mcpName);
  expect(version).toBe(packageJson.version);
  expect(packages.map(({ identifier }) => identifier)).toEqual([
    packageJson.name,
    `ghcr.io/OWNER/${packageJson.name}:${packageJson.version}`,
  ]);
  const secret = variableTable.flatMap((row) => ('secret' in row ? [String(row.name)] : []));
  for (const { environmentVariables } of packages) {
    for (const given of environmentVariables) expect(given.isSecret).toBe(secret.includes(given.name));
  }
});

it('the release names the server, its image and its repository in the same way', () => {
  const release = read('.github/workflows/release.yml');
  expect(release).toContain('SERVER_NAME=io.github.$OWNER/autotask-mcp');
  expect(release).toContain('image=ghcr.io/$owner/autotask-mcp');
  expect(release).toContain('npm run registries -- "$OWNER"');
});

it('the command of smithery.yaml starts the package with what was typed in', () => {
  const { startCommand } = z
    .object({ startCommand: z.object({ commandFunction: z.string() }) })
    .parse(made.smithery);
  const command = execFileSync(
    process.execPath,
    [
      '-p',
      `JSON.stringify((${startCommand.commandFunction})({ username: 'u', secret: 's', integrationCode: 'c', readOnly: true }))`,
    ],
    { encoding: 'utf8' },
  );
  expect(JSON.parse(command)).toEqual({
    command: 'npx',
    args: ['-y', packageJson.name],
    env: {
      AUTOTASK_USERNAME: 'u',
      AUTOTASK_SECRET: 's',
      AUTOTASK_INTEGRATION_CODE: 'c',
      AUTOTASK_READ_ONLY: 'true',
      AUTOTASK_TIMEZONE: '',
      AUTOTASK_API_URL: '',
    },
  });
});
