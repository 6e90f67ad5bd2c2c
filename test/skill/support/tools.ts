import { spawnSync } from 'node:child_process';

/** Where each tool comes from on Debian; `.ci/run` installs them all. */
const packages = {
  shellcheck: 'shellcheck',
  bwrap: 'bubblewrap',
  'systemd-analyze': 'systemd',
  'docker-compose': 'docker-compose',
} as const;
export type Tool = keyof typeof packages;

const missing = (tool: string): boolean => spawnSync(tool, ['--version']).error !== undefined;

/** Compose as Docker's own plugin where there is one, else the program of its own. */
export const composeClient: readonly string[] =
  spawnSync('docker', ['compose', 'version']).status === 0 ? ['docker', 'compose'] : ['docker-compose'];

/**
 * Whether tests that need a tool cannot run on this machine. Where CI is set none is left out: there a missing
 * tool is an error.
 */
export function without(tool: Tool): boolean {
  if (!missing(tool) || (tool === 'docker-compose' && composeClient.length === 2)) return false;
  if (process.env.CI !== undefined) throw new Error(`${tool} is missing: apt-get install ${packages[tool]}`);
  return true;
}
