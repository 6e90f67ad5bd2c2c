import { entities } from '../../../generated/table.js';
import type { Entity } from '../../model.js';
import { jpeg, pdf, png } from '../seed/sample-files.js';
import type { Row } from '../store/value.js';

/** The entities that hold files, each below its owner. */
export const attachmentEntities: readonly Entity[] = entities.filter(
  ({ name, parents }) => name.endsWith('Attachments') && parents.length > 0,
);

/** Fields of a file that name a record and not its owner. */
export const isOwnerField = (name: string): boolean =>
  !/^(attachedBy|impersonator|parentAttachment)/.test(name);

/** AttachmentInfo.parentType by attachment entity: 4 ticket or task, 18 time entry, 23 note. */
const parentTypes: Readonly<Record<string, number>> = {
  CompanyAttachments: 1,
  OpportunityAttachments: 2,
  ProjectAttachments: 3,
  TicketAttachments: 4,
  TaskAttachments: 4,
  ConfigurationItemAttachments: 6,
  ResourceAttachments: 7,
  SalesOrderAttachments: 8,
  ExpenseReportAttachments: 9,
  ExpenseItemAttachments: 10,
  DocumentAttachments: 11,
  ArticleAttachments: 12,
  TimeEntryAttachments: 18,
  TicketNoteAttachments: 23,
  TaskNoteAttachments: 23,
  ProjectNoteAttachments: 24,
  CompanyNoteAttachments: 25,
  ContractNoteAttachments: 26,
  ConfigurationItemNoteAttachments: 27,
  AttachmentNestedAttachments: 28,
};

export function parentTypeOf(entity: string): number {
  return parentTypes[entity] ?? 4;
}

const types: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  jpg: 'image/jpeg',
  log: 'text/plain',
  pdf: 'application/pdf',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain',
  zip: 'application/zip',
};

/** File types the tenant lets in, by extension. */
const refusedExtensions = new Set(['bat', 'cmd', 'com', 'exe', 'js', 'msi', 'scr', 'vbs']);

export function contentTypeOf(path: string): string {
  return types[extension(path)] ?? 'application/octet-stream';
}

export function isRefusedType(path: string): boolean {
  return refusedExtensions.has(extension(path));
}

function extension(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1).toLowerCase();
}

/** What a seeded file holds, true to its name; uploaded files are kept by the tenant. */
export function seededContent(row: Row): string {
  const line = `Seeded file ${row.id}: ${String(row.title ?? '')}`;
  const made: Readonly<Record<string, () => Buffer>> = {
    jpg: jpeg,
    pdf: () => pdf(line),
    png: () => png(16, 16),
  };
  const make = made[extension(String(row.fullPath ?? ''))];
  return (make?.() ?? Buffer.from(`${line}\n`)).toString('base64');
}

/** Bytes of all files a tenant takes within five minutes. */
const mostBytes = 10_000_000;
const window = 5 * 60_000;

/** Counts uploaded bytes; past the limit uploads are refused for five minutes. */
export class UploadMeter {
  private readonly uploads: { readonly at: number; readonly bytes: number }[] = [];
  private refusedUntil = 0;

  /** False when the upload is refused. */
  take(bytes: number, now: number): boolean {
    if (now < this.refusedUntil) return false;
    while ((this.uploads[0]?.at ?? now) <= now - window) this.uploads.shift();
    const total = this.uploads.reduce((sum, upload) => sum + upload.bytes, bytes);
    if (total > mostBytes) {
      this.refusedUntil = now + window;
      return false;
    }
    this.uploads.push({ at: now, bytes });
    return true;
  }
}
