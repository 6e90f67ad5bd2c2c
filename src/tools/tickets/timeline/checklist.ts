import type { RecordList } from '../../../entities/read/record-with-lists.js';
import type { ChecklistItem } from '../../define/ticket-timeline.js';
import { entryRows } from './entries.js';

export const checklistItems = (part: RecordList): ChecklistItem[] =>
  entryRows(part)
    .sort((a, b) => Number(a.row.position ?? 0) - Number(b.row.position ?? 0))
    .map(({ row, shown }) => ({
      id: Number(row.id),
      name: shown('itemName'),
      done: row.isCompleted === true,
      important: row.isImportant === true,
      by: [shown('completedByResourceID'), shown('completedDateTime')]
        .filter((text) => text !== '')
        .join(', '),
    }));

export function checklistLines(list: readonly ChecklistItem[]): string[] {
  const done = list.filter((item) => item.done).length;
  return [
    `Checklist, ${done} of ${list.length} done:`,
    ...list.map(({ id, name, done: isDone, important, by }) => {
      const who = isDone && by !== '' ? ` (${by})` : '';
      return `[${isDone ? 'x' : ' '}] ${id} ${name}${important ? ' (important)' : ''}${who}`;
    }),
  ];
}
