/** How a company gets its invoices; Autotask keeps them below the company and outside of its record. */
export interface InvoiceSettings {
  taxExempt: boolean;
  taxRegionId: number | null;
  taxId: string | null;
  invoiceEmailingEnabled: boolean;
  contactRecipients: number[];
  resourceRecipients: number[];
  otherEmails: string | null;
}
