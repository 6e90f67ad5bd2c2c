import type { CompanyCreate } from '../../../generated/types.js';
import { defineCreate } from '../define/define-record-tools.js';
import * as inputs from '../define/shared-inputs.js';

export const createCompany = defineCreate<keyof CompanyCreate>({
  name: 'create-company',
  title: 'Create a company',
  description: 'Create a company. Needs companyName, companyType, ownerResourceID and phone.',
  entity: 'Companies',
  fields: {
    companyName: inputs.set.text(),
    companyType: inputs.set.name(),
    ownerResourceID: inputs.set.name(),
    phone: inputs.set.text(),
    address1: inputs.set.text(),
    city: inputs.set.text(),
    postalCode: inputs.set.text(),
    countryID: inputs.set.name(),
    webAddress: inputs.set.text(),
    parentCompanyID: inputs.set.name(),
  },
});
