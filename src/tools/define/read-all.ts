import type { Row } from '../../client/types.js';
import { ifAllowed } from '../../entities/read/optional-read.js';
import type { ToolContext } from './define-tool.js';

/** More of one kind than a technician has in the weeks that are looked at. */
const mostRows = 2_000;

/** All records that match, with all their fields; none where they may not be read, which `onClosed` is told. */
export function readAll(
  entity: string,
  query: Readonly<Record<string, unknown>>,
  context: ToolContext,
  onClosed: () => void = () => undefined,
): Promise<readonly Row[]> {
  const { reads } = context.entities.tenant();
  return ifAllowed(async () => {
    const { entity: of, filter } = await reads.prepare({ entity, query }, context);
    return (await reads.rowsOf(of.path, filter, undefined, mostRows, context)).rows;
  }, null).then((rows) => {
    if (rows === null) onClosed();
    return rows ?? [];
  });
}
