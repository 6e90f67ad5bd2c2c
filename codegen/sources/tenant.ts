import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createReader } from '../../src/client/index.js';
import type { ClientSettings } from '../../src/client/types.js';
import { loadConfig } from '../../src/config/index.js';
import type { Snapshot } from '../snapshot.js';
import { parseSwagger, textOf } from './document.js';
import type { Evidence } from './evidence.js';
import { createProgress } from './progress.js';
import { pull } from './pull.js';
import { openPullCheckpoint } from './pull-checkpoint.js';
import type { Io, SourceRead } from './source.js';
import { readSwagger } from './swagger.js';

/** Settings of the client from the variables that the server reads too. */
export async function tenantSettings(env: Io['env']): Promise<ClientSettings> {
  const config = await loadConfig({
    env,
    flags: {},
    readFile: (path) => readFileSync(path, 'utf8'),
    platform: process.platform,
    home: homedir(),
  });
  if (config.credentials === null) {
    throw new Error(`--from tenant needs credentials; not set: ${config.missing.join(', ')}`);
  }
  return {
    credentials: config.credentials,
    zoneUrl: config.zoneUrl,
    ...(config.apiUrl === undefined ? {} : { apiUrl: config.apiUrl }),
    timeoutMs: config.timeoutMs,
    maxConcurrency: config.maxConcurrency,
    cacheDir: null,
    log: () => {},
  };
}

/** The zone's own document, public and without login; null when the zone serves none. */
async function zoneSwagger(apiUrl: string): Promise<Evidence | null> {
  const address = new URL('swagger/docs/v1', apiUrl.replace(/V1\.0\/?$/i, '')).href;
  const text = await textOf(address);
  return text === null ? null : readSwagger(parseSwagger(text, address), address);
}

/** Where the answers of an unfinished pull wait; one place for each tenant and user. */
function keptPath(root: string, apiUrl: string, userName: string): string {
  const key = createHash('sha256').update(`${apiUrl}\n${userName}`).digest('hex').slice(0, 16);
  return join(root, 'node_modules', '.cache', 'autotask-mcp-codegen', `${key}.jsonl`);
}

/**
 * What a tenant tells: the public swagger of its zone, then entityInformation, fields and userDefinedFields
 * of every entity that the swagger or the snapshot knows.
 */
export async function readTenant(settings: ClientSettings, snapshot: Snapshot, io: Io): Promise<SourceRead> {
  const reader = createReader(settings);
  const { apiUrl } = await reader.zone({ signal: io.signal });
  const swagger = await zoneSwagger(apiUrl);
  const names = new Set(snapshot.entities.map(({ name }) => name));
  for (const { name } of swagger?.entities ?? []) names.add(name);
  const kept = await openPullCheckpoint(keptPath(io.root, apiUrl, settings.credentials.userName));
  if (kept.answers.size > 0) io.err(`Going on with ${kept.answers.size} entities of an unfinished pull\n`);
  const { entities, notes } = await pull(reader, {
    names: [...names].sort(),
    routes: new Map(snapshot.entities.map((entity) => [entity.name, entity])),
    kept,
    progress: createProgress(io.err, io.terminal, names.size, kept.answers.size),
    signal: io.signal,
  });
  await kept.clear();
  const live: Evidence = {
    tag: 'live-pull',
    kind: 'live',
    what: 'entityInformation and fields of a live tenant, read by codegen',
    complete: true,
    entities,
    notes:
      swagger === null
        ? [...notes, 'The zone serves no swagger document; routes are those of the snapshot']
        : notes,
  };
  return {
    evidence: swagger === null ? [live] : [swagger, live],
    name: `the tenant at ${new URL(apiUrl).host}`,
  };
}
