import { countEntity } from './count-entity.js';
import { createEntity } from './create-entity.js';
import type { Tool } from './define.js';
import { deleteEntity } from './delete-entity.js';
import { describeEntityFields } from './describe-entity-fields.js';
import { getEntity } from './get-entity.js';
import { getThresholdInformation } from './get-threshold-information.js';
import { getVersion } from './get-version.js';
import { listKnownEntities } from './list-known-entities.js';
import { queryEntity } from './query-entity.js';
import { updateEntity } from './update-entity.js';

/** All tools in the order in which a client shows them. */
export const tools: readonly Tool[] = [
  listKnownEntities,
  describeEntityFields,
  queryEntity,
  countEntity,
  getEntity,
  createEntity,
  updateEntity,
  deleteEntity,
  getThresholdInformation,
  getVersion,
];
