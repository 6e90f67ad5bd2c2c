import type { Contact } from '../../../generated/types.js';
import { containedIn, defineSearch } from '../define/define-search.js';
import * as inputs from '../define/shared-inputs.js';

const extra = {
  activeOnly: inputs.flag().optional(),
  emailAddress: inputs.find.text().describe('Part of any of the addresses'),
  phone: inputs.find.text().describe('Part of any of the numbers'),
};

export const searchContacts = defineSearch<keyof Contact, typeof extra>({
  name: 'search-contacts',
  title: 'Search contacts',
  description: 'Find people at companies by name, company, email or phone.',
  entity: 'Contacts',
  text: ['firstName', 'lastName', 'emailAddress'],
  phones: ['phone', 'mobilePhone', 'alternatePhone'],
  fields: {
    companyID: inputs.find.name(),
    firstName: inputs.find.text(),
    lastName: inputs.find.text(),
    externalID: inputs.find.text(),
    createDate: inputs.find.range(),
  },
  extra,
  conditions: ({ activeOnly, emailAddress, phone }) => [
    // isActive of a contact is an integer in Autotask, of a company a boolean.
    ...(activeOnly === true ? [{ op: 'eq', field: 'isActive', value: 1 }] : []),
    ...(emailAddress === undefined
      ? []
      : [containedIn(['emailAddress', 'emailAddress2', 'emailAddress3'], emailAddress)]),
    ...(phone === undefined ? [] : [containedIn(['phone', 'mobilePhone', 'alternatePhone'], phone)]),
  ],
});
