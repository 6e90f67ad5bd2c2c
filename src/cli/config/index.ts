import type { Sources } from '../../config/index.js';
import { type Parsed, UsageError } from '../args.js';

export async function config(_parsed: Parsed, _sources: Sources): Promise<number> {
  throw new UsageError('not yet');
}
