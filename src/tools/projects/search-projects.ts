import type { Project } from '../../../generated/types.js';
import { completeStatus, defineSearch } from '../define/define-search.js';
import * as inputs from '../define/shared-inputs.js';

const extra = { openOnly: inputs.flag().optional().describe('Not complete') };

export const searchProjects = defineSearch<keyof Project, typeof extra>({
  name: 'search-projects',
  title: 'Search projects',
  description: 'Find projects by name, number, company, lead, status, type or dates.',
  entity: 'Projects',
  text: ['projectName', 'projectNumber', 'description'],
  fields: {
    companyID: inputs.find.name(),
    projectLeadResourceID: inputs.find.name(),
    status: inputs.find.name(),
    projectType: inputs.find.name(),
    startDateTime: inputs.find.range(),
    endDateTime: inputs.find.range(),
  },
  extra,
  conditions: ({ openOnly }) =>
    openOnly === true ? [{ op: 'noteq', field: 'status', value: completeStatus }] : [],
});
