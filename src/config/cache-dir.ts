import { join } from 'node:path';

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
