import { didYouMean, isMistyped } from '../../names/nearest.js';
import { glob } from '../masking/patterns.js';

/** How an entry chooses companies. */
export const companyProperties = ['id', 'name', 'type', 'classification'] as const;
export type CompanyProperty = (typeof companyProperties)[number];

/** One entry of `readCompanies` or `writeCompanies`. */
export interface CompanyEntry {
  readonly denies: boolean;
  readonly by: CompanyProperty;
  /** As it was written, without `!` and without what it is about. */
  readonly text: string;
  readonly pattern: RegExp;
}

/** Companies that a policy names. Deny wins; denials alone allow the rest. */
export interface CompanyList {
  /** The setting it stands in. */
  readonly setting: 'readCompanies' | 'writeCompanies';
  readonly entries: readonly CompanyEntry[];
}

const shape = /^(!?)\s*(?:(id|name|type|classification)\s*:)?\s*(.*)$/is;

function entryOf(text: string): CompanyEntry {
  const [, deny, property, value = ''] = shape.exec(text) ?? [];
  const named = companyProperties.find((known) => known === property?.toLowerCase());
  const by = named ?? (/^\d+$/.test(value) ? 'id' : 'name');
  return { denies: deny === '!', by, text: value.trim(), pattern: glob(value.trim()) };
}

/** An entry with what it is about: `!name:Contoso*`. */
export const companyEntryText = ({ denies, by, text }: CompanyEntry): string =>
  `${denies ? '!' : ''}${by}:${text}`;

/** What is wrong with an entry; null when nothing is. `place` counts from 1. */
export function companyEntryProblem(text: string, place: number): string | null {
  const { by, text: value } = entryOf(text);
  const word = /^!?\s*([a-z]+)\s*:/i.exec(text)?.[1]?.toLowerCase();
  if (
    word !== undefined &&
    !companyProperties.some((one) => one === word) &&
    isMistyped(word, companyProperties)
  )
    return `entry ${place} begins with "${word}:".${didYouMean(word, companyProperties)} A name that begins so is written name:${word}:…`;
  if (value === '' || value.startsWith('!')) return `entry ${place} names no company`;
  if (by === 'id' && !/^\d{1,15}$/.test(value)) return `entry ${place} must have a whole number after id:`;
  return null;
}

/** Null where nothing is named: then all companies are meant. */
export function companyListOf(
  setting: CompanyList['setting'],
  given: readonly string[] | undefined,
): CompanyList | null {
  return given === undefined ? null : { setting, entries: given.map(entryOf) };
}
