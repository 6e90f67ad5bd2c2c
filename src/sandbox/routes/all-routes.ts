import { json } from '../http/reply.js';
import { attachmentRoutes } from './attachments.js';
import { invoiceRoutes } from './invoices.js';
import { allEntityInformation } from './metadata.js';
import type { Call } from './request-context.js';
import { buildRoutes } from './route-table.js';
import { timeOffRoutes } from './time-off.js';

function thresholdInformation(call: Call) {
  return json({
    externalRequestThreshold: call.tenant.limits.threshold,
    requestThresholdTimeframe: 60,
    currentTimeframeRequestCount: call.tenant.limits.requestsInHour(),
  });
}

function version() {
  return json({ majorVersion: '2026', minorVersion: '3', build: '1.120', customerType: 'Production' });
}

function modules() {
  // Keys are those of Autotask's licence modules; the tenant has all but the last.
  return json({ modules: [2, 7, 24, 26, 36, 41].map((key) => ({ key, value: key !== 41 })) });
}

export const routes = buildRoutes([
  ['GET', 'EntityInformation', allEntityInformation],
  ['GET', 'ThresholdInformation', thresholdInformation],
  ['GET', 'Version', version],
  ['GET', 'Modules', modules],
  ...attachmentRoutes,
  ...invoiceRoutes,
  ...timeOffRoutes,
]);
