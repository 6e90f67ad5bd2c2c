import type { Row } from '../../client/types.js';

/** The id of a row; null for the few that have none. */
export const idOf = (row: Row | undefined): number | null => (typeof row?.id === 'number' ? row.id : null);
