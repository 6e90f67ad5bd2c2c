// Makes a bundle for Claude Desktop of dist/: npm run bundle:mcpb [-- FOLDER]. Its tools come from the
// program's own lists and its questions from the table of variables.
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { packExtension } from '@anthropic-ai/mcpb/cli';
import { validateManifest } from '@anthropic-ai/mcpb/node';
import { catalogue, form, packageJson } from './facts.mjs';

const { name, version, license, keywords } = packageJson;

const manifest = {
  manifest_version: '0.3',
  name,
  display_name: 'Autotask PSA',
  version,
  description: packageJson.description,
  long_description:
    'Needs an API-only user of your Autotask tenant (Admin, Resources/Users) with a tracking identifier. ' +
    'Nothing is written without a preview and a confirmation; read-only mode has no tool that writes.',
  author: { name: 'The autotask-mcp contributors' },
  license,
  keywords,
  server: {
    type: 'node',
    entry_point: 'server/cli.js',
    mcp_config: {
      command: 'node',
      args: [`\${__dirname}/server/cli.js`],
      env: Object.fromEntries(form.map(({ name: variable, key }) => [variable, `\${user_config.${key}}`])),
    },
  },
  tools: catalogue.tools.map(({ listed }) => ({ name: listed.name, description: listed.description })),
  compatibility: { platforms: ['darwin', 'win32', 'linux'], runtimes: { node: packageJson.engines.node } },
  user_config: Object.fromEntries(
    form.map(({ key, title, description, isRequired, isSecret, isFlag, default: value }) => [
      key,
      {
        type: isFlag ? 'boolean' : 'string',
        title,
        description,
        required: isRequired,
        ...(isSecret ? { sensitive: true } : {}),
        ...(value === undefined ? {} : { default: isFlag ? value === 'true' : value }),
      },
    ]),
  ),
};

const folder = await mkdtemp(join(tmpdir(), 'mcpb-'));
try {
  await mkdir(join(folder, 'server'));
  await Promise.all([
    cp('dist/cli.js', join(folder, 'server/cli.js')),
    cp('dist/chunks', join(folder, 'server/chunks'), { recursive: true }),
    cp('dist/THIRD-PARTY-NOTICES', join(folder, 'THIRD-PARTY-NOTICES')),
    cp('LICENSE', join(folder, 'LICENSE')),
    // Says that the program is made of ES modules.
    writeFile(join(folder, 'package.json'), JSON.stringify({ name, version, license, type: 'module' })),
    writeFile(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`),
  ]);
  if (!validateManifest(join(folder, 'manifest.json'))) throw new Error('The manifest is not valid.');
  const outputPath = resolve(process.argv[2] ?? '.', `${name}-${version}.mcpb`);
  if (!(await packExtension({ extensionPath: folder, outputPath, silent: true })))
    throw new Error('The bundle was not made.');
  process.stdout.write(`${outputPath}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
