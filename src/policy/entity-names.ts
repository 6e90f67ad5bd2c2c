import { entities } from '../../generated/table.js';

/** Every entity by name. The build replaces this module by its value, so that a start needs no more of them. */
export const entityNames: readonly string[] = entities.map(({ name }) => name);
