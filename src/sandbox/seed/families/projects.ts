import type { Row } from '../../store/value.js';
import { firstId } from '../lookup-tables.js';
import { day, hour, numberOf, type Seeder, textOf } from '../seed.js';
import { billingCode } from './catalogue.js';
import { apiUserId } from './organisation.js';

const kinds = [
  'Office Move',
  'Server Replacement',
  'Mail Migration',
  'Network Refresh',
  'Onboarding',
  'Firewall Upgrade',
];
const stages = [
  ['Planning', 'Survey the site', 'Agree on scope', 'Order hardware'],
  ['Execution', 'Prepare accounts', 'Migrate data', 'Install hardware', 'Test with key users'],
  ['Handover', 'Train users', 'Write documentation', 'Close with customer'],
] as const;

export const projects: Readonly<Record<string, Seeder>> = {
  Projects: async (seed) => {
    const random = seed.random('Projects');
    const companies = (await seed.rows('Companies')).filter(
      (row) => row.isActive === true && row.companyType === 1 && row.id !== 0,
    );
    const people = (await seed.rows('Resources')).filter(
      (row) => row.isActive === true && row.id !== apiUserId,
    );
    const rows: Row[] = [];
    for (let i = 0, count = Math.max(6, Math.round(40 * seed.scale)); i < count; i++) {
      const company = random.pick(companies);
      const start = seed.today - random.int(-10, 400) * day;
      const days = random.int(30, 120);
      const done = start + days * day < seed.today && random.chance(0.85);
      const lead = random.pick(people).id;
      const created = start - 12 * day + 9 * hour;
      rows.push({
        id: firstId('Projects') + i,
        companyID: company.id,
        projectName: `${textOf(company, 'companyName')} ${random.pick(kinds)}`.slice(0, 100),
        projectNumber: `P${new Date(created).toISOString().slice(0, 10).replaceAll('-', '')}.${String((i % 9000) + 1).padStart(4, '0')}`,
        description: 'Planned with the customer in the quarterly review.',
        projectType: 4,
        status: done ? 5 : start > seed.today ? 1 : 10,
        projectLeadResourceID: lead,
        companyOwnerResourceID: company.ownerResourceID ?? null,
        department: firstId('Departments') + 1,
        startDateTime: start,
        endDateTime: start + days * day,
        duration: days,
        completedDateTime: done ? start + days * day - 2 * day : null,
        completedPercentage: done ? 100 : start > seed.today ? 0 : random.int(10, 90),
        estimatedTime: days * 2,
        actualHours: done ? days * 2 : 0,
        createDateTime: created,
        creatorResourceID: lead,
        lastActivityDateTime: Math.min(done ? start + days * day : seed.today - 2 * day, seed.today),
        lastActivityResourceID: lead,
        statusDateTime: created,
      });
    }
    return rows;
  },

  Phases: async (seed) => {
    const rows: Row[] = [];
    for (const project of await seed.rows('Projects')) {
      const start = numberOf(project, 'startDateTime');
      const third = Math.floor((numberOf(project, 'endDateTime') - start) / 3);
      for (const [i, [title]] of stages.entries()) {
        rows.push({
          id: firstId('Phases') + rows.length,
          projectID: project.id,
          title,
          description: `${title} of the project`,
          phaseNumber: `${textOf(project, 'projectNumber')}.${i + 1}`,
          startDate: start + i * third,
          dueDate: start + (i + 1) * third,
          isScheduled: true,
          estimatedHours: 20,
          createDate: numberOf(project, 'createDateTime'),
          creatorResourceID: project.creatorResourceID ?? null,
          lastActivityDateTime: numberOf(project, 'lastActivityDateTime'),
        });
      }
    }
    return rows;
  },

  Tasks: async (seed) => {
    const random = seed.random('Tasks');
    const people = (await seed.rows('ResourceRoleDepartments')).filter(
      (row) => row.departmentID !== undefined,
    );
    const active = new Set(
      (await seed.rows('Resources')).filter((row) => row.isActive === true).map((row) => row.id),
    );
    const staff = people.filter((row) => active.has(numberOf(row, 'resourceID')));
    const parents = new Map((await seed.rows('Projects')).map((row) => [row.id, row]));
    const rows: Row[] = [];
    for (const [k, phase] of (await seed.rows('Phases')).entries()) {
      const project = parents.get(numberOf(phase, 'projectID'));
      const [, ...titles] = stages[k % stages.length] ?? stages[0];
      const start = numberOf(phase, 'startDate');
      for (const title of titles) {
        const worker = random.pick(staff);
        const finish = start + random.int(2, 9) * day;
        const done = project?.status === 5 || (finish < seed.today && random.chance(0.8));
        rows.push({
          id: firstId('Tasks') + rows.length,
          projectID: numberOf(phase, 'projectID'),
          phaseID: phase.id,
          title,
          description: `${title}.`,
          taskNumber: `T${new Date(start).toISOString().slice(0, 10).replaceAll('-', '')}.${String((rows.length % 9000) + 1).padStart(4, '0')}`,
          status: done ? 5 : start < seed.today ? 8 : 1,
          taskType: 1,
          priority: random.int(1, 10),
          priorityLabel: 2,
          taskCategoryID: 1,
          departmentID: numberOf(worker, 'departmentID'),
          billingCodeID: billingCode(3),
          assignedResourceID: numberOf(worker, 'resourceID'),
          assignedResourceRoleID: numberOf(worker, 'roleID'),
          startDateTime: start,
          endDateTime: finish,
          estimatedHours: random.int(2, 16),
          hoursToBeScheduled: 0,
          remainingHours: done ? 0 : 2,
          isVisibleInClientPortal: false,
          canClientPortalUserCompleteTask: false,
          isTaskBillable: true,
          completedDateTime: done ? Math.min(finish, seed.today) : null,
          completedByResourceID: done ? numberOf(worker, 'resourceID') : null,
          createDateTime: numberOf(phase, 'createDate'),
          creatorResourceID: phase.creatorResourceID ?? null,
          lastActivityDateTime: Math.max(Math.min(finish, seed.today), numberOf(phase, 'createDate')),
        });
      }
    }
    return rows;
  },
};
