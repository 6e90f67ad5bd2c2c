import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { changesBetween } from './diff/changes.js';
import { report } from './diff/report.js';
import { emit } from './emit/index.js';
import { merge } from './merge/merge.js';
import type { EntityFile } from './model.js';
import { openapiDocument } from './openapi/document.js';
import { help, type Options, readOptions } from './options.js';
import { unifiedPatch } from './patch.js';
import { correct, modelOf, readSnapshot, type Snapshot, snapshotFiles } from './snapshot.js';
import { committedSnapshot } from './sources/committed.js';
import { readSource } from './sources/index.js';
import type { Io } from './sources/source.js';
import { compare, type Folders, recover, write } from './write.js';

export type { Io };

const templates = join(import.meta.dirname, '..', 'templates');
const outputs = ['generated', 'docs/entities'];

async function check(io: Io, folders: Folders): Promise<number> {
  const stale = await compare(io.root, folders);
  const count = Object.values(folders).flatMap((files) => Object.keys(files)).length;
  if (stale.length === 0) {
    io.out(`${outputs.join('/ and ')}/ are up to date (${count} files)\n`);
    return 0;
  }
  io.out(unifiedPatch(stale));
  io.err(`${stale.length} of ${count} files are stale. Run: npm run codegen\n`);
  return 1;
}

async function writeAll(io: Io, snapshot: Snapshot, folders: Folders): Promise<void> {
  const changed = await write(io.root, folders);
  const count = Object.values(folders).flatMap((files) => Object.keys(files)).length;
  io.err(`${snapshot.entities.length} entities, ${count} files, ${changed.length} changed\n`);
}

/**
 * Overrides apply last to both sides, so that the report tells what callers see. One whose target has gone
 * is named there; writing refuses it, because a correction of nothing must be deleted by a person.
 */
function reportOf(source: string, before: Snapshot, after: Snapshot, kept: readonly string[]): string {
  const corrected = ({ entities, overrides }: Snapshot, known: readonly EntityFile[]) => {
    const usable = overrides.filter(({ entity, field }) => {
      const file = known.find(({ name }) => name === entity);
      return file !== undefined && (field === undefined || file.fields.some(({ name }) => name === field));
    });
    return { entities: correct(entities, usable), stale: overrides.filter((item) => !usable.includes(item)) };
  };
  const old = corrected(before, before.entities);
  const now = corrected(after, after.entities);
  const stale = now.stale.map(
    ({ entity, field }) =>
      `overrides.json corrects ${[entity, field].filter(Boolean).join('.')}, which is gone`,
  );
  return report(source, changesBetween(old.entities, now.entities), [...stale, ...kept]);
}

/** A document about something else, or a part of one, must not be taken for the end of most entities. */
function refuseCollapse(before: Snapshot, after: readonly EntityFile[], source: string): void {
  const gone = before.entities.filter(({ name }) => !after.some((entity) => entity.name === name));
  if (gone.length * 4 <= before.entities.length) return;
  const some = gone.slice(0, 3).map(({ name }) => name);
  throw new Error(
    `${source} lacks ${gone.length} of ${before.entities.length} known entities (${some.join(', ')}, …). ` +
      'That is no change of the API but another or an incomplete document; nothing was written',
  );
}

async function fromSource(io: Io, { source, mode }: Options, snapshot: Snapshot): Promise<number> {
  if (source.kind === 'snapshot') {
    io.out(reportOf('the working copy of schema/', await committedSnapshot(io.root, snapshot), snapshot, []));
    return 0;
  }
  const { evidence, name } = await readSource(source, snapshot, io);
  const { entities, provenance, kept } = merge(snapshot.entities, snapshot.provenance, evidence);
  const merged: Snapshot = { ...snapshot, entities, provenance };
  refuseCollapse(snapshot, entities, name);
  io.out(reportOf(name, snapshot, merged, kept));
  if (mode !== 'write') return 0;
  const overrides = await readFile(join(io.root, 'schema', 'overrides.json'), 'utf8');
  const schema = { ...snapshotFiles(merged), 'overrides.json': overrides };
  await writeAll(io, merged, { schema, ...(await emit(modelOf(merged), templates)) });
  return 0;
}

/** Runs one command line and answers the exit code. @throws Error with a message for a person */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const options = readOptions(argv);
  if (options.mode === 'help') {
    io.out(help);
    return 0;
  }
  await recover(io.root, ['schema', ...outputs]);
  const snapshot = await readSnapshot(join(io.root, 'schema'));
  if (options.mode === 'diff' || options.mode === 'write') return fromSource(io, options, snapshot);
  const model = modelOf(snapshot);
  if (options.mode === 'openapi') {
    const text = `${JSON.stringify(openapiDocument(model), null, 1)}\n`;
    if (options.file === undefined || options.file === '-') io.out(text);
    else await writeFile(options.file, text);
    return 0;
  }
  const folders = await emit(model, templates);
  if (options.mode === 'check') return check(io, folders);
  await writeAll(io, snapshot, folders);
  return 0;
}
