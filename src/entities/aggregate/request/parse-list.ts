import * as z from 'zod';
import { InvalidInput } from '../../../errors.js';
import { readJson } from '../../../limits/argument-bounds.js';

/**
 * The arguments of an aggregation are short texts. Models also send them as objects, as JSON text or as one
 * text with commas; whatever says the same becomes the same list of texts here.
 */
const object = z.record(z.string(), z.unknown());
const plain = z.union([z.string(), z.number(), z.boolean()]);

type Argument = 'groupBy' | 'metrics' | 'having' | 'orderBy';

const examples: Readonly<Record<Argument, string>> = {
  groupBy: '["queueID","createDate:month"]',
  metrics: '["count","sum(hoursWorked)"]',
  having: '["count >= 5"]',
  orderBy: '["count desc"]',
};

const wrong = (argument: Argument, given: unknown) =>
  new InvalidInput('Nothing was read.', [
    {
      field: argument,
      problem: `${JSON.stringify(given)} is not understood: give a list of texts like ${examples[argument]}`,
    },
  ]);

/** Longer than any list of expressions; reading one takes the square of its length. */
const mostText = 2000;

/** Splits at commas that stand in no bracket. */
function split(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at <= text.length; at++) {
    const sign = text[at];
    if (sign === '(') depth += 1;
    else if (sign === ')') depth -= 1;
    else if (at === text.length || (sign === ',' && depth <= 0)) {
      parts.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  return parts.filter((part) => part !== '');
}

/** The value under one of the names, and whether nothing else stands in the object. */
function pick(given: Readonly<Record<string, unknown>>, names: Readonly<Record<string, readonly string[]>>) {
  const found: Record<string, string> = {};
  for (const [key, value] of Object.entries(given)) {
    const meant = Object.entries(names).find(([, spellings]) => spellings.includes(key.toLowerCase()))?.[0];
    const parsed = plain.safeParse(value);
    if (meant === undefined || meant in found || !parsed.success) return undefined;
    found[meant] = String(parsed.data);
  }
  return found;
}

const fieldNames = ['field', 'name', 'column', 'metric', 'key'];

/** `{"createDate":"month"}` is `createDate:month`, `{"sum":"hours"}` is `sum(hours)`, and so on. */
function fromObject(argument: Argument, given: Readonly<Record<string, unknown>>): string[] | undefined {
  const named = pick(given, {
    field: fieldNames,
    how: [
      ...['by', 'bucket', 'interval', 'granularity', 'unit'],
      ...['op', 'operator', 'function', 'fn', 'agg', 'aggregate', 'aggregation', 'type'],
      ...['direction', 'dir', 'order', 'sort'],
    ],
    value: ['value'],
  });
  const join = (field: string, how: string | undefined, value: string | undefined): string | undefined => {
    if (argument === 'having')
      return how === undefined || value === undefined ? undefined : `${field} ${how} ${value}`;
    if (value !== undefined) return undefined;
    if (how === undefined) return field;
    if (argument === 'groupBy') return `${field}:${how}`;
    return argument === 'metrics' ? `${how}(${field})` : `${field} ${how}`;
  };
  if (named?.field !== undefined) {
    const text = join(named.field, named.how, named.value);
    return text === undefined ? undefined : [text];
  }
  if (argument === 'metrics' && named?.how !== undefined) return [named.how];
  // Something beside a named field that is not understood is not a field either.
  if (Object.keys(given).some((key) => key.toLowerCase() === 'field')) return undefined;
  const texts: string[] = [];
  for (const [key, value] of Object.entries(given)) {
    const operators = object.safeParse(value);
    if (argument === 'having' && operators.success) {
      for (const [op, operand] of Object.entries(operators.data)) {
        const parsed = plain.safeParse(operand);
        if (!parsed.success) return undefined;
        texts.push(`${key} ${op} ${parsed.data}`);
      }
      continue;
    }
    const parsed = plain.safeParse(value);
    if (!parsed.success) return undefined;
    if (argument === 'groupBy') texts.push(`${key}:${parsed.data}`);
    else if (argument === 'metrics') texts.push(parsed.data === true ? key : `${key}(${parsed.data})`);
    else texts.push(argument === 'having' ? `${key} = ${parsed.data}` : `${key} ${parsed.data}`);
  }
  return texts;
}

function parsed(text: string): unknown {
  try {
    return readJson(text);
  } catch {
    return undefined;
  }
}

export function toTexts(argument: Argument, given: unknown): readonly string[] {
  if (given === undefined || given === null) return [];
  if (Array.isArray(given)) {
    return given.flatMap((item: unknown) => {
      if (typeof item === 'string' && item.length > mostText) throw wrong(argument, `${item.slice(0, 60)}…`);
      if (typeof item === 'string') return item.trim() === '' ? [] : [item.trim()];
      return toTexts(argument, item);
    });
  }
  if (typeof given === 'string') {
    if (given.length > mostText) throw wrong(argument, `${given.slice(0, 60)}…`);
    const json = /^\s*[[{]/.test(given) ? parsed(given) : undefined;
    if (json !== undefined) return toTexts(argument, json);
    return argument === 'having' ? split(given.replace(/\s+and\s+/gi, ', ')) : split(given);
  }
  const fields = object.safeParse(given);
  const texts = fields.success ? fromObject(argument, fields.data) : undefined;
  if (texts === undefined) throw wrong(argument, given);
  return texts;
}
