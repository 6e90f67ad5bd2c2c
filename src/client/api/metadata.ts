import { AutotaskError } from '../../errors.js';
import { flagMember, isObject, type JsonObject, member, objects, textMember, toNumber } from '../json.js';
import type { EntityInformation, LiveField, LivePicklistValue, Threshold } from '../types.js';

/** Autotask writes "" for "none" on built-in fields and null on user-defined ones; both become null here. */

function readPicklistValue(row: JsonObject): LivePicklistValue {
  return {
    value: String(member(row, 'value') ?? ''),
    label: textMember(row, 'label') ?? '',
    isDefaultValue: flagMember(row, 'isDefaultValue'),
    sortOrder: toNumber(member(row, 'sortOrder')) ?? 0,
    parentValue: textMember(row, 'parentValue') ?? '',
    isActive: member(row, 'isActive') !== false,
    isSystem: flagMember(row, 'isSystem'),
  };
}

function readField(row: JsonObject): LiveField {
  const values = objects(member(row, 'picklistValues'));
  return {
    name: textMember(row, 'name') ?? '',
    label: textMember(row, 'label'),
    // User-defined fields say `type` where built-in ones say `dataType`.
    dataType: textMember(row, 'dataType') ?? textMember(row, 'type') ?? 'string',
    length: toNumber(member(row, 'length')) ?? 0,
    isRequired: flagMember(row, 'isRequired'),
    isReadOnly: flagMember(row, 'isReadOnly'),
    isQueryable: flagMember(row, 'isQueryable'),
    isReference: flagMember(row, 'isReference'),
    referenceEntityType: textMember(row, 'referenceEntityType'),
    isPickList: flagMember(row, 'isPickList'),
    picklistValues: values === null ? null : values.map(readPicklistValue),
    picklistParentValueField: textMember(row, 'picklistParentValueField'),
  };
}

/** `found`: what was found that should not be there. */
export function unexpectedShape(what: string, found?: string): AutotaskError {
  const why = found === undefined ? '' : `: it holds ${found}`;
  return new AutotaskError('unexpected', `Autotask's answer about ${what} has an unknown shape${why}.`, {
    next: 'Try again once; if it persists, report it to the operator of this server.',
  });
}

export function readFields(body: unknown, path: string): readonly LiveField[] {
  const fields = objects(member(body, 'fields'));
  if (fields === null) throw unexpectedShape(`the fields of ${path}`);
  return fields.map(readField).filter((field) => field.name !== '');
}

export function readEntityInformation(body: unknown, path: string): EntityInformation {
  const info = member(body, 'info');
  if (!isObject(info)) throw unexpectedShape(path);
  return {
    name: textMember(info, 'name') ?? path,
    canCreate: flagMember(info, 'canCreate'),
    canDelete: flagMember(info, 'canDelete'),
    canQuery: flagMember(info, 'canQuery'),
    canUpdate: flagMember(info, 'canUpdate'),
    hasUserDefinedFields: flagMember(info, 'hasUserDefinedFields'),
  };
}

export function readThreshold(body: unknown): Threshold {
  const [externalRequestThreshold, requestThresholdTimeframe, currentTimeframeRequestCount] = [
    'externalRequestThreshold',
    'requestThresholdTimeframe',
    'currentTimeframeRequestCount',
  ].map((name) => toNumber(member(body, name)));
  if (externalRequestThreshold == null || currentTimeframeRequestCount == null) {
    throw unexpectedShape('the request threshold');
  }
  return {
    externalRequestThreshold,
    requestThresholdTimeframe: requestThresholdTimeframe ?? 60,
    currentTimeframeRequestCount,
  };
}
