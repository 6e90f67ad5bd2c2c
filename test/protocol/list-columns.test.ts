import { afterAll, beforeAll, expect, it } from 'vitest';
import { observedCall } from '../support/observed-call.js';
import { type Connection, connect } from '../support/tenant.js';

/** A list answers what its records are asked for, without a second call for the fields that say it. */

let tenant: Connection;
beforeAll(async () => {
  tenant = await connect();
});
afterAll(() => tenant.close());

it.each([
  ['Invoices', ['invoiceDateTime', 'dueDate', 'invoiceTotal', 'paidDate']],
  ['BillingItems', ['itemDate', 'quantity', 'totalAmount', 'invoiceID']],
  ['ContractBlocks', ['hours', 'hoursApproved', 'hourlyRate']],
  ['Contracts', ['contractNumber', 'startDate', 'endDate']],
  ['Opportunities', ['amount', 'probability', 'projectedCloseDate']],
  ['ExpenseItems', ['expenseDate', 'expenseCurrencyExpenseAmount', 'isReimbursable']],
  ['TicketCharges', ['unitQuantity', 'isBillableToCompany', 'isBilled']],
  ['TicketChecklistItems', ['itemName', 'isCompleted']],
  ['ServiceCalls', ['startDateTime', 'endDateTime', 'status']],
  ['Holidays', ['holidayDate', 'holidayName']],
  ['TimeOffRequests', ['resourceID', 'requestDate']],
  ['TaskNotes', ['description']],
  ['ProjectNotes', ['description']],
  ['CompanyNotes', ['note']],
  ['ConfigurationItemNotes', ['description']],
  ['InventoryItems', ['productID', 'quantityOnHand']],
  ['InventoryProducts', ['inventoryLocationID', 'availableUnits']],
  ['InventoryStockedItems', ['currentInventoryLocationID', 'unitCost']],
  ['InventoryTransfers', ['fromLocationID', 'toLocationID', 'quantityTransferred']],
  ['InventoryLocations', ['locationName']],
  ['ConfigurationItemDnsRecords', ['dnsType', 'data']],
  ['ConfigurationItemRelatedItems', ['relatedConfigurationItemID', 'relationship']],
  ['TicketChangeRequestApprovals', ['ticketID', 'isApproved']],
  ['ServiceLevelAgreementResults', ['isFirstResponseMet', 'isResolutionMet']],
  ['SurveyResults', ['surveyRating', 'resourceRating']],
  ['ResourceSkills', ['skillID', 'skillLevel']],
  ['Roles', ['name', 'hourlyRate']],
  ['UserDefinedFieldListItems', ['udfFieldId', 'valueForDisplay']],
  ['CompanyAlerts', ['alertText']],
  ['CompanyToDos', ['activityDescription']],
  ['Taxes', ['taxRate']],
  ['ContractServiceUnits', ['serviceID', 'units']],
])('a list of %s shows %j', async (entity, columns) => {
  const { text } = await observedCall(tenant, 'query-entity', { entity, maxRecords: 50 });
  const header = text.split('\n').find((line) => line.startsWith('id\t'));
  expect(header?.split('\t')).toEqual(expect.arrayContaining(columns));
});

it('a list shows no secret of a webhook, and at most ten columns', async () => {
  const { text } = await observedCall(tenant, 'query-entity', { entity: 'TicketWebhooks' });
  expect(text).toContain('webhookUrl');
  expect(text).not.toContain('secretKey');
  const header = text.split('\n').find((line) => line.startsWith('id\t'));
  expect(header?.split('\t').length).toBeLessThanOrEqual(10);
});
