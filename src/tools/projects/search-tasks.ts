import type { Task } from '../../../generated/types.js';
import { completeStatus, defineSearch } from '../define/define-search.js';
import * as inputs from '../define/shared-inputs.js';

const extra = {
  openOnly: inputs.flag().optional().describe('Not complete'),
  unassigned: inputs.flag().optional(),
};

export const searchTasks = defineSearch<keyof Task, typeof extra>({
  name: 'search-tasks',
  title: 'Search project tasks',
  description: 'Find tasks of projects by project, assigned resource, status, phase or dates.',
  entity: 'Tasks',
  text: ['title', 'taskNumber', 'description'],
  fields: {
    projectID: inputs.find.name(),
    phaseID: inputs.find.name(),
    assignedResourceID: inputs.find.name(),
    status: inputs.find.name(),
    startDateTime: inputs.find.range(),
    endDateTime: inputs.find.range(),
  },
  extra,
  conditions: ({ openOnly, unassigned }) => [
    ...(unassigned === true ? [{ op: 'notExist', field: 'assignedResourceID' }] : []),
    ...(openOnly === true ? [{ op: 'noteq', field: 'status', value: completeStatus }] : []),
  ],
});
