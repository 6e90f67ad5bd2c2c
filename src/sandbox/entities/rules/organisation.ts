import type { Tenant } from '../../store/tenant.js';
import type { Row } from '../../store/value.js';
import { numberIn, type PendingRecord } from '../write/pending-record.js';

/** Whether the resource holds the role, on the service desk or in a department, and both are in use. */
export async function holdsRole(tenant: Tenant, resourceID: number, roleID: number): Promise<boolean> {
  for (const entity of ['ResourceServiceDeskRoles', 'ResourceRoles', 'ResourceRoleDepartments']) {
    const rows = (await tenant.table(entity)).rows;
    if (
      rows.some((row) => row.resourceID === resourceID && row.roleID === roleID && row.isActive !== false)
    ) {
      return true;
    }
  }
  return false;
}

const pairText =
  'Data violation: When assigning a Resource, you must assign both a assignedResourceID and assignedResourceRoleID.';

/** A resource is assigned together with the role it works in. True when a complete pair is there. */
export function hasPair(pending: PendingRecord): boolean {
  const resource = numberIn(pending, 'assignedResourceID');
  const role = numberIn(pending, 'assignedResourceRoleID');
  if ((resource === undefined) !== (role === undefined)) pending.errors.push(pairText);
  return resource !== undefined && role !== undefined;
}

export async function isApiUser(tenant: Tenant, resourceID: number | undefined): Promise<boolean> {
  if (resourceID === undefined) return false;
  return (await tenant.table('Resources')).get(resourceID)?.userType === 17;
}

/** API-only users cannot own or be given anything. */
export async function refuseApiUser(pending: PendingRecord, field: string): Promise<void> {
  if (await isApiUser(pending.tenant, numberIn(pending, field))) {
    pending.errors.push(`Reference value on field: ${field} of type: Resource does not exist or is invalid.`);
  }
}

/** The company and the one it belongs to. */
export async function companyAndParent(tenant: Tenant, companyID: number): Promise<readonly number[]> {
  const company: Row | undefined = (await tenant.table('Companies')).get(companyID);
  const parent = company?.parentCompanyID;
  return typeof parent === 'number' ? [companyID, parent] : [companyID];
}
