import { defineGet } from '../define/define-get.js';

export const getContact = defineGet({
  name: 'get-contact',
  title: 'Get a contact',
  description: 'One contact by id or name, all filled fields.',
  entity: 'Contacts',
});
