import { posix, win32 } from 'node:path';

/** Where the person's files lie, and on what machine. */
export interface UserEnvironment {
  readonly platform: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export const pathsOf = ({ platform }: Pick<UserEnvironment, 'platform'>) =>
  platform === 'win32' ? win32 : posix;

/** A file below the folder in which the platform keeps settings of applications. */
export function settingsFile(user: UserEnvironment, ...parts: readonly string[]): string {
  const { platform, home, env } = user;
  const { join } = pathsOf(user);
  if (platform === 'win32') return join(env.APPDATA || join(home, 'AppData', 'Roaming'), ...parts);
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', ...parts);
  return join(env.XDG_CONFIG_HOME || join(home, '.config'), ...parts);
}

export const homeFile = (user: UserEnvironment, ...parts: readonly string[]): string =>
  pathsOf(user).join(user.home, ...parts);
