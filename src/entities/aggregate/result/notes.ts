import type { CheckedFilter } from '../../filter/checked-filter.js';
import type { EntityMetadata } from '../../metadata/entity-metadata.js';
import type { Group, operandsOf } from '../compute/groups.js';
import { shownDecimals } from '../request/metrics.js';
import type { Operand, OperandReader } from '../request/operands.js';
import type { RelatedRecords } from '../request/related-records.js';
import type { AggregateRequest } from '../request/request.js';

interface NotesInput {
  readonly metadata: EntityMetadata;
  readonly request: AggregateRequest;
  readonly operands: ReturnType<typeof operandsOf>;
  readonly measures: readonly OperandReader[];
  readonly records: RelatedRecords;
  /** All groups together. */
  readonly grandTotal: Group;
  /** Records that Autotask counted before they were read. */
  readonly total: number;
  readonly now: number;
  readonly filter: CheckedFilter;
  readonly timeZone: string;
}

const noAmount = /rating|score|percent|hours|units|quantity/i;

/** Amounts whose currency another field of the record tells are no sum in any: the field, where it is no group. */
function currencyNotes(operand: Operand, { request, metadata }: NotesInput): string[] {
  const paths =
    operand.kind === 'amount'
      ? [operand.path]
      : operand.kind === 'calculation'
        ? operand.terms.flatMap(({ paths: of }) => of)
        : [];
  return paths.flatMap(({ through, field: { name, dataType, udf } }) => {
    if (
      through.length > 0 ||
      // A number that a tenant defined, a rating or hours are no amount, whatever currency the record has.
      udf ||
      noAmount.test(name) ||
      !['decimal', 'double'].includes(dataType) ||
      name.startsWith('internalCurrency')
    )
      return [];
    const [, prefix = 'currency'] = /^(\w+Currency)(?=[A-Z])/.exec(name) ?? [];
    const currency = metadata.field(`${prefix}ID`);
    if (currency === undefined || request.keys.some((key) => key.field.name === currency.name)) return [];
    return [`${name} is in the currency of each record: group by ${currency.name} too`];
  });
}

/** What a reader must know to take the numbers for what they are. */
export function resultNotes(input: NotesInput): string[] {
  const { request, operands, measures, records, grandTotal, total, now, filter, timeZone } = input;
  const notes: string[] = [];
  const calendar = request.keys.filter(({ by }) => typeof by === 'string' && by !== 'value');
  if (calendar.some(({ field }) => !field.day)) notes.push(`dates are those of ${timeZone}`);
  if (calendar.some(({ by }) => by === 'week')) notes.push('weeks start on Monday');
  const usesNow =
    request.keys.some(({ by }) => typeof by === 'object') ||
    operands.some(({ operand }) => operand.kind === 'span' && [operand.until, operand.from].includes('now'));
  if (usesNow) notes.push(`now is ${new Date(now).toISOString().replace('.000', '')}`);
  const isRounded = request.metrics.some(({ op, operand }) => op === 'avg' || operand?.kind === 'span');
  if (isRounded) notes.push(`averages and spans are rounded to ${shownDecimals} decimals`);

  for (const [index, { operand }] of operands.entries()) {
    const without = grandTotal.records - (grandTotal.tallies[index]?.values ?? 0);
    notes.push(...currencyNotes(operand, input));
    const strays = measures[index]?.invalidValues() ?? 0;
    if (without > 0)
      notes.push(
        `${operand.name}: ${without} of ${grandTotal.records} records have ${operand.kind === 'calculation' ? 'not all of these values' : 'no value'} and are left out`,
      );
    if (strays > 0)
      notes.push(`${operand.name}: ${strays} of these hold something that is not a number or date`);
  }
  for (const what of records.missingLines()) {
    notes.push(`${what} that records point to do not exist or may not be read: (none)`);
  }
  if (filter.postFilters.length === 0 && grandTotal.records !== total) {
    notes.push(`Autotask counted ${total} before ${grandTotal.records} were read: records changed meanwhile`);
  }
  return notes;
}
