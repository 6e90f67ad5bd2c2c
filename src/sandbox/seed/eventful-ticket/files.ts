import { contentTypeOf, parentTypeOf } from '../../entities/attachment-entities.js';
import type { Row } from '../../store/value.js';
import { noise, pdf, png, utf16 } from '../sample-files.js';
import { pictureNote } from './notes-and-time.js';
import { at, type RowMaker, type SeededRow } from './row-maker.js';

interface SeededFile {
  readonly fullPath: string;
  readonly minutes: number;
  readonly publish: number;
  readonly content: Buffer | null;
}

const page = '<!doctype html><title>Sign in</title><script>document.title = "x"</script>\n';
const ticketFiles: readonly SeededFile[] = [
  { fullPath: 'screen.png', minutes: 11, publish: 1, content: png(64, 40) },
  { fullPath: 'driver-list.txt', minutes: 16, publish: 2, content: utf16('Gerät\tTreiber\nÖL-1\t4.2\n') },
  { fullPath: 'offer.pdf', minutes: 30, publish: 1, content: pdf('Offer for a docking station') },
  {
    fullPath: 'network.svg',
    minutes: 31,
    publish: 2,
    content: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>\n'),
  },
  { fullPath: 'login.png', minutes: 32, publish: 2, content: Buffer.from(page) },
  { fullPath: 'memory.dmp', minutes: 33, publish: 2, content: noise(150_000) },
  { fullPath: 'https://vendor.example/drivers', minutes: 34, publish: 2, content: null },
];

function fileRow(entity: string, id: number, owner: Row, ticket: Row, file: SeededFile): SeededRow {
  const { fullPath, minutes, publish, content } = file;
  const row: Row = {
    id,
    parentID: owner.id,
    parentType: parentTypeOf(entity),
    attachmentType: content === null ? 'URL' : 'FILE_ATTACHMENT',
    title: content === null ? 'Drivers of the vendor' : fullPath,
    fullPath,
    publish,
    contentType: content === null ? null : contentTypeOf(fullPath),
    fileSize: content?.length ?? 0,
    attachDate: at(ticket, minutes),
    attachedByResourceID: ticket.assignedResourceID ?? null,
    creatorType: 1,
    isTaskAttachment: false,
  };
  return content === null ? { row } : { row, content };
}

export const fileMakers: Readonly<Record<string, RowMaker>> = {
  TicketAttachments: async (ticket, _, ids) => {
    const first = await ids('TicketAttachments');
    return ticketFiles.map((file, i) => {
      const made = fileRow('TicketAttachments', first + i, ticket, ticket, file);
      return { ...made, row: { ...made.row, ticketID: ticket.id } };
    });
  },

  TicketNoteAttachments: async (ticket, _, ids) => {
    const note = { id: (await ids('TicketNotes')) + pictureNote };
    const file: SeededFile = { fullPath: 'image001.png', minutes: 10, publish: 1, content: png(48, 48) };
    const made = fileRow('TicketNoteAttachments', await ids('TicketNoteAttachments'), note, ticket, file);
    return [{ ...made, row: { ...made.row, ticketID: ticket.id, ticketNoteID: note.id } }];
  },

  TimeEntryAttachments: async (ticket, _, ids) => {
    const owner = { id: await ids('TimeEntries') };
    const content = Buffer.from('Gerät OK, Prüfsumme gleich\r\n', 'latin1');
    const file: SeededFile = { fullPath: 'check.log', minutes: 44, publish: 2, content };
    const made = fileRow('TimeEntryAttachments', await ids('TimeEntryAttachments'), owner, ticket, file);
    return [{ ...made, row: { ...made.row, ticketID: ticket.id, timeEntryID: owner.id } }];
  },

  AttachmentNestedAttachments: async (ticket, _, ids) => {
    const owner = { id: await ids('TicketAttachments') };
    const content = Buffer.from('From: customer@bluebird.example\n\nSee the picture.\n');
    const file: SeededFile = { fullPath: 'mail.txt', minutes: 12, publish: 2, content };
    return [
      fileRow('AttachmentNestedAttachments', await ids('AttachmentNestedAttachments'), owner, ticket, file),
    ];
  },
};
