/**
 * Exact decimals: whole units of a power of ten. Hours and amounts are added without the rounding that
 * binary fractions bring (0.1 + 0.2).
 */
export interface Decimal {
  readonly units: bigint;
  /** Digits after the point, at least 0. */
  readonly scale: number;
}

export const zero: Decimal = { units: 0n, scale: 0 };

const decimalPattern = /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,3}))?\s*$/i;

/** The decimal that a number or its text says; null when it says none. */
export function parseDecimal(value: unknown): Decimal | null {
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return { units: BigInt(value), scale: 0 };
    // The shortest text that is this number is what Autotask wrote.
    return Number.isFinite(value) ? parseDecimal(String(value)) : null;
  }
  const match = typeof value === 'string' ? decimalPattern.exec(value) : null;
  if (match === null) return null;
  const [, sign, integerPart = '', fraction = '', exponent = '0'] = match;
  if (integerPart === '' && fraction === '') return null;
  const units = BigInt(`${integerPart}${fraction}`) * (sign === '-' ? -1n : 1n);
  const scale = fraction.length - Number(exponent);
  return scale < 0 ? { units: units * 10n ** BigInt(-scale), scale: 0 } : { units, scale };
}

/** Units of both at the larger scale of the two. */
function aligned(a: Decimal, b: Decimal): readonly [a: bigint, b: bigint, scale: number] {
  if (a.scale === b.scale) return [a.units, b.units, a.scale];
  const scale = Math.max(a.scale, b.scale);
  return [a.units * 10n ** BigInt(scale - a.scale), b.units * 10n ** BigInt(scale - b.scale), scale];
}

export function add(a: Decimal, b: Decimal): Decimal {
  const [left, right, scale] = aligned(a, b);
  return { units: left + right, scale };
}

export const multiply = (a: Decimal, b: Decimal): Decimal => ({
  units: a.units * b.units,
  scale: a.scale + b.scale,
});

/** Negative, 0 or positive, as for sorting. */
export function compare(a: Decimal, b: Decimal): number {
  const [left, right] = aligned(a, b);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The quotient with so many digits after the point, halves away from zero. `by` is positive. */
export function divide(a: Decimal, by: bigint, places: number): Decimal {
  const shift = places - a.scale;
  const dividend = shift > 0 ? a.units * 10n ** BigInt(shift) : a.units;
  const divisor = shift < 0 ? by * 10n ** BigInt(-shift) : by;
  const half = dividend < 0n ? -divisor : divisor;
  return { units: (dividend * 2n + half) / (divisor * 2n), scale: places };
}

/** Without zeros at the end: `12.5`. */
export function toText({ units, scale }: Decimal): string {
  if (scale === 0) return String(units);
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0');
  const fraction = digits.slice(-scale).replace(/0+$/, '');
  const integerPart = digits.slice(0, -scale);
  const text = fraction === '' ? integerPart : `${integerPart}.${fraction}`;
  return units < 0n && text !== '0' ? `-${text}` : text;
}

/** A number where a number holds it exactly as written, otherwise its text. */
export function toJson(value: Decimal): number | string {
  const text = toText(value);
  return String(Number(text)) === text ? Number(text) : text;
}
