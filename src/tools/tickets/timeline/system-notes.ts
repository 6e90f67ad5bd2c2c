import type { Row } from '../../../client/types.js';
import type { EntityMetadata } from '../../../entities/metadata/entity-metadata.js';

/** Notes that Autotask writes about its own doings: about two thirds of all. */
const labels = /\bworkflow rule\b|\bforward or merge\b/i;
const titles = /^\s*service desk notification\b/i;

/** Their types in every tenant, for labels in another language; only where the tenant calls them its system's. */
const systemTypes = new Set(['13', '91', '92']);

/**
 * What a note counts as when it is noise, for a line that says how many were folded; null for a note to show.
 * What a customer wrote is never noise, whatever it is called.
 */
export function systemNoteKind(row: Row, { field }: EntityMetadata): string | null {
  if (row.createdByContactID !== null && row.createdByContactID !== undefined) return null;
  const code = String(row.noteType ?? '');
  const choice = field('noteType')?.choices.find(({ value }) => value === code);
  if (choice !== undefined && labels.test(choice.label)) return choice.label;
  if (systemTypes.has(code) && (choice === undefined || choice.isSystem === true)) {
    return choice?.label ?? `type ${code}`;
  }
  return titles.test(String(row.title ?? '')) ? 'Service Desk Notification' : null;
}
