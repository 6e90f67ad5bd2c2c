import { json, type Reply } from '../http/reply.js';
import { isObject, property } from '../json.js';
import { Refusal } from '../refusal.js';
import type { InvoiceSettings } from '../store/invoice-settings.js';
import { missing } from './records.js';
import type { Call, Handler } from './request-context.js';

async function settingsOf(call: Call): Promise<InvoiceSettings | undefined> {
  const company = (await call.tenant.table('Companies')).get(call.ids[0] ?? -1);
  if (company === undefined) return undefined;
  let settings = call.tenant.invoiceSettings.get(company.id);
  if (settings === undefined) {
    settings = {
      taxExempt: company.isTaxExempt === true,
      taxRegionId: typeof company.taxRegionID === 'number' ? company.taxRegionID : null,
      taxId: typeof company.taxID === 'string' ? company.taxID : null,
      invoiceEmailingEnabled: false,
      contactRecipients: [],
      resourceRecipients: [],
      otherEmails: null,
    };
    call.tenant.invoiceSettings.set(company.id, settings);
  }
  return settings;
}

export async function withSettings(
  call: Call,
  change: (settings: InvoiceSettings, body: unknown) => unknown,
): Promise<Reply> {
  const settings = await settingsOf(call);
  return settings === undefined
    ? missing(call)
    : json(change(settings, call.method === 'GET' ? undefined : call.body()));
}

export function put(call: Call): Promise<Reply> {
  return withSettings(call, (settings, body) => {
    if (!isObject(body)) throw new Refusal('A request body is required.');
    const exempt = property(body, 'taxExempt');
    const emailing = property(body, 'invoiceEmailingEnabled');
    const region = property(body, 'taxRegionId');
    const taxId = property(body, 'taxId');
    const others = property(body, 'otherEmails');
    settings.taxExempt = exempt === true;
    settings.invoiceEmailingEnabled = emailing === true;
    settings.taxRegionId = typeof region === 'number' ? region : null;
    settings.taxId = typeof taxId === 'string' ? taxId : null;
    settings.otherEmails = typeof others === 'string' ? others : null;
    return { itemId: call.ids[0] };
  });
}

type Recipients = 'contactRecipients' | 'resourceRecipients';

export function addRecipient(list: Recipients, entity: string): Handler {
  return async (call) => {
    const id = Number(
      property(call.body(), list === 'contactRecipients' ? 'contactId' : 'resourceId') ??
        property(call.body(), 'id'),
    );
    if ((await call.tenant.table(entity)).get(id) === undefined) {
      throw new Refusal(
        `Reference value on field: id of type: ${entity.slice(0, -1)} does not exist or is invalid.`,
      );
    }
    return withSettings(call, (settings) => {
      if (!settings[list].includes(id)) settings[list].push(id);
      return { itemId: id };
    });
  };
}

export function removeRecipient(list: Recipients): Handler {
  return (call) =>
    withSettings(call, (settings) => {
      const at = settings[list].indexOf(call.ids[1] ?? -1);
      if (at < 0)
        throw new Refusal(
          'No matching records found. The logged in Resource may not have the required permissions to delete the data.',
        );
      settings[list].splice(at, 1);
      return { itemId: call.ids[1] };
    });
}
