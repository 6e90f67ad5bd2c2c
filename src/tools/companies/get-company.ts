import { defineGet } from '../define/define-get.js';

export const getCompany = defineGet({
  name: 'get-company',
  title: 'Get a company',
  description: 'One company by id or name, all filled fields.',
  entity: 'Companies',
});
