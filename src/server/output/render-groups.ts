import type { AggregateResult, GroupSum } from '../../entities/aggregate/index.js';
import { plural } from '../../text.js';
import { notes, tenantData } from './untrusted-text.js';

/** The table of an aggregation, and how complete it is: whole, always. */
export function groupsText({
  entity,
  records,
  countQueries,
  table,
  understood,
  notes: noteTexts,
}: AggregateResult): string {
  const remarks = [...understood, ...notes(noteTexts)];
  const { keys, metrics, rows, others, outside, total } = table;
  if (records === 0) {
    const lines = remarks.length > 0 ? tenantData(remarks) : [];
    return [`No ${entity} match.`, ...lines].join('\n');
  }
  const how =
    countQueries === null
      ? `all ${records} ${entity} that match were read`
      : `all ${records} ${entity} that match, counted by ${plural(countQueries, 'query').replace('querys', 'queries')}`;
  const head =
    keys.length === 0 ? `Complete: ${how}.` : `Complete: ${how}; ${plural(total.groups, 'group')}.`;
  const line = (label: string, { cells }: GroupSum) =>
    [...keys.map((_, index) => (index === 0 ? label : '')), ...cells.map((cell) => cell.text)].join('\t');
  const lines = rows.map((row) => row.map((cell) => cell.text).join('\t'));
  if (others !== null) lines.push(line(`OTHERS (${plural(others.groups, 'group')})`, others));
  if (outside !== null) lines.push(line(`NOT MEETING having (${plural(outside.groups, 'group')})`, outside));
  lines.push(line('TOTAL', total));
  return [head, ...tenantData([...remarks, [...keys, ...metrics].join('\t'), ...lines])].join('\n');
}

/** The same for a program: numbers are exact, as text where a number could not hold them. */
export function groupsJson({
  entity,
  records,
  countQueries,
  table,
  understood,
  notes: remarks,
}: AggregateResult): unknown {
  const { keys, metrics, rows, others, outside, total } = table;
  const columns = [...keys, ...metrics];
  const together = (of: GroupSum | null) =>
    of && {
      groups: of.groups,
      records: of.records,
      ...Object.fromEntries(metrics.map((name, index) => [name, of.cells[index]?.json ?? null])),
    };
  return {
    entity,
    complete: true,
    records,
    countedWithoutReading: countQueries !== null,
    groups: rows.map((row) =>
      Object.fromEntries(columns.map((name, index) => [name, row[index]?.json ?? null])),
    ),
    others: together(others),
    notMeetingHaving: together(outside),
    total: together(total),
    understood,
    notes: remarks,
  };
}
