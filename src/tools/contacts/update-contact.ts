import type { ContactUpdate } from '../../../generated/types.js';
import { defineUpdate } from '../define/define-record-tools.js';
import * as inputs from '../define/shared-inputs.js';

export const updateContact = defineUpdate<keyof ContactUpdate>({
  name: 'update-contact',
  title: 'Update a contact',
  description: 'Change a contact, by id or name. Its company is fixed.',
  entity: 'Contacts',
  fields: {
    firstName: inputs.set.text(),
    lastName: inputs.set.text(),
    isActive: inputs.set.flag(),
    emailAddress: inputs.set.text(),
    phone: inputs.set.text(),
    mobilePhone: inputs.set.text(),
    title: inputs.set.text(),
  },
});
