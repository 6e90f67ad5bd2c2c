import type { Company } from '../../../generated/types.js';
import { containedIn, defineSearch } from '../define/define-search.js';
import * as inputs from '../define/shared-inputs.js';

const extra = {
  activeOnly: inputs.flag().optional(),
  phone: inputs.find.text().describe('Part of any of its numbers'),
};

export const searchCompanies = defineSearch<keyof Company, typeof extra>({
  name: 'search-companies',
  title: 'Search companies',
  description: 'Find customers, vendors and other companies by name, number, owner, type or phone.',
  entity: 'Companies',
  text: ['companyName', 'companyNumber'],
  web: ['webAddress'],
  phones: ['phone', 'alternatePhone1', 'alternatePhone2'],
  fields: {
    companyType: inputs.find.name(),
    ownerResourceID: inputs.find.name(),
    parentCompanyID: inputs.find.name(),
    city: inputs.find.text(),
    companyNumber: inputs.find.text().describe('Your own or an external number'),
    createDate: inputs.find.range(),
    lastActivityDate: inputs.find.range(),
  },
  extra,
  conditions: ({ activeOnly, phone }) => [
    ...(activeOnly === true ? [{ op: 'eq', field: 'isActive', value: true }] : []),
    ...(phone === undefined ? [] : [containedIn(['phone', 'alternatePhone1', 'alternatePhone2'], phone)]),
  ],
});
