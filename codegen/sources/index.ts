import type { SourceOption } from '../options.js';
import type { Snapshot } from '../snapshot.js';
import { readSwaggerDocument } from './document.js';
import type { Evidence } from './evidence.js';
import { readSwagger } from './swagger.js';

/** What a run needs of the world around it. */
export interface Io {
  /** The folder that holds schema/ and generated/. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Whether `err` is a terminal, where a progress line can be redrawn. */
  readonly terminal: boolean;
  readonly signal: AbortSignal;
}

export interface Read {
  /** Weakest first. */
  readonly evidence: readonly Evidence[];
  /** How the report names the source. */
  readonly name: string;
}

export async function readSource(
  source: Exclude<SourceOption, { kind: 'snapshot' }>,
  snapshot: Snapshot,
  io: Io,
): Promise<Read> {
  if (source.kind === 'swagger') {
    const document = await readSwaggerDocument(source.from);
    return { evidence: [readSwagger(document, source.from)], name: `the swagger document ${source.from}` };
  }
  if (source.kind === 'tenant') {
    const { readTenant, tenantSettings } = await import('./tenant.js');
    return readTenant(await tenantSettings(io.env), snapshot, io);
  }
  const { readSandbox } = await import('./sandbox.js');
  return readSandbox(snapshot, io);
}
