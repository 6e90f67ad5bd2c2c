// Writes what registries read: smithery.yaml, glama.json and, for `npm run registries -- OWNER`, server.json of
// the MCP registry and the name in package.json that proves that the npm package belongs to it.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { description, form, packageJson } from './facts.mjs';

const { name, version } = packageJson;

/** https://github.com/modelcontextprotocol/registry/blob/main/docs/reference/server-json/generic-server-json.md */
export function serverJson(owner) {
  const environmentVariables = form.map((variable) => ({
    name: variable.name,
    description: variable.description,
    isRequired: variable.isRequired,
    isSecret: variable.isSecret,
    format: variable.isFlag ? 'boolean' : 'string',
    ...(variable.default === undefined ? {} : { default: variable.default }),
  }));
  const transport = { type: 'stdio' };
  return {
    $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
    name: `io.github.${owner}/${name}`,
    title: 'Autotask PSA',
    description,
    version,
    repository: { url: `https://github.com/${owner}/${name}`, source: 'github' },
    packages: [
      { registryType: 'npm', identifier: name, version, runtimeHint: 'npx', transport, environmentVariables },
      {
        registryType: 'oci',
        identifier: `ghcr.io/${owner}/${name}:${version}`,
        runtimeHint: 'docker',
        transport,
        environmentVariables,
      },
    ],
  };
}

/** https://smithery.ai/docs/config/smithery.yaml */
export function smithery() {
  const camel = (key) => key.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
  const properties = form.map(({ key, title, description, isFlag, default: value }) => [
    camel(key),
    {
      type: isFlag ? 'boolean' : 'string',
      title,
      description,
      ...(value === undefined ? {} : { default: isFlag ? value === 'true' : value }),
    },
  ]);
  const env = form.map(({ key, name }) => `      ${name}: String(config.${camel(key)} ?? ''),`);
  return {
    startCommand: {
      type: 'stdio',
      configSchema: {
        type: 'object',
        required: form.filter(({ isRequired }) => isRequired).map(({ key }) => camel(key)),
        properties: Object.fromEntries(properties),
      },
      commandFunction: [
        '(config) => ({',
        "    command: 'npx',",
        `    args: ['-y', '${name}'],`,
        '    env: {',
        ...env,
        '    },',
        '  })',
        '',
      ].join('\n'),
    },
  };
}

/** Who may edit the entry at Glama: names of GitHub accounts. */
export const glama = (owner) => ({
  $schema: 'https://glama.ai/mcp/schemas/server.json',
  maintainers: [owner],
});

const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const owner = process.argv[2] ?? 'OWNER';
  await writeFile(
    'smithery.yaml',
    `# Made by npm run registries.\n${stringify(smithery(), { lineWidth: 110 })}`,
  );
  await writeFile('glama.json', json(glama(owner)));
  await writeFile('server.json', json(serverJson(owner)));
  await writeFile('package.json', json({ ...packageJson, mcpName: serverJson(owner).name }));
}
