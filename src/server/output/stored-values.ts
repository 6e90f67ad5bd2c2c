import { oneLine, shorten } from '../../text.js';

/** What one of many records holds after a write. */
export interface StoredRecord {
  /** `Ticket 101959` */
  readonly called: string;
  /** Every field that was sent, `name: value`, as it is stored. */
  readonly values: readonly string[];
  /** Fields that were not sent and changed, `name: before -> after`. */
  readonly moved: readonly string[];
}

/** Records with values of their own, and different changes of one field, that are told one by one. */
const [mostRecords, mostChanges] = [20, 5];
const mostOfValue = 160;

const cell = (line: string) => shorten(oneLine(line), mostOfValue);

/** A value that all of them hold once, then what each holds besides. */
function valueLines(records: readonly StoredRecord[]): string[] {
  const [first, ...others] = records;
  if (first === undefined) return [];
  const common = new Set(first.values.filter((line) => others.every(({ values }) => values.includes(line))));
  const own = records.flatMap(({ called, values }) => {
    const rest = values.filter((line) => !common.has(line));
    return rest.length === 0 ? [] : [[called, ...rest.map(cell)].join('\t')];
  });
  const left = own.length - mostRecords;
  return [
    ...[...common].map((line) => `Stored in each: ${cell(line)}`),
    ...own.slice(0, mostRecords).map((line) => `Stored: ${line}`),
    ...(left > 0 ? [`Stored: ${left} more, each with its own values, which were read back too`] : []),
  ];
}

/** Changes of fields that were not sent; equal ones once, with how many records they concern. */
function movedLines(records: readonly StoredRecord[]): string[] {
  const fields = new Map<string, Map<string, string[]>>();
  for (const { called, moved } of records) {
    for (const line of moved) {
      const name = line.slice(0, line.indexOf(': '));
      const changes = fields.get(name) ?? new Map<string, string[]>();
      fields.set(name, changes.set(line, [...(changes.get(line) ?? []), called]));
    }
  }
  const who = (called: readonly string[]) =>
    called.length === records.length && called.length > 1
      ? 'all'
      : called.length > 3
        ? called.length
        : called.join(', ');
  return [...fields].flatMap(([name, changes]) => {
    const shown = [...changes].slice(0, mostChanges);
    const rest = [...changes.values()].slice(mostChanges).flat().length;
    return [
      ...shown.map(([line, called]) => `changed too, though not sent: ${cell(line)} (${who(called)})`),
      ...(rest > 0 ? [`changed too, though not sent: ${name} of ${rest} more`] : []),
    ];
  });
}

/** What many records hold after a write, small however many they are. */
export const storedLines = (records: readonly StoredRecord[]): string[] => [
  ...valueLines(records),
  ...movedLines(records),
];
