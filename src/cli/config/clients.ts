import type { ClientName } from '../commands.js';
import {
  byReference,
  type ClientEntry,
  claudeDesktop,
  codex,
  gemini,
  type Target,
  vscode,
  zed,
} from './client-entries.js';
import { homeFile, pathsOf, settingsFile, type UserEnvironment } from './client-files.js';

export interface ClientFacts {
  readonly title: string;
  readonly format: 'json' | 'toml';
  /** The member that holds the servers by name. */
  readonly servers: string;
  readonly file: (user: UserEnvironment) => string;
  /** A text says why the client cannot be connected like that. */
  readonly make: (target: Target, user: UserEnvironment) => ClientEntry | string;
  /** What the client asks for before it uses the entry. */
  readonly afterwards?: string;
}

/** Formats and places as the clients document them. */
export const clients: Readonly<Record<Exclude<ClientName, 'docker'>, ClientFacts>> = {
  'claude-desktop': {
    title: 'Claude Desktop',
    format: 'json',
    servers: 'mcpServers',
    file: (user) => settingsFile(user, 'Claude', 'claude_desktop_config.json'),
    make: claudeDesktop,
  },
  'claude-code': {
    title: 'Claude Code',
    format: 'json',
    servers: 'mcpServers',
    // Of the project, so that it can be shared: it holds no secret.
    file: () => '.mcp.json',
    make: byReference(
      (name) => `\${${name}}`,
      (url) => ({ type: 'http', url }),
      { type: 'stdio' },
    ),
    afterwards: 'It asks once whether the servers of a .mcp.json may be used.',
  },
  cursor: {
    title: 'Cursor',
    format: 'json',
    servers: 'mcpServers',
    file: (user) => homeFile(user, '.cursor', 'mcp.json'),
    make: byReference(
      (name) => `\${env:${name}}`,
      (url) => ({ url }),
    ),
  },
  vscode: {
    title: 'VS Code',
    format: 'json',
    servers: 'servers',
    file: (user) => settingsFile(user, 'Code', 'User', 'mcp.json'),
    make: vscode,
  },
  windsurf: {
    title: 'Windsurf',
    format: 'json',
    servers: 'mcpServers',
    file: (user) => homeFile(user, '.codeium', 'windsurf', 'mcp_config.json'),
    make: byReference(
      (name) => `\${env:${name}}`,
      (serverUrl) => ({ serverUrl }),
    ),
  },
  zed: {
    title: 'Zed',
    format: 'json',
    servers: 'context_servers',
    file: (user) =>
      user.platform === 'darwin'
        ? homeFile(user, '.config', 'zed', 'settings.json')
        : settingsFile(user, user.platform === 'win32' ? 'Zed' : 'zed', 'settings.json'),
    make: zed,
  },
  gemini: {
    title: 'Gemini CLI',
    format: 'json',
    servers: 'mcpServers',
    file: (user) => homeFile(user, '.gemini', 'settings.json'),
    make: gemini,
    afterwards: 'It starts servers only in folders that it was told to trust.',
  },
  codex: {
    title: 'Codex',
    format: 'toml',
    servers: 'mcp_servers',
    file: (user) =>
      (user.env.CODEX_HOME ?? '') === ''
        ? homeFile(user, '.codex', 'config.toml')
        : pathsOf(user).join(user.env.CODEX_HOME ?? '', 'config.toml'),
    make: codex,
  },
};
