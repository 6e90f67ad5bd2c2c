import { defineGet } from '../define/define-get.js';

export const getTask = defineGet({
  name: 'get-task',
  title: 'Get a project task',
  description: 'One task by id, number or title, all filled fields.',
  entity: 'Tasks',
});
