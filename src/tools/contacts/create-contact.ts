import type { ContactCreate } from '../../../generated/types.js';
import { defineCreate } from '../define/define-record-tools.js';
import * as inputs from '../define/shared-inputs.js';

export const createContact = defineCreate<keyof ContactCreate>({
  name: 'create-contact',
  title: 'Create a contact',
  description:
    'Create a contact at a company. Needs companyID, firstName and lastName; active unless told otherwise.',
  entity: 'Contacts',
  fields: {
    companyID: inputs.set.name(),
    firstName: inputs.set.text(),
    lastName: inputs.set.text(),
    emailAddress: inputs.set.text(),
    phone: inputs.set.text(),
    mobilePhone: inputs.set.text(),
    title: inputs.set.text(),
    isActive: inputs.set.flag(),
  },
  prepare: async (data) =>
    data.isActive === undefined
      ? { data: { ...data, isActive: 1 }, notes: ['isActive was not given: active'] }
      : { data, notes: [] },
});
