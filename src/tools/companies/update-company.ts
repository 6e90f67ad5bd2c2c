import type { CompanyUpdate } from '../../../generated/types.js';
import { defineUpdate } from '../define/define-record-tools.js';
import * as inputs from '../define/shared-inputs.js';

export const updateCompany = defineUpdate<keyof CompanyUpdate>({
  name: 'update-company',
  title: 'Update a company',
  description: 'Change a company, by id or name.',
  entity: 'Companies',
  fields: {
    companyName: inputs.set.text(),
    companyType: inputs.set.name(),
    ownerResourceID: inputs.set.name(),
    isActive: inputs.set.flag(),
    phone: inputs.set.text(),
    address1: inputs.set.text(),
    city: inputs.set.text(),
    postalCode: inputs.set.text(),
    webAddress: inputs.set.text(),
  },
});
