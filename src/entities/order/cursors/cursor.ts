import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { InvalidInput } from '../../../errors.js';
import { actingPerson } from '../../../identity/acting-person.js';
import { canonical } from '../../../text.js';

/** Where a sorted list was left. Numbers alone: no text of the tenant leaves in it. */
export interface CursorPosition {
  /** When the list began, in seconds; days in words (`last week`) keep meaning the days they meant then. */
  readonly since: number;
  /** Key of the last record: a position, or the fingerprint of its text. Null when it has none. */
  readonly key: number | null;
  /** Its id; null when all up to the position were looked at and none of them is the last. */
  readonly id: number | null;
  /** How many matched when the list began; null when unknown. */
  readonly total: number | null;
  /** How far apart the records lay, to find the next ones in one call. */
  readonly spacing: number | null;
}

/** For how long a list can be continued, counted from its first page. */
const lifeMs = 24 * 60 * 60_000;

export const expiresAt = ({ since }: Pick<CursorPosition, 'since'>): number => since * 1000 + lifeMs;

// 72 bits make guessing pointless; a model has to copy every digit.
const macBytes = 9;
const macDigits = 14;

/** Stands in for a key that nobody configured: other processes and later ones do not know it. */
const ownKey = randomBytes(32).toString('hex');

const write = (value: number | null): string =>
  value === null ? 'n' : Number.isInteger(value) ? value.toString(36) : value.toFixed(10);

function parse(text: string): number | null | undefined {
  if (text === 'n') return null;
  if (/^-?\d+\.\d{10}$/.test(text)) return Number(text);
  return /^-?[0-9a-z]{1,12}$/.test(text) ? Number.parseInt(text, 36) : undefined;
}

const refused = (problem: string) =>
  new InvalidInput('Nothing was sent to Autotask.', [{ field: 'cursor', problem }]);

/**
 * Cursors `since_key_id_total_spacing_mac`. The hash covers what the list was asked with, by whom and where, so
 * that a cursor continues that list alone; it needs no memory, and every replica with the key reads it.
 */
/** Whoever signed in continues their own lists alone. */
function personKey(): readonly (string | number | null)[] {
  const { knownAs = null, issuer = null, subject = null } = actingPerson()?.person ?? {};
  return [knownAs, issuer, subject];
}

export function createCursors(key: string | null = null, owner = '') {
  const secret = key ?? ownKey;
  const mac = (fields: string, subject: unknown) => {
    const digest = createHmac('sha256', secret)
      .update(canonical(['cursor', owner, personKey(), fields, subject]))
      .digest();
    const number = BigInt(`0x${digest.subarray(0, macBytes).toString('hex')}`);
    return number.toString(36).padStart(macDigits, '0');
  };

  return {
    /** `subject` is everything that must be the same when the list is continued. */
    issue({ since, key: at, id, total, spacing }: CursorPosition, subject: unknown): string {
      const fields = [since, at, id, total, spacing].map(write).join('_');
      return `${fields}_${mac(fields, subject)}`;
    },
    /** Throws InvalidInput when it is not whole, not from this list or too old. */
    read(text: string, subject: unknown, now = Date.now()): CursorPosition {
      const parts = text.trim().split('_');
      const given = parts.pop() ?? '';
      const [since, at, id, total, spacing, ...more] = parts.map(parse);
      if (
        typeof since !== 'number' ||
        at === undefined ||
        id === undefined ||
        total === undefined ||
        spacing === undefined ||
        more.length > 0 ||
        !/^[0-9a-z]{14}$/.test(given)
      ) {
        throw refused('is not a cursor: copy it whole from the first line of the list');
      }
      const expected = mac(parts.join('_'), subject);
      if (!timingSafeEqual(Buffer.from(given), Buffer.from(expected))) {
        throw refused(
          'belongs to another list: repeat the call that it came from, same tool and arguments (maxRecords and includeFields may differ), and copy the cursor whole. It is of no use to another caller, and after a restart of the server it may be too',
        );
      }
      if (expiresAt({ since }) < now) throw refused('has expired: ask for the list anew, without a cursor');
      return { since, key: at, id, total, spacing };
    },
    /** A number that stands for a text without telling it. */
    fingerprint: (text: string): number =>
      Number.parseInt(createHmac('sha256', secret).update(`text ${text}`).digest('hex').slice(0, 10), 16),
  };
}

export type Cursors = ReturnType<typeof createCursors>;
