import { isObject, property } from '../../json.js';
import { Refusal } from '../../refusal.js';
import { udfKey } from '../metadata/udf.js';
import { coerce } from './coerce.js';
import type { PendingRecord } from './pending-record.js';

/** Takes `userDefinedFields: [{ name, value }]`; fields that are not listed keep their value. */
export function takeUserDefined(pending: PendingRecord, body: unknown, given: Set<string>): void {
  const list = property(body, 'userDefinedFields');
  if (!Array.isArray(list) || !pending.entity.userDefinedFields) return;
  for (const item of list) {
    if (!isObject(item)) throw new Refusal("Unexpected value in 'userDefinedFields'.");
    const name = String(property(item, 'name') ?? '');
    const udf = pending.udfs.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
    if (udf === undefined) {
      pending.errors.push(`User-defined field [${name}] does not exist for ${pending.entity.singular}.`);
      continue;
    }
    pending.values[udf.key] = coerce(udf, property(item, 'value'));
    given.add(udfKey(udf.name));
  }
}
