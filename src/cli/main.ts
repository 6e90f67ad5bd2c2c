import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import packageJson from '../../package.json' with { type: 'json' };
import { type Flags, loadConfig, type Sources } from '../config/index.js';
import { textOf } from '../config/text-file.js';
import { type Parsed, parseArguments, UsageError } from './args.js';
import { serve } from './serve/stdio.js';

const serverFacts = { name: packageJson.name, version: packageJson.version };

const flagsOf = ({ switches, values }: Parsed): Flags => ({
  demo: switches.has('demo'),
  readOnly: switches.has('read-only'),
  // What people who sign in may do is a matter of HTTP.
  http: switches.has('http') || values.has('as'),
});

const sourcesOf = (flags: Flags): Sources => ({
  env: process.env,
  flags,
  readFile: (path) => textOf(readFileSync(path)),
  platform: process.platform,
  home: homedir(),
});

const configOf = (parsed: Parsed) => loadConfig(sourcesOf(flagsOf(parsed)));

/** Resolves when whoever reads a pipe has taken everything, or is gone: what is still on its way ends with the process. */
async function printed(): Promise<void> {
  for (const stream of [process.stdout, process.stderr])
    await new Promise<void>((resolve) => stream.write('', () => resolve()));
}

/** Runs one command and resolves to its exit code, when everything is printed. */
export async function main(argv: readonly string[]): Promise<number> {
  const parsed = parseArguments(argv);
  if (parsed.command === 'serve') return perform(parsed);
  // A reader that has seen enough, like head, is no failure.
  process.stdout.on('error', () => undefined);
  const code = await perform(parsed);
  await printed();
  return code;
}

/** What serving over stdio does not need is loaded on demand. */
async function perform(parsed: Parsed): Promise<number> {
  switch (parsed.command) {
    case 'help': {
      const { helpText } = await import('./help.js');
      process.stdout.write(helpText(parsed.about));
      return 0;
    }
    case 'version':
      process.stdout.write(`${packageJson.version}\n`);
      return 0;
    case 'doctor': {
      const { doctor } = await import('./doctor/index.js');
      return doctor(
        sourcesOf(flagsOf(parsed)),
        serverFacts,
        parsed.switches.has('json'),
        parsed.values.get('token'),
      );
    }
    case 'config': {
      const { config } = await import('./config/index.js');
      return config(parsed, { platform: process.platform, home: homedir(), env: process.env });
    }
    case 'tour': {
      if (parsed.switches.has('web')) {
        const { webTour } = await import('./web-tour/index.js');
        return webTour((line) => process.stdout.write(`${line}\n`));
      }
      const { tour } = await import('./tour.js');
      return tour();
    }
    case 'sandbox': {
      const { sandbox } = await import('./sandbox.js');
      return sandbox(parsed.rest);
    }
    case 'policy': {
      const { onlyOAuth, printPolicy } = await import('./policy.js');
      // Said before anything else that serving HTTP needs.
      if (parsed.values.has('as') && process.env.AUTOTASK_HTTP_AUTH !== 'oauth')
        throw new UsageError(onlyOAuth);
      return printPolicy(await configOf(parsed), parsed.values.get('as'));
    }
    case 'audit': {
      const { audit } = await import('./audit/index.js');
      return audit(parsed, async () => (await configOf(parsed)).writes.auditKey);
    }
    case 'serve': {
      const config = await configOf(parsed);
      if (config.http !== null) {
        const { serveHttp } = await import('./serve/http.js');
        await serveHttp(config, config.http, serverFacts);
        return 0;
      }
      await serve(config, serverFacts);
      return 0;
    }
  }
}
