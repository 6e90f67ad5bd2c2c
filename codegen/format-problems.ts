import type * as z from 'zod';
import { didYouMean } from '../src/names/nearest.js';

/** What is valid at a place of a format, as far as it can be listed. */
type Keys = (path: readonly PropertyKey[]) => readonly string[];

/** Which record of a list: a correction is known by its entity and field, and by nothing else. */
function recordName(json: unknown, index: PropertyKey): string {
  const record: unknown = Array.isArray(json) ? json[Number(index)] : undefined;
  if (typeof record !== 'object' || record === null) return `entry ${Number(index) + 1}`;
  const own = [
    'entity' in record ? record.entity : undefined,
    'field' in record ? record.field : undefined,
  ].filter((part) => typeof part === 'string');
  return `entry ${Number(index) + 1}${own.length === 0 ? '' : ` (${own.join('.')})`}`;
}

function placeOf(json: unknown, path: readonly PropertyKey[]): string {
  const [first = ''] = path;
  if (typeof first !== 'number') return path.join('.');
  return [recordName(json, first), path.slice(1).join('.')].filter((part) => part !== '').join(', ');
}

/** What is wrong with a file of schema/, a line for each: where, what, and which keys there are. */
export const formatProblems = (json: unknown, error: z.ZodError, keys: Keys): readonly string[] =>
  error.issues.map((issue) => {
    const { path } = issue;
    const at = placeOf(json, path);
    const place = at === '' ? '' : `${at}: `;
    if (issue.code !== 'unrecognized_keys') return `${place}${issue.message}`;
    const known = keys(path);
    const list = known.length === 0 ? '' : ` Keys: ${known.join(', ')}.`;
    return issue.keys
      .map((key) => `${place}"${key}" is no key here.${didYouMean(key, known)}${list}`)
      .join('\n  ');
  });
