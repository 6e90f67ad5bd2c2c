import type { Row, Value } from '../value.js';
import type { Condition, Literal, Test } from './filter.js';

export type Matcher = (row: Row) => boolean;

/** Turns conditions into one function over rows. Null matches nothing but `notExist`. */
export function matcher(condition: Condition): Matcher {
  if (condition.kind === 'test') return testMatcher(condition);
  const parts = condition.items.map(matcher);
  if (condition.kind === 'or') return (row) => parts.some((part) => part(row));
  const [first, second] = parts;
  if (first === undefined) return () => true;
  if (second === undefined) return first;
  if (parts.length === 2) return (row) => first(row) && second(row);
  return (row) => parts.every((part) => part(row));
}

function testMatcher({ field, op, values }: Test): Matcher {
  const { key } = field;
  if (op === 'exist') return (row) => present(row[key]);
  if (op === 'notExist') return (row) => !present(row[key]);
  const wanted = values[0];
  // A literal whose type does not fit matches no row, whatever the operator, even `noteq`.
  if (wanted === undefined) return () => false;
  const test = comparison(op, wanted, values);
  if (field.kind === 'text' || field.kind === 'bytes') {
    return (row) => {
      const value = row[key];
      return typeof value === 'string' && test(value.toLowerCase());
    };
  }
  return (row) => {
    const value = row[key];
    return value !== undefined && value !== null && test(value);
  };
}

function present(value: Value | undefined): boolean {
  return value !== undefined && value !== null;
}

type Present = string | number | boolean;

function comparison(
  op: Test['op'],
  wanted: Literal,
  values: readonly Literal[],
): (value: Present) => boolean {
  switch (op) {
    case 'eq':
      return (value) => value === wanted;
    case 'noteq':
      return (value) => value !== wanted;
    case 'gt':
      return (value) => value > wanted;
    case 'gte':
      return (value) => value >= wanted;
    case 'lt':
      return (value) => value < wanted;
    case 'lte':
      return (value) => value <= wanted;
    case 'beginsWith':
      return textTest(wanted, (value, part) => value.startsWith(part));
    case 'endsWith':
      return textTest(wanted, (value, part) => value.endsWith(part));
    case 'contains':
      return textTest(wanted, (value, part) => value.includes(part));
    case 'in': {
      const set = new Set<Present>(values);
      return (value) => set.has(value);
    }
    case 'notIn': {
      const set = new Set<Present>(values);
      return (value) => !set.has(value);
    }
    default:
      return () => false;
  }
}

function textTest(
  wanted: Literal,
  test: (value: string, part: string) => boolean,
): (value: Present) => boolean {
  const part = String(wanted);
  return (value) => test(String(value), part);
}
