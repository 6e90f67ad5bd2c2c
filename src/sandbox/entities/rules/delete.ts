import { Refusal } from '../../refusal.js';
import { apiUserId } from '../../seed/families/organisation.js';
import type { Tenant } from '../../store/tenant.js';
import type { Row } from '../../store/value.js';

/** Refuses deletes that the service refuses although the route exists. */
export async function rulesOfDelete(_tenant: Tenant, entity: string, row: Row, actor: number): Promise<void> {
  if (entity === 'TimeEntries') {
    const creator = row.creatorUserID;
    if (creator !== actor && creator !== apiUserId) {
      throw new Refusal('You do not have permission to delete time entries that you did not create');
    }
    if (typeof row.billingApprovalDateTime === 'number') {
      throw new Refusal('You cannot delete time entries that have been posted.');
    }
  }
  if (/Charges$/.test(entity) && row.isBilled === true) {
    throw new Refusal('A billed charge cannot be deleted.');
  }
}
