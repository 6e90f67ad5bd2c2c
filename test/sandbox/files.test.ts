import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import { type Caller, callerOf } from './caller.js';

let sandbox: Sandbox;
let call: Caller;
beforeAll(async () => {
  sandbox = await startSandbox();
  call = callerOf(sandbox);
});
afterAll(() => sandbox.close());

const at = 'Tickets/100001/Attachments';
const upload = (bytes: number, more = {}) => ({
  id: 0,
  attachmentType: 'FILE_ATTACHMENT',
  fullPath: 'notes.txt',
  title: 'Notes',
  publish: 2,
  data: Buffer.alloc(bytes, 'x').toString('base64'),
  ...more,
});
const owned = { filter: [{ op: 'eq', field: 'ticketID', value: 100001 }] };

test('contents come back from the single child GET alone, as a list', async () => {
  const id = (await call('POST', at, upload(12))).body.itemId;
  const single = (await call('GET', `${at}/${id}`)).body;
  expect(single.pageDetails.count).toBe(1);
  expect(single.items[0]).toMatchObject({
    id,
    ticketID: 100001,
    parentID: 100001,
    fileSize: 12,
    contentType: 'text/plain',
  });
  expect(Buffer.from(single.items[0].data, 'base64').toString()).toBe('x'.repeat(12));
  for (const [method, path, body] of [
    ['GET', at, undefined],
    ['POST', 'TicketAttachments/query', owned],
    ['POST', 'AttachmentInfo/query', owned],
  ] as const) {
    const { items } = (await call(method, path, body)).body;
    const found = items.find((item: { id: number }) => item.id === id);
    expect([path, found?.title, found?.data ?? null]).toEqual([path, 'Notes', null]);
  }
  expect((await call('GET', `TicketAttachments/${id}`)).body.item.data).toBeNull();
  expect((await call('PATCH', at, { id, title: 'x' })).status).toBe(405);
  expect((await call('DELETE', `${at}/${id}`)).body).toEqual({ itemId: id });
  expect((await call('GET', `${at}/${id}`)).body.items).toEqual([]);
  expect((await call('GET', `AttachmentInfo/${id}`)).body).toEqual({ item: null });
});

test('files of a ticket’s notes are found by the ticket', async () => {
  const note = (await call('POST', 'Tickets/100001/Notes', { description: 'd', noteType: 1, publish: 1 }))
    .body.itemId;
  const id = (await call('POST', `TicketNotes/${note}/Attachments`, upload(5))).body.itemId;
  const { items } = (await call('POST', 'AttachmentInfo/query', owned)).body;
  expect(items.find((item: { id: number }) => item.id === id)).toMatchObject({
    ticketNoteID: note,
    parentType: 23,
  });
});

test('metadata calls the fields required and read-only at once', async () => {
  const { fields } = (await call('GET', 'TicketAttachments/entityInformation/fields')).body;
  for (const name of ['title', 'fullPath', 'publish', 'attachmentType']) {
    expect(fields.find((field: { name: string }) => field.name === name)).toMatchObject({
      isRequired: true,
      isReadOnly: true,
    });
  }
});

test('fields of a sibling entity and contents cannot be asked for', async () => {
  for (const field of ['ticketNoteID', 'data', 'fileSize', 'creatorType']) {
    const filter = [{ op: 'eq', field: 'timeEntryID', value: 1 }];
    const answer = await call('POST', 'TimeEntryAttachments/query', { filter, IncludeFields: [field] });
    expect(answer.body.errors, field).toEqual([`Unable to find ${field} in the TimeEntryAttachment Entity.`]);
  }
});

test('uploads need data, an allowed type and a size within the limits', async () => {
  const refused = async (body: object) => (await call('POST', at, body)).body.errors;
  expect(await refused(upload(0))).toEqual(['Value does not exist for the required field data']);
  expect(await refused(upload(3, { fullPath: 'tool.exe' }))).toHaveLength(1);
  expect(await refused(upload(3, { publish: 3 }))).toEqual([
    'Picklist value [3] does not exist for publish. ; on record number [1].',
  ]);
  expect(await refused(upload(6_000_001))).toEqual(['The attachment exceeds the maximum size allowed.']);
  expect((await call('POST', at, upload(5_500_000))).status).toBe(200);
  expect(await refused(upload(5_500_000))).toHaveLength(1);
  // Once over the limit, small ones are refused for five minutes as well.
  expect(await refused(upload(3))).toHaveLength(1);
  const link = await call('POST', at, {
    attachmentType: 'URL',
    fullPath: 'https://a.example',
    title: 'Link',
    publish: 1,
  });
  expect(link.status).toBe(200);
});

test('an invoice comes as a PDF in JSON, and as markup', async () => {
  const { body } = await call('GET', 'Invoices/1/InvoicePdf');
  const bytes = Buffer.from(body.data, 'base64');
  expect(body).toMatchObject({ id: 1, contentType: 'application/pdf', fileSize: bytes.length });
  expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
  expect((await call('GET', 'Invoices/1/InvoiceMarkupXml')).body.invoiceMarkup).toMatch(/^<invoice>/);
  expect((await call('GET', 'Invoices/99999999/InvoicePdf')).body).toEqual({ item: null });
});

test('invoice settings of a company keep their recipients', async () => {
  const { items } = (await call('GET', 'Companies/175/Contacts')).body;
  await call('PUT', 'Companies/175/invoiceSettings', { taxExempt: true, otherEmails: 'a@b.example' });
  await call('POST', 'Companies/175/invoiceSettings/contactRecipients', { contactId: items[0].id });
  expect((await call('GET', 'Companies/175/invoiceSettings')).body).toMatchObject({
    taxExempt: true,
    otherEmails: 'a@b.example',
    contactRecipients: [items[0].id],
  });
  await call('DELETE', `Companies/175/invoiceSettings/contactRecipients/${items[0].id}`);
  expect((await call('GET', 'Companies/175/invoiceSettings')).body.contactRecipients).toEqual([]);
});
