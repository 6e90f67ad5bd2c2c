import type { FieldView, Value } from '../../view-data.js';

/** One promise of a service level agreement: until when, and when it was kept. */
export interface SlaClock {
  readonly name: string;
  readonly due: Value;
  readonly done: Value | null;
  readonly state: 'met' | 'missed' | 'running' | 'overdue';
  /** From now until it is due, in milliseconds; negative when that is past. */
  readonly left: number;
}

const clocks = [
  ['First response', 'firstResponseDueDateTime', 'firstResponseDateTime'],
  ['Resolution plan', 'resolutionPlanDueDateTime', 'resolutionPlanDateTime'],
  ['Resolution', 'resolvedDueDateTime', 'resolvedDateTime'],
  ['Due', 'dueDateTime', 'completedDate'],
] as const;

const timeOf = (value: Value | undefined): number =>
  typeof value?.value === 'string' ? Date.parse(value.value) : Number.NaN;

/** Those of a ticket that have a date; `now` in milliseconds since 1970. */
export function slaClocks(fields: readonly FieldView[], now: number): SlaClock[] {
  const fieldValue = (name: string) => fields.find((field) => field.name === name)?.value;
  return clocks.flatMap(([name, dueField, doneField]) => {
    const due = fieldValue(dueField);
    const dueAt = timeOf(due);
    if (due === undefined || Number.isNaN(dueAt)) return [];
    const done = fieldValue(doneField) ?? null;
    const doneAt = done === null ? Number.NaN : timeOf(done);
    const state = Number.isNaN(doneAt)
      ? now <= dueAt
        ? 'running'
        : 'overdue'
      : doneAt <= dueAt
        ? 'met'
        : 'missed';
    return [{ name, due, done: Number.isNaN(doneAt) ? null : done, state, left: dueAt - now }];
  });
}

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** `in 2 hours`, `3 days ago`, in the reader's language. */
export function relative(ms: number, language: string | undefined): string {
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const [unit, size] = units.find(([, length]) => Math.abs(ms) >= length) ?? units[2];
  return format.format(Math.trunc(ms / size), unit);
}
