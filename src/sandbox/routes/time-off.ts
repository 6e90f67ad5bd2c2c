import type { Operation } from '../../model.js';
import { impersonationOf, permissionRefusal } from '../entities/write/impersonation.js';
import { json, type Reply } from '../http/reply.js';
import { property } from '../json.js';
import { Refusal } from '../refusal.js';
import { apiUserId } from '../seed/families/organisation.js';
import { toWire, type Value } from '../store/value.js';
import type { Call, Handler } from './request-context.js';

/** TimeOffRequests.status: 1 waiting, 2 approved, 3 rejected. */
const decisions = { approved: 2, rejected: 3 } as const;

/** Approves by GET or rejects by POST, in the name of somebody who may approve for that person. */
async function decide(call: Call, status: number, reason: Value): Promise<Reply> {
  const { tenant } = call;
  const table = await tenant.table('TimeOffRequests');
  const request = table.get(call.ids[0] ?? -1);
  if (request === undefined) throw new Refusal('No matching records found.');
  const { actor } = await impersonationOf(call, 'TimeOffRequests');
  const approvers = (await tenant.table('ResourceTimeOffApprovers')).rows;
  if (!approvers.some((row) => row.resourceID === request.resourceID && row.approverResourceID === actor)) {
    throw permissionRefusal('update');
  }
  if (request.status !== 1) throw new Refusal('The time off request has already been processed.');
  table.update(request, {
    status,
    rejectReason: reason,
    approveRejectResourceID: actor,
    impersonatorApproveRejectResourceID: apiUserId,
    approvedDateTime: status === decisions.approved ? Date.now() : null,
    lastModifiedDateTime: Date.now(),
  });
  return json({ itemId: request.id });
}

const approve: Handler = (call) => decide(call, decisions.approved, null);

const reject: Handler = (call) => {
  const reason = property(call.body(), 'reason');
  return decide(call, decisions.rejected, typeof reason === 'string' ? reason : null);
};

/** `Resources/{id}/TimeOffBalances/{year}`: the balances of one year. */
async function balancesOfYear(call: Call): Promise<Reply> {
  const [resourceID = -1, year = -1] = call.ids;
  const row = (await call.tenant.table('ResourceTimeOffBalances')).rows.find(
    (candidate) => candidate.resourceID === resourceID && candidate.year === year,
  );
  if (row === undefined) return json({ item: null });
  const item = Object.entries(row).map(([name, value]) => [name, toWire('number', value, 'Z')] as const);
  return json({ item: Object.fromEntries(item) });
}

export const timeOffRoutes: readonly (readonly [string, string, Handler, string, Operation])[] = [
  ['GET', 'TimeOffRequests/#/Approve', approve, 'TimeOffRequests', 'update'],
  ['POST', 'TimeOffRequests/#/Reject', reject, 'TimeOffRequests', 'update'],
  ['GET', 'Resources/#/TimeOffBalances/#', balancesOfYear, 'ResourceTimeOffBalances', 'query'],
];
