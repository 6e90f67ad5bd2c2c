import { isObject, property } from '../../json.js';
import { Refusal } from '../../refusal.js';
import { udfKey } from '../metadata/udf.js';
import { coerce } from './coerce.js';
import type { Draft } from './draft.js';

/** Takes `userDefinedFields: [{ name, value }]`; fields that are not listed keep their value. */
export function takeUserDefined(draft: Draft, body: unknown, given: Set<string>): void {
  const list = property(body, 'userDefinedFields');
  if (!Array.isArray(list) || !draft.entity.userDefinedFields) return;
  for (const item of list) {
    if (!isObject(item)) throw new Refusal("Unexpected value in 'userDefinedFields'.");
    const name = String(property(item, 'name') ?? '');
    const udf = draft.udfs.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
    if (udf === undefined) {
      draft.errors.push(`User-defined field [${name}] does not exist for ${draft.entity.singular}.`);
      continue;
    }
    draft.values[udf.key] = coerce(udf, property(item, 'value'));
    given.add(udfKey(udf.name));
  }
}
