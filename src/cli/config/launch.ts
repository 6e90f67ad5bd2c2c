import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import packageJson from '../../../package.json' with { type: 'json' };

/** How a client starts this server. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
}

/** What npx was asked to fetch when this runs from its cache, e.g. `github:owner/repo`; else the package's name. */
function packageSpec(modules: string): string {
  const file = join(dirname(modules), 'package.json');
  if (!existsSync(file)) return packageJson.name;
  const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const npx = typeof content === 'object' && content !== null && '_npx' in content ? content._npx : null;
  const packages = typeof npx === 'object' && npx !== null && 'packages' in npx ? npx.packages : null;
  const [first] = Array.isArray(packages) ? packages : [];
  return typeof first === 'string' ? first : packageJson.name;
}

/**
 * A package that was installed is started by npx, which finds or fetches it; anything else, such as a clone,
 * by the very Node and file that run now, because a client started from a desktop knows no other.
 */
export function launchOf(script: string, platform: string, options: readonly string[]): Launch {
  const real = realpathSync(script);
  const at = real.lastIndexOf(`${sep}node_modules${sep}${packageJson.name}${sep}`);
  if (at < 0) return { command: process.execPath, args: [real, ...options] };
  const spec = packageSpec(real.slice(0, at + `${sep}node_modules`.length));
  // npm 12 installs from git only when told to; older ones do not mind.
  const git = /^(github:|git[+:]|[\w-]+\/[\w.-]+$)/.test(spec) ? ['--allow-git=root'] : [];
  const args = ['-y', ...git, spec, ...options];
  // On Windows npx is a script that only a shell can start.
  return platform === 'win32' ? { command: 'cmd', args: ['/c', 'npx', ...args] } : { command: 'npx', args };
}
