import type { CacheHint, ServerOptions } from '@modelcontextprotocol/server';
import { defaultGate, type ServerSettings } from './settings.js';

/** Nothing that this program lists changes before it is started anew. */
const longMs = 60 * 60_000;

/** So long may rights that were taken away still be seen in a list; what it names is refused at once. */
const shortMs = 5 * 60_000;

/** Resources that read no record of the tenant. */
const constant: ReadonlySet<string> = new Set(['autotask://entities']);

const limits = [
  'readEntities',
  'writeEntities',
  'createEntities',
  'updateEntities',
  'deleteEntities',
  'disabledTools',
] as const;

/** Whether no right and no setting makes a difference: every server of this version lists and answers the same. */
const isWhole = ({ policy, confirm = defaultGate, files = false }: ServerSettings): boolean =>
  confirm.mode === defaultGate.mode &&
  !files &&
  limits.every((name) => (policy?.settings[name] ?? []).length === 0);

export interface CacheHints {
  readonly lists: NonNullable<ServerOptions['cacheHints']>;
  /** What is read of the tenant is stale at once and nobody else's. */
  resource(uri: string): CacheHint;
}

/**
 * What later clients than those of 2025 may keep, and whether they may share it: a list that depends on rights is the
 * caller's alone. Over HTTP every caller can ask for fewer rights.
 */
export function cacheHints(settings: ServerSettings, readOnly: boolean): CacheHints {
  const shareable = settings.singleClient === true && !readOnly && isWhole(settings);
  const own: CacheHint = { ttlMs: shortMs, cacheScope: 'private' };
  const byRights: CacheHint = shareable ? { ttlMs: longMs, cacheScope: 'public' } : own;
  return {
    lists: {
      // Says in which zone dates are meant and how writes are confirmed.
      'server/discover': own,
      'tools/list': byRights,
      'resources/list': byRights,
      'resources/templates/list': byRights,
      'prompts/list': { ttlMs: longMs, cacheScope: 'public' },
    },
    resource: (uri) => (constant.has(uri) ? byRights : { ttlMs: 0, cacheScope: 'private' }),
  };
}
