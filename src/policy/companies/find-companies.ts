import type { AutotaskReader, FilterNode, Row } from '../../client/types.js';
import { AutotaskError } from '../../errors.js';
import type { CompanyEntry, CompanyList, CompanyProperty } from './company-list.js';

const fieldOf: Readonly<Record<CompanyProperty, string>> = {
  id: 'id',
  name: 'companyName',
  type: 'companyType',
  classification: 'classification',
};
const includeFields = Object.values(fieldOf);

function unusable({ setting }: CompanyList, index: number, problem: string): never {
  // Not repeated: whoever is limited to some companies may not learn the names of others.
  throw new AutotaskError(
    'configuration',
    `Entry ${index + 1} of ${setting} in the policy ${problem}. Nothing is shown or written.`,
    { next: 'Ask the operator of this server to correct it.' },
  );
}

/** The values of the picklist whose labels, or who themselves, fit the entry. */
async function picklistValues(
  reader: AutotaskReader,
  { by, pattern }: CompanyEntry,
): Promise<readonly number[]> {
  const fields = await reader.fields('Companies');
  const field = fields.find(({ name }) => name.toLowerCase() === fieldOf[by].toLowerCase());
  return (field?.picklistValues ?? [])
    .filter(({ label, value }) => pattern.test(label) || pattern.test(value))
    .map(({ value }) => Number(value));
}

type Fits = (company: Row) => boolean;
interface ReadEntry {
  readonly fits: Fits;
  /** Finds at least the companies that fit; undefined where that cannot be said. */
  readonly condition: FilterNode | undefined;
}

async function readEntry(
  reader: AutotaskReader,
  list: CompanyList,
  index: number,
  entry: CompanyEntry,
): Promise<ReadEntry> {
  const { by, text, pattern } = entry;
  const field = fieldOf[by];
  if (by === 'id') {
    const id = Number(text);
    return { fits: (company) => company.id === id, condition: { op: 'eq', field, value: id } };
  }
  if (by === 'name') {
    const [beginning = ''] = text.split('*');
    const exact = beginning === text;
    return {
      fits: ({ companyName }) => typeof companyName === 'string' && pattern.test(companyName.trim()),
      condition: beginning === '' ? undefined : { op: exact ? 'eq' : 'beginsWith', field, value: beginning },
    };
  }
  const values = await picklistValues(reader, entry);
  if (values.length === 0) unusable(list, index, `names no ${by} of companies that this tenant has`);
  return {
    fits: (company) => values.includes(Number(company[field] ?? Number.NaN)),
    condition: { op: 'in', field, value: values },
  };
}

/**
 * The ids of the companies that a list names, as they are now. Throws `configuration` for an entry that fits
 * nothing: it would allow or deny something else than was meant.
 */
export async function findCompanies(reader: AutotaskReader, list: CompanyList): Promise<ReadonlySet<number>> {
  const entries: (ReadEntry & Pick<CompanyEntry, 'denies' | 'by'>)[] = [];
  for (const [index, entry] of list.entries.entries()) {
    const { denies, by } = entry;
    entries.push({ ...(await readEntry(reader, list, index, entry)), denies, by });
  }
  const wanted = entries.filter(({ denies }) => !denies);
  const conditions = entries.flatMap(({ condition }) => condition ?? []);
  const filter: readonly FilterNode[] =
    wanted.length > 0 && conditions.length === entries.length ? [{ op: 'or', items: conditions }] : [];
  const seen = new Set<number>();
  const found = new Set<number>();
  for await (const page of reader.pages('Companies', { filter, includeFields })) {
    for (const company of page) {
      const fitting = entries.flatMap((entry, index) => (entry.fits(company) ? [index] : []));
      for (const index of fitting) seen.add(index);
      const denied = fitting.some((index) => entries[index]?.denies === true);
      const allowed = wanted.length === 0 || fitting.length > 0;
      if (allowed && !denied && typeof company.id === 'number') found.add(company.id);
    }
  }
  for (const [index, { by }] of entries.entries()) {
    const named = by === 'id' || by === 'name';
    if (named && !seen.has(index)) unusable(list, index, 'fits no company of this tenant');
  }
  return found;
}
