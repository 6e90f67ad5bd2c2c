import { Refusal } from '../../refusal.js';
import type { Call } from '../../routes/request-context.js';
import { apiUserId } from '../../seed/families/organisation.js';

/** Entities on which a write may be made in another person's name; elsewhere the header is ignored. */
const impersonable =
  /^(Companies|CompanyNotes|CompanyToDos|Contacts|ContractNotes|ConfigurationItems|ConfigurationItemNotes|InventoryItems|InventoryLocations|Opportunities|Products|ProductNotes|Projects|ProjectNotes|PurchaseOrders|Quotes|SalesOrders|ServiceCalls|Subscriptions|TaskNotes|Tickets|TicketNotes|TimeEntries|TimeOffRequests\w*|\w*Attachments)$/;

export function permissionRefusal(what: 'create' | 'query' | 'update' | 'delete'): Refusal {
  return new Refusal(
    `The logged in Resource does not have the adequate permissions to ${what} this entity type.`,
  );
}

/** Who a write is made by: the API user, or the resource named by `ImpersonationResourceId`. */
export async function impersonationOf(
  call: Call,
  entity: string,
): Promise<{ readonly actor: number; readonly impersonator: number | null }> {
  const header = call.header('impersonationresourceid');
  if (header === undefined || header === '' || !impersonable.test(entity)) {
    return { actor: apiUserId, impersonator: null };
  }
  const person = (await call.tenant.table('Resources')).get(Number(header));
  // API-only users cannot be impersonated.
  if (person === undefined || person.isActive !== true || person.userType === 17) {
    throw permissionRefusal(
      call.method === 'POST' ? 'create' : call.method === 'DELETE' ? 'delete' : 'update',
    );
  }
  return { actor: person.id, impersonator: apiUserId };
}
