import { Refusal } from '../../refusal.js';
import { parseTime, type Value } from '../../store/value.js';
import type { FieldDefinition } from '../metadata/definition.js';

const int32 = 2147483647;

/**
 * A value of a request body as the service's parser takes it: numbers may come as text, flags as text or
 * number, text as number. What it cannot take is refused in its words.
 */
export function coerce(field: FieldDefinition, value: unknown): Value {
  if (value === null || value === undefined) return null;
  const jsonPosition = `Path '${field.name}', line 1, position 1.`;
  if (typeof value === 'object') {
    throw new Refusal(
      `Unexpected character encountered while parsing value: ${Array.isArray(value) ? '[' : '{'}. ${jsonPosition}`,
    );
  }
  switch (field.kind) {
    case 'whole':
      return integer(field, value, jsonPosition);
    case 'number':
      return decimal(value, jsonPosition);
    case 'flag':
      return flag(value, jsonPosition);
    case 'time':
      return time(value, jsonPosition);
    default:
      return typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value);
  }
}

function parsingFailed(value: boolean, jsonPosition: string): Refusal {
  return new Refusal(
    `Unexpected character encountered while parsing value: ${value ? 't' : 'f'}. ${jsonPosition}`,
  );
}

function integer(field: FieldDefinition, value: unknown, jsonPosition: string): Value {
  if (typeof value === 'boolean') throw parsingFailed(value, jsonPosition);
  const text = String(value).trim();
  if (text === '') return null;
  const number = Number(text);
  if (Number.isNaN(number))
    throw new Refusal(`Could not convert string to integer: ${text}. ${jsonPosition}`);
  if (!Number.isInteger(number))
    throw new Refusal(`Input string '${text}' is not a valid integer. ${jsonPosition}`);
  if (field.dataType !== 'long' && Math.abs(number) > int32) {
    throw new Refusal(`JSON integer ${text} is too large or small for an Int32. ${jsonPosition}`);
  }
  return number;
}

function decimal(value: unknown, jsonPosition: string): Value {
  if (typeof value === 'boolean') throw parsingFailed(value, jsonPosition);
  const text = String(value).trim();
  if (text === '') return null;
  const number = Number(text);
  if (Number.isNaN(number))
    throw new Refusal(`Could not convert string to decimal: ${text}. ${jsonPosition}`);
  return number;
}

function flag(value: unknown, jsonPosition: string): Value {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value !== 0;
  const text = String(value).trim().toLowerCase();
  if (text === '') return null;
  if (text === 'true' || text === 'false') return text === 'true';
  throw new Refusal(`Could not convert string to boolean: ${String(value)}. ${jsonPosition}`);
}

function time(value: unknown, jsonPosition: string): Value {
  const text = String(value).trim();
  if (text === '') return null;
  const ms = typeof value === 'string' ? parseTime(text) : null;
  if (ms === null) throw new Refusal(`Could not convert string to DateTime: ${text}. ${jsonPosition}`);
  return ms;
}
