import type { SourceOption } from '../options.js';
import type { Snapshot } from '../snapshot.js';
import { readSwaggerDocument } from './document.js';
import type { Io, SourceRead } from './source.js';
import { readSwagger } from './swagger.js';

export async function readSource(
  source: Exclude<SourceOption, { kind: 'snapshot' }>,
  snapshot: Snapshot,
  io: Io,
): Promise<SourceRead> {
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
