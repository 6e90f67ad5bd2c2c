import { contentTypeOf, parentTypeOf } from '../../entities/attachment-entities.js';
import type { Row } from '../../store/value.js';
import { firstId } from '../lookup-tables.js';
import { noise, pdf, png, utf16 } from '../sample-files.js';
import { day, hour, minute, numberOf, type Seed } from '../seed.js';
import { entry } from './activity.js';
import { billingCode } from './catalogue.js';
import { apiUserId } from './organisation.js';

/**
 * One ticket on which everything happened that can happen on a ticket: notes of a rule, of the customer and of
 * technicians, time, charges, a checklist, and files of many kinds. It is added after all other records.
 */

export interface StoryRow {
  readonly row: Row;
  /** What a file holds. */
  readonly content?: Buffer;
}

type Teller = (ticket: Row, seed: Seed, ids: (entity: string) => Promise<number>) => Promise<StoryRow[]>;

/** The youngest ticket that is done, has a contact and a technician, and is some days old. */
async function hero(seed: Seed): Promise<Row | undefined> {
  return (await seed.rows('Tickets')).findLast(
    (row) =>
      row.status === 5 &&
      typeof row.contactID === 'number' &&
      typeof row.assignedResourceID === 'number' &&
      numberOf(row, 'createDate') < seed.today - 4 * day,
  );
}

const at = (ticket: Row, minutes: number): number => numberOf(ticket, 'createDate') + minutes * minute;

function notes(ticket: Row, first: number): Row[] {
  const technician = numberOf(ticket, 'assignedResourceID');
  const told: readonly (readonly [
    minutes: number,
    type: number,
    publish: number,
    title: string,
    description: string,
  ])[] = [
    [1, 13, 2, 'Workflow rule: acknowledge', 'The rule "Acknowledge new tickets" was applied.'],
    [2, 1, 2, 'Service Desk Notification', 'An e-mail was sent to the contact of the ticket.'],
    // Pictures pasted into a note leave its text empty. The customer answered a notification.
    [10, 18, 1, 'Service Desk Notification: photo of the screen', ''],
    [
      25,
      3,
      2,
      'Cause',
      'The driver was replaced by an update last night.\nRolling it back helps on one device.',
    ],
    [26, 91, 2, 'Workflow rule: escalate', 'The rule "Escalate after 20 minutes" was applied.'],
    [40, 2, 4, 'Question to the partner', 'Please check whether the other site has the same update.'],
    [60, 2, 1, 'Solved', 'We went back to the previous driver. Please tell us if it happens again.'],
    [61, 92, 2, 'Merged', 'A second ticket of the same contact was merged into this one.'],
  ];
  return told.map(([minutes, noteType, publish, title, description], i) => ({
    id: first + i,
    ticketID: ticket.id,
    title,
    description,
    noteType,
    publish,
    createDateTime: at(ticket, minutes),
    lastActivityDate: at(ticket, minutes),
    ...(noteType === 18
      ? { createdByContactID: ticket.contactID ?? null, creatorResourceID: null }
      : { creatorResourceID: [1, 2, 3].includes(noteType) && minutes > 2 ? technician : apiUserId }),
  }));
}

/** Position of the customer's note among the notes, and of the entry that has a file among the time entries. */
const pictureNote = 2;

function times(ticket: Row, first: number): Row[] {
  const who = numberOf(ticket, 'assignedResourceID');
  const more = {
    ticketID: ticket.id,
    roleID: ticket.assignedResourceRoleID ?? null,
    contractID: ticket.contractID ?? null,
    billingCodeID: billingCode(0),
  };
  const start = at(ticket, 15) - (at(ticket, 15) % minute);
  return [
    entry(first, 2, who, start, 0.5, {
      ...more,
      summaryNotes: 'Compared the driver versions.',
      internalNotes: 'The same update is due at two other customers.',
    }),
    entry(first + 1, 2, who, start + hour, 0.25, {
      ...more,
      startDateTime: null,
      endDateTime: null,
      isNonBillable: true,
      showOnInvoice: false,
      hoursToBill: 0,
      summaryNotes: 'Called the customer back.',
    }),
  ];
}

interface Told {
  readonly fullPath: string;
  readonly minutes: number;
  readonly publish: number;
  readonly content: Buffer | null;
}

const page = '<!doctype html><title>Sign in</title><script>document.title = "x"</script>\n';
const ticketFiles: readonly Told[] = [
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

function file(entity: string, id: number, owner: Row, ticket: Row, told: Told): StoryRow {
  const { fullPath, minutes, publish, content } = told;
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

const tellers: Readonly<Record<string, Teller>> = {
  TicketNotes: async (ticket, _, ids) => notes(ticket, await ids('TicketNotes')).map((row) => ({ row })),

  TimeEntries: async (ticket, _, ids) => times(ticket, await ids('TimeEntries')).map((row) => ({ row })),

  TicketCharges: async (ticket, _, ids) => [
    {
      row: {
        id: await ids('TicketCharges'),
        ticketID: ticket.id,
        name: 'Docking station',
        chargeType: 1,
        unitQuantity: 2,
        unitPrice: 94.75,
        unitCost: 61.2,
        billableAmount: 189.5,
        extendedCost: 122.4,
        isBillableToCompany: true,
        isBilled: false,
        datePurchased: at(ticket, 0) - (at(ticket, 0) % day),
        createDate: at(ticket, 35),
        creatorResourceID: ticket.assignedResourceID ?? null,
      },
    },
  ],

  TicketChecklistItems: async (ticket, _, ids) => {
    const first = await ids('TicketChecklistItems');
    return ['Ask for the device name', 'Compare drivers', 'Tell the customer'].map((itemName, i) => ({
      row: {
        id: first + i,
        ticketID: ticket.id,
        itemName,
        position: i + 1,
        isImportant: i === 2,
        isCompleted: i < 2,
        completedByResourceID: i < 2 ? (ticket.assignedResourceID ?? null) : null,
        completedDateTime: i < 2 ? at(ticket, 20 + i) : null,
      },
    }));
  },

  TicketHistory: async (ticket, _, ids) => {
    const first = await ids('TicketHistory');
    const seen = { ticketID: ticket.id, resourceID: numberOf(ticket, 'assignedResourceID') };
    return ['priority: Medium to High', 'status: New to In Progress'].map((detail, i) => ({
      row: { id: first + i, ...seen, date: at(ticket, 5 + i), action: 'Updated', detail },
    }));
  },

  TicketSecondaryResources: async (ticket, seed, ids) => {
    const other = (await seed.rows('Resources')).find(
      (row) => row.isActive === true && row.id !== ticket.assignedResourceID && row.id !== apiUserId,
    );
    if (other === undefined) return [];
    const roleID = other.defaultServiceDeskRoleID ?? null;
    return [
      {
        row: { id: await ids('TicketSecondaryResources'), ticketID: ticket.id, resourceID: other.id, roleID },
      },
    ];
  },

  TicketAttachments: async (ticket, _, ids) => {
    const first = await ids('TicketAttachments');
    return ticketFiles.map((told, i) => {
      const made = file('TicketAttachments', first + i, ticket, ticket, told);
      return { ...made, row: { ...made.row, ticketID: ticket.id } };
    });
  },

  TicketNoteAttachments: async (ticket, _, ids) => {
    const note = { id: (await ids('TicketNotes')) + pictureNote };
    const told: Told = { fullPath: 'image001.png', minutes: 10, publish: 1, content: png(48, 48) };
    const made = file('TicketNoteAttachments', await ids('TicketNoteAttachments'), note, ticket, told);
    return [{ ...made, row: { ...made.row, ticketID: ticket.id, ticketNoteID: note.id } }];
  },

  TimeEntryAttachments: async (ticket, _, ids) => {
    const owner = { id: await ids('TimeEntries') };
    const content = Buffer.from('Gerät OK, Prüfsumme gleich\r\n', 'latin1');
    const told: Told = { fullPath: 'check.log', minutes: 44, publish: 2, content };
    const made = file('TimeEntryAttachments', await ids('TimeEntryAttachments'), owner, ticket, told);
    return [{ ...made, row: { ...made.row, ticketID: ticket.id, timeEntryID: owner.id } }];
  },

  AttachmentNestedAttachments: async (ticket, _, ids) => {
    const owner = { id: await ids('TicketAttachments') };
    const content = Buffer.from('From: customer@bluebird.example\n\nSee the picture.\n');
    const told: Told = { fullPath: 'mail.txt', minutes: 12, publish: 2, content };
    return [
      file('AttachmentNestedAttachments', await ids('AttachmentNestedAttachments'), owner, ticket, told),
    ];
  },
};

const filed = [
  'TicketAttachments',
  'TicketNoteAttachments',
  'TimeEntryAttachments',
  'AttachmentNestedAttachments',
] as const;

/** The records of an entity that belong to the story; `last` is the highest id among the seeded ones. */
export async function storyOf(seed: Seed, entity: string, last: number): Promise<StoryRow[]> {
  const tells = tellers[entity];
  if (tells === undefined && entity !== 'AttachmentInfo') return [];
  const ticket = await hero(seed);
  if (ticket === undefined) return [];
  const ids = async (name: string): Promise<number> => {
    const before = name === entity ? last : ((await seed.rows(name)).at(-1)?.id ?? 0);
    return Math.max(firstId(name), before + 1);
  };
  if (tells !== undefined) return tells(ticket, seed, ids);
  const told = await Promise.all(filed.map(async (name) => (await tellers[name]?.(ticket, seed, ids)) ?? []));
  return told.flat().map(({ row: { isTaskAttachment: _, ...row } }) => ({
    row: {
      ...row,
      // A query for the ticket's files finds those below its other files too.
      ticketID: ticket.id,
      ...(row.parentType === parentTypeOf('AttachmentNestedAttachments')
        ? { parentAttachmentID: row.parentID ?? null }
        : {}),
    },
  }));
}
