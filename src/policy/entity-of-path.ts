import { entities } from '../../generated/table.js';
import type { Entity } from '../model.js';

/** `tickets` for a root path, `tickets/notes` for a collection below a record. */
const byRoute = new Map<string, Entity>();

const keyOf = (path: string): string => {
  const segments = path.toLowerCase().split('/');
  const [root = '', , child] = segments;
  return segments.length > 2 ? `${root}/${child}` : root;
};

const writtenByGet = new Set<string>();

for (const entity of entities) {
  // Metadata of entities without a root path still stands under their name.
  byRoute.set((entity.path ?? entity.name).toLowerCase(), entity);
  for (const parent of entity.parents) {
    byRoute.set(keyOf(parent.path), entity);
    if (Object.values(parent.httpMethods ?? {}).includes('GET')) writtenByGet.add(keyOf(parent.path));
  }
}

/** The entity whose records a path of the API holds: `Tickets/42/Notes/7` holds TicketNotes. */
export const entityAt = (path: string): Entity | undefined => byRoute.get(keyOf(path));

/** Whether a GET of the path changes something, as approving time off does. */
export const isWrittenByGet = (path: string): boolean => writtenByGet.has(keyOf(path));
