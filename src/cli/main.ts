import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import packageJson from '../../package.json' with { type: 'json' };
import { type Flags, loadConfig } from '../config/index.js';
import { help, parseArguments } from './args.js';

const serverFacts = { name: packageJson.name, version: packageJson.version };

const configOf = (flags: Flags) =>
  loadConfig({
    env: process.env,
    flags,
    readFile: (path) => readFileSync(path, 'utf8'),
    platform: process.platform,
    home: homedir(),
  });

/** Runs one command and resolves to its exit code. Parts that a command does not need are not loaded. */
export async function main(argv: readonly string[]): Promise<number> {
  const command = parseArguments(argv);
  switch (command.name) {
    case 'help':
      process.stdout.write(help);
      return 0;
    case 'version':
      process.stdout.write(`${packageJson.version}\n`);
      return 0;
    case 'tour': {
      const { tour } = await import('./tour.js');
      return tour();
    }
    case 'sandbox': {
      const { sandbox } = await import('./sandbox.js');
      return sandbox(command.argv);
    }
    case 'policy': {
      const { printPolicy } = await import('./policy.js');
      return printPolicy(await configOf(command.flags));
    }
    case 'audit': {
      const { verifyAudit } = await import('./audit.js');
      return verifyAudit(command.files, (await configOf({})).writes.auditKey);
    }
    case 'serve': {
      const config = await configOf(command.flags);
      if (config.http !== null) {
        const { serveHttp } = await import('./serve-http.js');
        await serveHttp(config, config.http, serverFacts);
        return 0;
      }
      const { serve } = await import('./serve.js');
      await serve(config, serverFacts);
      return 0;
    }
  }
}
