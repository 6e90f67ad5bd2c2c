import type { Row } from '../../../client/types.js';
import { holdsNumber } from '../../metadata/field-metadata.js';
import { add, type Decimal, multiply, parseDecimal } from '../compute/decimal.js';
import { type FieldPath, type FindPath, isFieldPath } from './field-paths.js';

/** What is calculated of one record: numbers of it, multiplied and then added. */
export interface Calculation {
  readonly kind: 'calculation';
  /** `unitPrice*quantity`. */
  readonly name: string;
  readonly terms: readonly Term[];
}

interface Term {
  /** The numbers among the factors, and -1 of what is taken away. */
  readonly factor: Decimal;
  readonly paths: readonly FieldPath[];
}

/** A minus may begin an arrow, and a slash stand between a reference and its field. */
const signs = /\s*([+*×/]|[-−–](?!>))\s*/u;

const mostFactors = 6;

/** One divided by a power of ten; undefined of other numbers, whose quotients may have no end. */
function inverse(text: string): Decimal | undefined {
  const [, zeros] = /^10*$/.test(text) ? [text, text.slice(1)] : [];
  return zeros === undefined ? undefined : { units: 1n, scale: zeros.length };
}

/**
 * `hours-hoursApproved`, `unitPrice*quantity`, `amount*probability/100`; what is wrong with it, or undefined when the
 * text calculates nothing with numbers.
 */
export async function resolveCalculation(
  text: string,
  find: FindPath,
): Promise<Calculation | string | undefined> {
  const [first = '', ...rest] = text.trim().split(signs);
  if (rest.length === 0 || rest.length > 2 * mostFactors || first === '') return undefined;
  const operands = [first, ...rest.filter((_, at) => at % 2 === 1)];
  const between = rest.filter((_, at) => at % 2 === 0);
  const terms: { factor: Decimal; paths: FieldPath[] }[] = [];
  const problems: string[] = [];
  let name = '';
  let numbers = 0;
  for (const [at, operand] of operands.entries()) {
    const sign = (between[at - 1] ?? '+').replace(/[−–]/, '-').replace('×', '*');
    const amount = parseDecimal(operand);
    const path = amount === null ? await find(operand) : undefined;
    const title = path === undefined || !isFieldPath(path) ? operand : path.name;
    name += at === 0 ? title : `${sign}${title}`;
    if (sign === '+' || sign === '-')
      terms.push({ factor: { units: sign === '-' ? -1n : 1n, scale: 0 }, paths: [] });
    const term = terms.at(-1);
    if (term === undefined) return undefined;
    const number = sign === '/' ? inverse(operand) : amount;
    if (sign === '/' && (number === undefined || number === null)) {
      problems.push('divides by 10, 100, 1000 only: of a quotient ask for both totals and divide those');
    } else if (path === undefined) {
      if (number !== null && number !== undefined) term.factor = multiply(term.factor, number);
    } else if (!isFieldPath(path)) problems.push(path);
    else if (holdsNumber(path.field)) {
      term.paths.push(path);
      numbers += 1;
    } else problems.push(`${path.name} is no number (${path.field.dataType})`);
  }
  // Without any number it is a span of dates, or a name that holds a sign.
  if (numbers === 0) return undefined;
  return problems[0] ?? { kind: 'calculation', name, terms };
}

/** The result for a record; null where one of its numbers is missing. `amount` reads a number of it. */
export function calculate(
  { terms }: Calculation,
  amount: (path: FieldPath) => (row: Row) => Decimal | null,
): (row: Row) => Decimal | null {
  const read = terms.map(({ factor, paths }) => ({ factor, readers: paths.map(amount) }));
  return (row) => {
    let sum: Decimal | null = null;
    for (const { factor, readers } of read) {
      let product = factor;
      for (const reader of readers) {
        const value = reader(row);
        if (value === null) return null;
        product = multiply(product, value);
      }
      sum = sum === null ? product : add(sum, product);
    }
    return sum;
  };
}
