import { appendFile, mkdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';
import { dataType } from '../model.js';
import type { EntityEvidence } from './evidence.js';

/** After this long the tenant may have been upgraded in between, and everything is asked again. */
const keepMs = 24 * 3600_000;

/** What was learned about one entity; `evidence` is null when the tenant has no such entity. */
export interface CheckpointAnswer {
  readonly name: string;
  readonly note?: string;
  readonly evidence: EntityEvidence | null;
}

const flag = z.boolean().exactOptional();
const field = z.object({
  name: z.string(),
  dataTypes: z.array(dataType).exactOptional(),
  length: z.number().exactOptional(),
  isRequired: flag,
  isReadOnly: flag,
  isQueryable: flag,
  isReference: flag,
  referenceEntityType: z.string().exactOptional(),
  isPickList: flag,
});

const answer: z.ZodType<CheckpointAnswer> = z.object({
  name: z.string(),
  note: z.string().exactOptional(),
  evidence: z
    .object({
      name: z.string(),
      singular: z.string().exactOptional(),
      userDefinedFields: flag,
      fields: z.array(field).exactOptional(),
    })
    .nullable(),
});

/** Answers of an unfinished pull, one line each, so that the next run asks only for the rest. */
export interface PullCheckpoint {
  readonly answers: ReadonlyMap<string, CheckpointAnswer>;
  add(answer: CheckpointAnswer): Promise<void>;
  /** The pull is complete: the next one starts anew. */
  clear(): Promise<void>;
}

export async function openPullCheckpoint(path: string): Promise<PullCheckpoint> {
  const answers = new Map<string, CheckpointAnswer>();
  const age = await stat(path).then(
    ({ birthtimeMs }) => Date.now() - birthtimeMs,
    () => undefined,
  );
  if (age !== undefined && age > keepMs) await rm(path, { force: true });
  else if (age !== undefined) {
    for (const line of (await readFile(path, 'utf8')).split('\n')) {
      const parsed = parseLine(line);
      if (parsed !== undefined) answers.set(parsed.name, parsed);
    }
  }
  return {
    answers,
    add: async (added) => {
      await mkdir(dirname(path), { recursive: true });
      await appendFile(path, `${JSON.stringify(added)}\n`);
    },
    clear: () => rm(path, { force: true }),
  };
}

/** A line that an interruption cut off is asked for again. */
function parseLine(line: string): CheckpointAnswer | undefined {
  try {
    return answer.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
