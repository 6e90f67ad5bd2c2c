import type { Operation } from '../../model.js';
import { json } from '../http/reply.js';
import { pdf } from '../seed/sample-files.js';
import type { Row } from '../store/value.js';
import { addRecipient, put, removeRecipient, withSettings } from './invoice-settings.js';
import { missing } from './records.js';
import type { Call, Handler } from './request-context.js';

function withInvoice(answer: (row: Row, call: Call) => unknown): Handler {
  return async (call) => {
    const row = (await call.tenant.table('Invoices')).get(call.ids[0] ?? -1);
    return row === undefined ? missing(call) : json(answer(row, call));
  };
}

const invoicePdf = withInvoice((row) => {
  const data = pdf(`Invoice ${String(row.invoiceNumber ?? row.id)}`);
  return {
    id: row.id,
    contentType: 'application/pdf',
    fileName: `Invoice-${row.id}.pdf`,
    fileSize: data.length,
    data: data.toString('base64'),
  };
});

const markup = (tag: string) =>
  withInvoice((row) => ({
    invoiceMarkup: `<${tag}><total>${String(row.invoiceTotal ?? 0)}</total></${tag}>`,
  }));

export const at = 'Companies/#/invoiceSettings';
export const invoiceRoutes: readonly (readonly [string, string, Handler, string, Operation])[] = [
  ['GET', 'Invoices/#/InvoicePdf', invoicePdf, 'Invoices', 'query'],
  ['GET', 'Invoices/#/InvoiceMarkupHtml', markup('html'), 'Invoices', 'query'],
  ['GET', 'Invoices/#/InvoiceMarkupXml', markup('invoice'), 'Invoices', 'query'],
  ['GET', at, (call) => withSettings(call, (settings) => settings), 'Companies', 'query'],
  ['PUT', at, put, 'Companies', 'update'],
  ['POST', `${at}/contactRecipients`, addRecipient('contactRecipients', 'Contacts'), 'Companies', 'update'],
  [
    'POST',
    `${at}/resourceRecipients`,
    addRecipient('resourceRecipients', 'Resources'),
    'Companies',
    'update',
  ],
  ['DELETE', `${at}/contactRecipients/#`, removeRecipient('contactRecipients'), 'Companies', 'update'],
  ['DELETE', `${at}/resourceRecipients/#`, removeRecipient('resourceRecipients'), 'Companies', 'update'],
];
