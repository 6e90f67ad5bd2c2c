import { defineGet } from '../define/define-get.js';

export const getProject = defineGet({
  name: 'get-project',
  title: 'Get a project',
  description: 'One project by id, number or name, all filled fields.',
  entity: 'Projects',
});
