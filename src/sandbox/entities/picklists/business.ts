import type { PicklistData } from './parse.js';

const actionType: PicklistData[string] = { from: 'ActionTypes' };
const paymentTerm: PicklistData[string] = { from: 'PaymentTerms' };
const period = '1 One-Time|2 *Monthly|3 Quarterly|4 Semi-Annual|5 Yearly';
const chargeType = '1 *Operational|2 Capitalized';
const chargeStatus =
  '1 *Need To Order/Fulfill|2 Submit for Approval|3 On Order|4 Waiting Approval|5 Pending Delivery|6 Ready to Deliver|7 Delivered/Shipped Full|8 -Canceled';
const paid = 'false Not Paid|true Paid';
const active = '0 Inactive|1 *Active';
const payment = '1 *Cash|2 Check|3 Credit Card|4 Bank Transfer|5 Other|6 -Voucher';
const purchaseTemplate = '1 *Standard Purchase Order|2 Short Form';
const vendors = '1 Datto RMM|2 VSA X|3 Datto Continuity|4 IT Glue|5 -Retired Integration';

export const business: PicklistData = {
  apiVendorID: vendors,
  'Companies.companyType':
    '1 *Customer|2 Lead|3 Prospect|4 Dead|6 Cancellation|7 Vendor|8 Partner|9 -Reseller',
  'Companies.classification': '1 *Managed|2 Co-managed|3 Break/Fix|4 VIP|200 -Delinquent',
  'Companies.competitorID': '1 Northwind IT|2 Harbour Systems|3 BlueDot Support|4 -Gone Away Ltd',
  'Companies.invoiceMethod': '1 *Electronic|2 Printed|3 Do not send',
  'Companies.billToAddressToUse': '1 *Company|2 Parent Company|3 Other',
  'Companies.marketSegmentID':
    '1 Legal|2 Healthcare|3 Manufacturing|4 Retail|5 Finance|6 Education|7 Logistics|8 -Agriculture',
  'Companies.territoryID': '1 *North|2 South|3 East|4 West|5 -International',
  purchaseOrderTemplateID: purchaseTemplate,
  'CompanyAlerts.alertTypeID': '1 *Company Detail Alert|2 New Ticket Alert|3 Ticket Detail Alert',
  'CompanyNotes.actionType': actionType,
  'CompanyToDos.actionType': actionType,
  'ActionTypes.view': '1 *Activities|2 Opportunities|3 Tickets',
  'Contacts.namePrefix': '1 Mr.|2 Mrs.|3 Ms.|4 Dr.|5 Mx.',
  'Contacts.nameSuffix': '1 Jr.|2 Sr.|3 II|4 III',
  'ClientPortalUsers.securityLevel': '1 *Basic|2 Advanced|3 Manager|4 -Taskfire',
  'AdditionalInvoiceFieldValues.additionalInvoiceFieldID': '1 *Department Code|2 Approver',
  'BillingCodes.billingCodeType': '0 *System|1 Non-billable|2 Normal|3 -Legacy',
  'BillingCodes.generalLedgerAccount': '1 *4000 Services|2 4100 Hardware|3 4200 Licences|4 6000 Internal',
  'BillingCodes.useType':
    '1 *General Allocation Code|2 Expense Category|3 Internal Allocation Code|4 Material Cost Code|5 Recurring Contract Service|6 Milestone Code|7 Block Purchase|8 Retainer Purchase|9 Ticket Purchase',
  'BillingItems.billingItemType':
    '1 *Labor|2 Labor Adjustment|3 Project Charge|4 Expense|5 Subscription|6 Milestone|7 Contract Charge|8 Ticket Charge|9 Recurring Service',
  'BillingItems.subType': '1 *Time Entry|2 Charge|3 Service|4 Milestone|5 Adjustment',
  chargeType,
  'ChangeOrderCharges.status': chargeStatus,
  'ContractCharges.status': chargeStatus,
  'ProjectCharges.status': chargeStatus,
  'TicketCharges.status': chargeStatus,
  'ContractBillingRules.determineUnits': '1 *Active users|2 Active devices|3 Installed products',
  'ContractBillingRules.executionMethod': '1 *Create proposed charge|2 Create charge|3 Update service units',
  isPaid: paid,
  paymentType: payment,
  paymentID: payment,
  'ContractBlocks.status': active,
  'ContractRetainers.status': active,
  'ContractTicketPurchases.status': active,
  'ContractMilestones.status': '0 *In Progress|1 Ready to Bill|2 Billed',
  'Contracts.billingPreference': '1 *Immediately|2 On timesheet approval|3 Manually',
  'Contracts.contractCategory': '1 *Managed Services|2 Support Hours|3 Projects|4 Hosting|5 -Trial',
  'Contracts.contractPeriodType': '1 *Monthly|2 Quarterly|3 Semi-Annual|4 Yearly',
  'Contracts.contractType':
    '1 Time & Materials|3 Fixed Price|4 Block Hours|6 Retainer|7 *Recurring Service|8 Incident',
  'Contracts.status': '0 Inactive|1 *Active',
  'Contracts.timeReportingRequiresStartAndStopTimes': '0 *No|1 Yes',
  'Countries.addressFormatID': '1 *Street, City, Region, Code|2 Code City|3 City Code',
  'Currencies.displaySymbol': '1 *$|2 £|3 €',
  'ExpenseItems.expenseCategory': '1 *Travel|2 Mileage|3 Meals|4 Accommodation|5 Parking|6 Materials|7 -Fax',
  'ExpenseItems.workType': '1 *Onsite Support|2 Remote Support|3 Project Work',
  'ExpenseReports.status': '1 *In Progress|2 Submitted|3 Approved|4 Paid|5 Rejected|6 Transferred',
  'InvoiceTemplates.groupBy': '1 *Contract|2 Ticket|3 Project|4 Resource|5 Role',
  'InvoiceTemplates.itemizeItemsInEachGroup': '0 *No|1 Yes',
  'InvoiceTemplates.sortBy': '1 *Date|2 Name|3 Amount',
  pageLayout: '1 *Portrait|2 Landscape',
  pageNumberFormat: '1 *Page 1 of 3|2 1/3|3 None',
  paymentTerm,
  'Opportunities.leadSource':
    '1 *Referral|2 Website|3 Trade Show|4 Existing Customer|5 Cold Call|6 -Print Advert',
  'Opportunities.lossReason': '1 *Price|2 Timing|3 Competitor|4 No Decision',
  'Opportunities.winReason': '1 *Relationship|2 Price|3 Expertise|4 Availability',
  'Opportunities.primaryCompetitor': '1 Northwind IT|2 Harbour Systems|3 BlueDot Support',
  'Opportunities.opportunityCategoryID': { from: 'OpportunityCategories' },
  'Opportunities.rating': '1 *Hot|2 Warm|3 Cold',
  'Opportunities.revenueSpreadUnit': 'm *Months|q Quarters|y Years',
  'Opportunities.stage': '1 *Qualify|2 Assess|3 Quote|4 Negotiate|5 Close|6 -Parked',
  'Opportunities.status': '0 Not Ready To Buy|1 *Active|2 Lost|3 Closed|4 Implemented',
  modifierType: '0 *Multiplier|1 Fixed Rate|2 Rate Adjustment',
  'Products.billingType': '1 *Per Unit|2 Per Month',
  periodType: period,
  'Products.priceCostMethod': '1 *Fixed|2 Markup',
  'Products.productCategory': '1 *Hardware|2 Software|3 Licence|4 Networking|5 Accessories|6 -Tape',
  'PurchaseApprovals.costType': '1 *Ticket Charge|2 Project Charge|3 Contract Charge',
  'PurchaseOrders.status': '1 *New|2 Submitted|3 Received Partial|4 Received Full|5 Canceled',
  'PurchaseOrders.useItemDescriptionsFrom': '1 *Product|2 Charge|3 Vendor',
  'QuoteItems.quoteItemType': '1 *Product|2 Cost|3 Labor|4 Expense|6 Shipping|11 Service|12 ServiceBundle',
  'Quotes.approvalStatus': '1 *Not Submitted|2 Waiting Approval|3 Approved|4 Rejected',
  'Quotes.extApprovalContactResponse': '1 *None|2 Accepted|3 Rejected',
  'Quotes.groupByID': '1 *No grouping|2 Period type|3 Product category',
  'Quotes.shippingType': { from: 'ShippingTypes' },
  'SalesOrders.status': '1 *Open|2 In Progress|3 Shipped|4 Complete|5 Canceled',
  'Subscriptions.status': '0 Cancelled|1 *Active|2 -Expired',
  'Subscriptions.periodType': period,
  'CompanyWebhookFields.fieldID': { fieldsOf: 'Companies' },
  'ContactWebhookFields.fieldID': { fieldsOf: 'Contacts' },
  'ConfigurationItemWebhookFields.fieldID': { fieldsOf: 'ConfigurationItems' },
  'TicketWebhookFields.fieldID': { fieldsOf: 'Tickets' },
  'TicketNoteWebhookFields.fieldID': { fieldsOf: 'TicketNotes' },
  'CompanyWebhookUdfFields.udfFieldID': { udfsOf: 'Companies' },
  'ContactWebhookUdfFields.udfFieldID': { udfsOf: 'Contacts' },
  'ConfigurationItemWebhookUdfFields.udfFieldID': { udfsOf: 'ConfigurationItems' },
  'TicketWebhookUdfFields.udfFieldID': { udfsOf: 'Tickets' },
};
