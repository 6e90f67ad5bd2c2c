import { attachmentEntities } from '../entities/attachment-entities.js';

/** Small lists that most tenants hold: the names of the records, in order. `-` marks an inactive one. */
export const lookups: Readonly<Record<string, readonly string[]>> = {
  ActionTypes: ['General', 'Phone Call', 'Meeting', 'Site Visit', 'Email', 'Quarterly Review', '-Fax'],
  CompanyCategories: ['Standard', 'Managed', 'Prospect'],
  ConfigurationItemCategories: ['Standard', 'Workstation', 'Server', 'Network', 'Domain', 'SSL Certificate'],
  ConfigurationItemTypes: [
    'Workstation',
    'Laptop',
    'Server',
    'Firewall',
    'Switch',
    'Printer',
    'UPS',
    '-Fax Machine',
  ],
  ContactGroups: ['Newsletter', 'Maintenance Notices', 'Executive Contacts'],
  ContractExclusionSets: ['After Hours Excluded', 'Projects Excluded'],
  Countries: [
    'United States',
    'United Kingdom',
    'Canada',
    'Germany',
    'Netherlands',
    'Spain',
    'Australia',
    'New Zealand',
  ],
  Currencies: ['USD', 'GBP', 'EUR'],
  Departments: ['Service Desk', 'Projects', 'Sales', 'Administration'],
  DocumentCategories: ['Runbooks', 'Network Diagrams', 'Licences'],
  DomainRegistrars: ['Northstar Domains', 'Openname Registry'],
  HolidaySets: ['Office Holidays', 'Support Desk Holidays'],
  InternalLocations: ['Head Office', 'Branch Office'],
  InternalLocationWithBusinessHours: ['Head Office', 'Branch Office'],
  InventoryLocations: ['Main Stock Room', 'Service Van 1', 'Service Van 2'],
  InvoiceTemplates: ['Standard Invoice', 'Detailed Invoice'],
  KnowledgeBaseCategories: ['Getting Started', 'Email', 'Networking', 'Security'],
  OpportunityCategories: ['Standard', 'Renewal', 'Hardware'],
  OrganizationalLevel1s: ['Managed Services', 'Professional Services'],
  OrganizationalLevel2s: ['North', 'South'],
  PaymentTerms: ['Due on Receipt', 'Net 15', 'Net 30', 'Net 60', '-Net 90'],
  QuoteTemplates: ['Standard Quote', 'Hardware Quote'],
  Roles: [
    'Service Desk Technician',
    'Senior Engineer',
    'Field Engineer',
    'Project Manager',
    'Account Manager',
    'Administrator',
    '-Legacy Technician',
  ],
  ShippingTypes: ['Ground', 'Next Day', 'Courier', 'Pick Up'],
  Skills: [
    'Routing and Switching',
    'Firewalls',
    'Microsoft 365',
    'Virtualisation',
    'Backup',
    'Endpoint Security',
    'Customer Care',
  ],
  Surveys: ['Ticket Satisfaction', 'Project Satisfaction'],
  TagGroups: ['Technology', 'Cause'],
  Tags: ['vpn', 'email', 'printer', 'password', 'hardware', 'user-error', 'vendor', 'onsite'],
  TaxCategories: ['Labor', 'Hardware', 'Software'],
  TaxRegions: ['Local', 'Out of State', 'Exempt'],
  TicketCategories: ['Standard', 'Service Desk', 'RMM Alert', 'Datto Alert', 'AEM Alert', '-Legacy'],
  WorkTypeModifiers: ['Standard', 'After Hours', 'Weekend'],
};

/** Fields of lookup records that the general filler could not guess, by entity, in order. */
/** Autotask keeps clock times as moments of a day that means nothing. */
const clock = (hours: number) => Date.UTC(1900, 0, 1, hours);

const officeWeek = (from: number, until: number) =>
  Object.fromEntries(
    ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'].flatMap((day) => [
      [`${day}BusinessHoursStartTime`, clock(from)],
      [`${day}BusinessHoursEndTime`, clock(until)],
    ]),
  );

export const lookupFields: Readonly<
  Record<string, readonly Readonly<Record<string, string | number | boolean>>[]>
> = {
  Countries: [
    { countryCode: 'US', displayName: 'United States', isDefaultCountry: true },
    { countryCode: 'GB', displayName: 'United Kingdom' },
    { countryCode: 'CA', displayName: 'Canada' },
    { countryCode: 'DE', displayName: 'Germany' },
    { countryCode: 'NL', displayName: 'Netherlands' },
    { countryCode: 'ES', displayName: 'Spain' },
    { countryCode: 'AU', displayName: 'Australia' },
    { countryCode: 'NZ', displayName: 'New Zealand' },
  ],
  Currencies: [
    { description: 'US Dollar', isInternalCurrency: true, exchangeRate: 1, displaySymbol: 1 },
    { description: 'Pound Sterling', isInternalCurrency: false, exchangeRate: 0.79, displaySymbol: 2 },
    { description: 'Euro', isInternalCurrency: false, exchangeRate: 0.92, displaySymbol: 3 },
  ],
  Departments: Array.from({ length: 4 }, () => ({ primaryLocationID: 1 })),
  InternalLocationWithBusinessHours: [
    { timeZoneID: 3, holidaySetID: 1, isDefault: true, ...officeWeek(8, 17) },
    { timeZoneID: 2, holidaySetID: 2, isDefault: false, ...officeWeek(9, 18) },
  ],
  PaymentTerms: [
    { paymentDueInDays: 0 },
    { paymentDueInDays: 15 },
    { paymentDueInDays: 30 },
    { paymentDueInDays: 60 },
    { paymentDueInDays: 90 },
  ],
  Roles: [
    { hourlyRate: 95, hourlyFactor: 1 },
    { hourlyRate: 135, hourlyFactor: 1 },
    { hourlyRate: 120, hourlyFactor: 1 },
    { hourlyRate: 150, hourlyFactor: 1 },
    { hourlyRate: 110, hourlyFactor: 1 },
    { hourlyRate: 0, hourlyFactor: 1, isSystemRole: true },
    { hourlyRate: 80, hourlyFactor: 1 },
  ],
  TicketCategories: [
    { isGlobalDefault: true, nickname: 'STD' },
    { nickname: 'SD' },
    { nickname: 'RMM' },
    { nickname: 'DAT' },
    { nickname: 'AEM' },
    { nickname: 'OLD' },
  ],
};

/** First id of an entity's records, where it helps to tell ids of different entities apart. */
export const firstIds: Readonly<Record<string, number>> = {
  BillingCodes: 29682801,
  Companies: 175,
  CompanyLocations: 2001,
  ConfigurationItems: 50001,
  Contacts: 30684001,
  Contracts: 29683601,
  Departments: 29683401,
  Opportunities: 4001,
  Phases: 61001,
  Products: 29683001,
  Projects: 1001,
  Quotes: 5001,
  Resources: 29682885,
  Roles: 29682901,
  ServiceCalls: 6001,
  Services: 301,
  TaskNotes: 800001,
  Tasks: 70001,
  TicketNotes: 29690001,
  Tickets: 100001,
  TimeEntries: 1000001,
  UserDefinedFieldDefinitions: 29682840,
  UserDefinedFieldListItems: 29683901,
};

/** Files of all entities share one id space, so that AttachmentInfo can list them. */
const attachmentBlock = 1_000_000;

export function firstId(entity: string): number {
  const block = attachmentEntities.findIndex(({ name }) => name === entity);
  return block >= 0 ? block * attachmentBlock + 1001 : (firstIds[entity] ?? 1);
}

/** How many records the filler makes of an entity at scale 1; six where nothing is said. */
export const counts: Readonly<Record<string, number>> = {
  Appointments: 40,
  ChecklistLibraryChecklistItems: 12,
  CompanyAlerts: 20,
  CompanyNotes: 150,
  CompanySiteConfigurations: 60,
  CompanyToDos: 60,
  ConfigurationItemNotes: 60,
  ContactGroupContacts: 20,
  ContractCharges: 30,
  ContractNotes: 20,
  ContractRates: 20,
  ExpenseItems: 40,
  ExpenseReports: 15,
  InventoryItems: 20,
  KnowledgeBaseArticles: 12,
  ProjectCharges: 20,
  ProjectNotes: 60,
  PurchaseOrderItems: 20,
  PurchaseOrders: 12,
  QuoteItems: 80,
  QuoteLocations: 20,
  Quotes: 40,
  ResourceSkills: 40,
  SalesOrders: 12,
  Subscriptions: 20,
  SurveyResults: 60,
  TaskNotes: 150,
  TaskSecondaryResources: 30,
  TicketAdditionalContacts: 40,
  TicketCharges: 60,
  TicketChecklistItems: 100,
  TicketSecondaryResources: 60,
  TicketTagAssociations: 100,
};
