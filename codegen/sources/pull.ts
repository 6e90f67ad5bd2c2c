import type { AutotaskReader } from '../../src/client/types.js';
import { AutotaskError } from '../../src/errors.js';
import type { EntityFile } from '../model.js';
import type { EntityEvidence } from './evidence.js';
import { liveEvidence } from './live.js';
import type { Progress } from './progress.js';
import type { CheckpointAnswer, PullCheckpoint } from './pull-checkpoint.js';

/** Entities asked at a time. The calls of one follow each other, so no endpoint sees more than one thread. */
const workers = 3;
/** From half of the hourly requests on Autotask slows everybody down; here a refresh leaves the rest to others. */
const mostUsed = 0.75;
const checkEvery = 25;

export interface PullOptions {
  readonly names: readonly string[];
  /** Routes of the API, to tell where the tenant's word on them differs. */
  readonly routes: ReadonlyMap<string, Pick<EntityFile, 'operations' | 'parents'>>;
  readonly kept: PullCheckpoint;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

export interface Pulled {
  readonly entities: readonly EntityEvidence[];
  readonly notes: readonly string[];
}

const capabilities = [
  ['canCreate', 'create', 'created'],
  ['canUpdate', 'patch', 'changed'],
  ['canDelete', 'delete', 'deleted'],
  ['canQuery', 'query', 'queried'],
] as const;

async function ask(reader: AutotaskReader, name: string, options: PullOptions): Promise<CheckpointAnswer> {
  const { signal } = options;
  try {
    const info = await reader.entityInformation(name, { signal });
    const fields = await reader.fields(name, { signal });
    const userDefinedFields = await reader.userDefinedFields(name, { signal });
    const routes = options.routes.get(name);
    const differs = capabilities.filter(([flag, operation]) => {
      const root = routes?.operations[operation] !== false;
      const child = routes?.parents.some((parent) => parent.operations.includes(operation)) === true;
      return routes !== undefined && info[flag] !== (root || child);
    });
    const notes = differs.map(
      ([flag, , done]) =>
        `${name}: the tenant says it can${info[flag] ? '' : 'not'} be ${done}, the routes say otherwise`,
    );
    const evidence = liveEvidence(name, info, fields, userDefinedFields);
    return notes.length === 0 ? { name, evidence } : { name, evidence, note: notes.join('; ') };
  } catch (error) {
    if (!(error instanceof AutotaskError)) throw error;
    if (error.kind === 'notFound') return { name, evidence: null, note: `${name} is not in this tenant` };
    if (error.kind === 'permission')
      return { name, evidence: null, note: `${name}: the user may not see it` };
    throw error;
  }
}

async function checkThreshold(reader: AutotaskReader, signal: AbortSignal): Promise<void> {
  const { currentTimeframeRequestCount: used, externalRequestThreshold: most } = await reader.threshold({
    signal,
  });
  if (used < most * mostUsed) return;
  throw new Error(
    `The tenant has used ${used} of its ${most} requests of this hour. Stopped at ${mostUsed * 100} %, so that ` +
      'its other integrations go on; try again within the hour',
  );
}

/**
 * Metadata of every entity that is asked for. What is learned is kept at once, so that an interruption, a
 * failure or the threshold loses nothing.
 * @throws Error that says how much is kept
 */
export async function pull(reader: AutotaskReader, options: PullOptions): Promise<Pulled> {
  const { names, kept, progress, signal } = options;
  const answers = new Map<string, CheckpointAnswer>();
  for (const name of names) {
    const known = kept.answers.get(name);
    if (known !== undefined) answers.set(name, known);
  }
  const waiting = names.filter((name) => !answers.has(name));
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  let requested = 0;
  const work = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      if (requested++ % checkEvery === 0) await checkThreshold(reader, either);
      const answer = await ask(reader, name, { ...options, signal: either });
      answers.set(name, answer);
      await kept.add(answer);
      progress.step(answers.size, reader.requestsSent());
    }
  };
  try {
    progress.step(answers.size, reader.requestsSent());
    const failures: unknown[] = [];
    const running = Array.from({ length: workers }, async () => {
      try {
        await work();
      } catch (error) {
        // The first failure is the one to tell; the others follow from stopping.
        failures.push(error);
        waiting.length = 0;
        stop.abort();
      }
    });
    await Promise.all(running);
    if (failures.length > 0) throw failures[0];
  } catch (error) {
    const why = signal.aborted ? 'Interrupted' : error instanceof Error ? error.message : String(error);
    throw new Error(
      `${why.replace(/\.$/, '')}. Nothing was written; ${answers.size} of ${names.length} entities are kept, ` +
        'and the same command goes on from there',
    );
  } finally {
    progress.end();
  }
  return gather(names, answers);
}

function gather(names: readonly string[], answers: ReadonlyMap<string, CheckpointAnswer>): Pulled {
  const all = names.flatMap((name) => answers.get(name) ?? []);
  const missing = all.filter(({ evidence }) => evidence === null);
  if (missing.length * 4 > all.length) {
    throw new Error(
      `The tenant knows nothing about ${missing.length} of ${all.length} entities: wrong address, or the user may see too little`,
    );
  }
  return {
    entities: all.flatMap(({ evidence }) => evidence ?? []),
    notes: all.flatMap(({ note }) => note ?? []),
  };
}
