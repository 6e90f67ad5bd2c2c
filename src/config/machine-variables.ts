import { join } from 'node:path';
import type { Variable } from './variable.js';

/** Variables that belong to no program: they are read where they matter and not checked. */
export const machineVariables = [
  {
    name: 'HTTPS_PROXY',
    group: 'machine',
    meaning: 'proxy for https addresses; this and the next three also in small letters',
    unset: 'none',
  },
  { name: 'HTTP_PROXY', group: 'machine', meaning: 'proxy for http addresses', unset: 'none' },
  { name: 'ALL_PROXY', group: 'machine', meaning: 'proxy for both', unset: 'none' },
  { name: 'NO_PROXY', group: 'machine', meaning: 'hosts that are reached without a proxy', unset: 'none' },
  { name: 'NO_COLOR', group: 'machine', meaning: 'anything: no colour on the terminal', unset: 'colour' },
  {
    name: 'XDG_CACHE_HOME',
    group: 'machine',
    meaning: 'where caches lie on Linux',
    unset: '`~/.cache`',
  },
  {
    name: 'LOCALAPPDATA',
    group: 'machine',
    meaning: 'where caches lie on Windows',
    unset: '`~/AppData/Local`',
  },
  {
    name: 'XDG_CONFIG_HOME',
    group: 'machine',
    meaning: 'where `config --write` finds settings on Linux',
    unset: '`~/.config`',
  },
  {
    name: 'APPDATA',
    group: 'machine',
    meaning: 'where `config --write` finds settings on Windows',
    unset: '`~/AppData/Roaming`',
  },
  {
    name: 'CODEX_HOME',
    group: 'machine',
    meaning: 'where `config codex` finds the settings of Codex',
    unset: '`~/.codex`',
  },
  { name: 'TERM', group: 'machine', meaning: '`dumb`: no colour either', unset: 'colour' },
] as const satisfies readonly Variable[];

/** Where a platform keeps files that a program may lose at any time. */
export function defaultCacheDir(
  platform: string,
  home: string,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const name = 'autotask-mcp';
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), name, 'Cache');
  if (platform === 'darwin') return join(home, 'Library', 'Caches', name);
  return join(env.XDG_CACHE_HOME || join(home, '.cache'), name);
}
