import type { Row } from '../../../client/types.js';
import type { FieldMetadata } from '../../metadata/entity-metadata.js';
import { ageName, ageOf, parseBounds } from '../compute/ages.js';
import { type Bucket, bucketOf, buckets } from '../compute/buckets.js';
import { type FieldPath, type FindPath, isFieldPath } from './field-paths.js';
import type { RelatedRecords } from './related-records.js';

/** What a group is known by in one column; null when its records have no value. */
export type KeyValue = string | number | boolean | null;

/** One thing to group by. Of several paths the first that has a value counts. */
export interface GroupKey {
  /** As it is to be written: `createDate:month`. */
  readonly name: string;
  readonly paths: readonly FieldPath[];
  readonly field: FieldMetadata;
  readonly by: 'value' | Bucket | { readonly bounds: readonly number[] };
}

const bucketNames: Readonly<Record<string, Bucket | 'age'>> = {
  daily: 'day',
  weekly: 'week',
  monthly: 'month',
  quarterly: 'quarter',
  yearly: 'year',
  annual: 'year',
  ...Object.fromEntries(
    [...buckets, 'age' as const].flatMap((word) => [
      [word, word],
      [`${word}s`, word],
    ]),
  ),
};
const bucketName = Object.keys(bucketNames).join('|');

/** `createDate:month`, `month(createDate)`, `createDate by month`: what is grouped and how. */
const keyPatterns = [
  new RegExp(`^(?<field>.+?)\\s*:\\s*(?<kind>${bucketName})\\s*(?:[(:]\\s*(?<bounds>[^)]*)\\)?)?$`, 'i'),
  new RegExp(`^(?<kind>${bucketName})\\s*\\(\\s*(?<field>[^(),]+?)\\s*(?:,(?<bounds>[^)]*))?\\)$`, 'i'),
  new RegExp(`^(?<kind>${bucketName})\\s*(?::|\\s+of\\s)\\s*(?<field>.+)$`, 'i'),
  new RegExp(`^(?<field>.+?)(?:\\s+by\\s+|[\\s._]+)(?<kind>${bucketName})$`, 'i'),
];

const bucketExamples = [...buckets.map((bucket) => `:${bucket}`), ':age', ':age(7,30,90)'];

function kindOf(text: string): { readonly field: string; readonly by: GroupKey['by'] } | string | undefined {
  for (const pattern of keyPatterns) {
    const { field, kind, bounds } = pattern.exec(text)?.groups ?? {};
    if (field === undefined || kind === undefined) continue;
    const by = bucketNames[kind.toLowerCase()] ?? 'age';
    if (by !== 'age') {
      if (bounds === undefined) return { field, by };
      continue;
    }
    const limits = parseBounds(bounds);
    return typeof limits === 'string' ? limits : { field, by: { bounds: limits } };
  }
  return undefined;
}

const nameOf = (path: string, by: GroupKey['by']): string =>
  by === 'value' ? path : `${path}:${typeof by === 'string' ? by : ageName(by.bounds)}`;

function keyOf(path: FieldPath, by: GroupKey['by']): GroupKey | string {
  const isDate = path.field.dataType === 'datetime';
  if (by !== 'value' && !isDate) return `${path.name} is no date (${path.field.dataType}): group by it alone`;
  // Hardly two records share a moment, so a date alone means its day.
  const meant = by === 'value' && isDate ? 'day' : by;
  return { name: nameOf(path.name, meant), paths: [path], field: path.field, by: meant };
}

/** `ticketID.companyID|taskID.projectID.companyID`: the first that has a value. */
async function firstOf(parts: readonly string[], find: FindPath): Promise<GroupKey | string> {
  const paths: FieldPath[] = [];
  for (const part of parts) {
    const path = await find(part);
    if (!isFieldPath(path)) return path;
    paths.push(path);
  }
  const [first] = paths;
  if (first === undefined) return 'is empty';
  const same = ({ field }: FieldPath) =>
    field.dataType === first.field.dataType &&
    field.referenceEntityType === first.field.referenceEntityType &&
    (field.isPickList !== true || field === first.field);
  if (first.field.dataType === 'datetime' || !paths.every(same))
    return `${paths.map(({ name }) => name).join(' and ')} do not hold the same kind of value`;
  return { name: paths.map(({ name }) => name).join('|'), paths, field: first.field, by: 'value' };
}

/** The key that a text asks for, or what is wrong with it. */
export async function resolveKey(text: string, find: FindPath): Promise<GroupKey | string> {
  if (text.includes('|')) return firstOf(text.split('|'), find);
  const kind = kindOf(text);
  if (typeof kind === 'string') return kind;
  let problem: string | undefined;
  if (kind !== undefined) {
    const path = await find(kind.field);
    if (isFieldPath(path)) return keyOf(path, kind.by);
    problem = path;
  }
  const path = await find(text);
  if (isFieldPath(path)) return keyOf(path, 'value');
  if (problem !== undefined) return problem;
  const alone = Object.hasOwn(bucketNames, text.toLowerCase()) ? bucketNames[text.toLowerCase()] : undefined;
  if (alone !== undefined) return `${JSON.stringify(text)} of which date? E.g. createDate:${alone}`;
  const [field = '', bucket] = text.split(':');
  if (bucket !== undefined && isFieldPath(await find(field)))
    return `${JSON.stringify(bucket.trim())} is no bucket of a date. Valid: ${bucketExamples.join(', ')}`;
  return path;
}

/** Codes and ids of user-defined fields come as text. */
function keyValue(value: unknown, field: FieldMetadata): KeyValue {
  if (value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean')
    return value ?? null;
  const text = String(value);
  const isWhole = ['integer', 'long', 'short'].includes(field.dataType) && /^-?\d{1,15}$/.test(text);
  return isWhole ? Number(text) : text;
}

/** How the key of a record is read. */
export function keyReader(
  key: GroupKey,
  records: RelatedRecords,
  timeZone: string,
  now: number,
): (row: Row) => KeyValue {
  const reads = key.paths.map((path) => records.reader(path));
  const { by, field } = key;
  const value = (row: Row): unknown => {
    for (const read of reads) {
      const found = read(row);
      if (found !== null) return found;
    }
    return null;
  };
  if (by === 'value') return (row) => keyValue(value(row), field);
  const bucket =
    typeof by === 'string' ? bucketOf(by, field.day, timeZone) : ageOf(by.bounds, field.day, timeZone, now);
  return (row) => bucket(value(row));
}
