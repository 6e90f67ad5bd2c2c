import * as z from 'zod';
import { type Answer, connect } from '../test/support/tenant.js';
import { tokenIn } from '../test/writes/support.js';

/**
 * Requests that reach the tenant for twelve tasks of a service desk: each in a fresh process, again in a process
 * that did all of them before, and by bare REST as a careful script makes them (it looks up names and labels,
 * checks what it will change and reads back what it stored, and it asks nothing that it does not need). Every
 * way includes the one question for the zone in its fresh form. Writes are a preview and its confirmation.
 * Measured on 2026-11-27, requests a task: 10.6 cold and 5.8 warm, 5.8 by bare REST; on 2026-11-28 8.0 and 3.5. `--requests` lists them.
 * Run: npm run build && npx tsx bench/requests.ts
 */

interface Desk {
  call(name: string, args: Record<string, unknown>): Promise<Answer>;
  /** The preview, and the call again with its token. */
  write(name: string, args: Record<string, unknown>): Promise<void>;
}

const condition = (field: string, value: unknown, op = Array.isArray(value) ? 'in' : 'eq') => ({
  op,
  field,
  value,
});

const file = Buffer.from('link down\nlink up\n').toString('base64');

const page = z.looseObject({ items: z.array(z.looseObject({ id: z.number() })).optional() });

/** Bare REST: so many requests, each of a form that the sandbox takes. */
class Script {
  #sent = 1; // The zone.
  readonly #apiUrl: string;
  readonly #headers: Record<string, string>;

  constructor({ apiUrl, credentials }: Awaited<ReturnType<typeof connect>>['sandbox']) {
    this.#apiUrl = apiUrl;
    this.#headers = {
      UserName: credentials.userName,
      Secret: credentials.secret,
      ApiIntegrationCode: credentials.integrationCode,
      'Content-Type': 'application/json',
    };
  }

  get sent() {
    return this.#sent;
  }

  async send(method: string, path: string, body?: object): Promise<unknown> {
    this.#sent += 1;
    const response = await fetch(`${this.#apiUrl}V1.0/${path}`, {
      method,
      headers: this.#headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  /** The first page of what matches. */
  async find(entity: string, ...filter: readonly object[]) {
    const { items } = page.parse(await this.send('POST', `${entity}/query`, { filter }));
    return items ?? [];
  }

  /** The id of the one record that matches. */
  async id(entity: string, field: string, value: unknown): Promise<number> {
    const [first] = await this.find(entity, condition(field, value));
    if (first === undefined) throw new Error(`no ${entity} with ${field} ${String(value)}`);
    return first.id;
  }

  /** The records behind the ids of a field, for their names. */
  async behind(items: readonly Record<string, unknown>[], field: string, entity: string): Promise<void> {
    const ids = [...new Set(items.map((item) => item[field]).filter((id) => typeof id === 'number'))];
    if (ids.length > 0) await this.find(entity, condition('id', ids));
  }

  labels(entity: string): Promise<unknown> {
    return this.send('GET', `${entity}/entityInformation/fields`);
  }

  read(path: string): Promise<unknown> {
    return this.send('GET', path);
  }

  async create(path: string, body: object): Promise<number> {
    const answer = z.looseObject({ itemId: z.number() });
    return answer.parse(await this.send('POST', path, body)).itemId;
  }
}

interface Task {
  readonly name: string;
  run(desk: Desk): Promise<unknown>;
  bare(script: Script): Promise<unknown>;
}

const main = await connect();
const lookUp = new Script(main.sandbox);
const [open] = await lookUp.find('Tickets', condition('companyID', 176), condition('status', 5, 'noteq'), {
  op: 'exist',
  field: 'assignedResourceID',
});
const ticket = Number(open?.id);
const ticketNumber = String(open?.ticketNumber);
const [charge] = await lookUp.find('TicketCharges', condition('id', 0, 'gt'));
const charged = Number(charge?.ticketID);
const [held] = await lookUp.find('ResourceServiceDeskRoles', condition('isActive', true));
const [resourceID, roleID] = [Number(held?.resourceID), Number(held?.roleID)];
const [person] = await lookUp.find('Resources', condition('id', resourceID));
const resource = `${String(person?.firstName)} ${String(person?.lastName)}`;
const [role] = await lookUp.find('Roles', condition('id', roleID));
const roleName = String(role?.name);

const tasks: readonly Task[] = [
  {
    name: 'open tickets of a company, and one of them',
    run: async (desk) => {
      await desk.call('search-tickets', { companyID: 'Fabrikam Inc', openOnly: true });
      await desk.call('get-ticket', { id: ticket });
    },
    bare: async (script) => {
      const companyID = await script.id('Companies', 'companyName', 'Fabrikam Inc');
      await script.labels('Tickets');
      const found = await script.find(
        'Tickets',
        condition('companyID', companyID),
        condition('status', 5, 'noteq'),
      );
      await script.read(`Tickets/${ticket}`);
      const notes = await script.find('TicketNotes', condition('ticketID', ticket));
      const times = await script.find('TimeEntries', condition('ticketID', ticket));
      const people = [...notes, ...times, ...found.map((row) => ({ resourceID: row.assignedResourceID }))];
      await script.behind(
        people.map((row) => ({
          id: row.resourceID ?? ('creatorResourceID' in row ? row.creatorResourceID : null),
        })),
        'id',
        'Resources',
      );
      await script.behind(found, 'contactID', 'Contacts');
    },
  },
  {
    name: 'a ticket for a contact',
    run: async (desk) => {
      await desk.call('search-contacts', { search: 'julia.archer@contosoltd.example' });
      await desk.write('create-ticket', {
        title: 'Keyboard does not work',
        description: 'Since this morning.',
        companyID: 'Contoso Ltd',
        contactID: 'Julia Archer',
        priority: 'High',
        queueID: 'Level 1 Support',
      });
    },
    bare: async (script) => {
      const [contact] = await script.find(
        'Contacts',
        condition('emailAddress', 'julia.archer@contosoltd.example'),
      );
      await script.behind([contact ?? {}], 'companyID', 'Companies');
      await script.labels('Tickets');
      const id = await script.create('Tickets', {
        title: 'Keyboard does not work',
        description: 'Since this morning.',
        companyID: contact?.companyID,
        contactID: contact?.id,
        status: 1,
        priority: 1,
        queueID: 5,
      });
      await script.read(`Tickets/${id}`);
    },
  },
  {
    name: 'an internal note',
    run: (desk) =>
      desk.write('create-ticket-note', {
        ticketID: ticketNumber,
        title: 'Called back',
        description: 'Nobody answered.',
      }),
    bare: async (script) => {
      const ticketID = await script.id('Tickets', 'ticketNumber', ticketNumber);
      await script.labels('TicketNotes');
      const id = await script.create(`Tickets/${ticketID}/Notes`, {
        title: 'Called back',
        description: 'Nobody answered.',
        noteType: 1,
        publish: 2,
      });
      await script.read(`TicketNotes/${id}`);
    },
  },
  {
    name: 'time on a ticket',
    run: (desk) =>
      desk.write('create-time-entry', {
        ticketID: ticketNumber,
        resourceID: resource,
        roleID: roleName,
        dateWorked: '2026-11-19',
        hoursWorked: 0.5,
        summaryNotes: 'Replaced the cable.',
      }),
    bare: async (script) => {
      const ticketID = await script.id('Tickets', 'ticketNumber', ticketNumber);
      await script.find('Resources', condition('lastName', resource.split(' ').at(-1)));
      await script.find('ResourceServiceDeskRoles', condition('resourceID', resourceID));
      await script.id('Roles', 'name', roleName);
      const id = await script.create('TimeEntries', {
        ticketID,
        resourceID,
        roleID,
        dateWorked: '2026-11-19T00:00:00Z',
        hoursWorked: 0.5,
        summaryNotes: 'Replaced the cable.',
      });
      await script.read(`TimeEntries/${id}`);
    },
  },
  {
    name: 'status and assignee of a ticket',
    run: (desk) =>
      desk.write('update-ticket', {
        id: ticketNumber,
        status: 'In Progress',
        assignedResourceID: resource,
        assignedResourceRoleID: roleName,
      }),
    bare: async (script) => {
      const id = await script.id('Tickets', 'ticketNumber', ticketNumber);
      await script.labels('Tickets');
      await script.find('Resources', condition('lastName', resource.split(' ').at(-1)));
      await script.find('ResourceServiceDeskRoles', condition('resourceID', resourceID));
      await script.id('Roles', 'name', roleName);
      await script.send('PATCH', 'Tickets', {
        id,
        status: 8,
        assignedResourceID: resourceID,
        assignedResourceRoleID: roleID,
      });
      await script.read(`Tickets/${id}`);
    },
  },
  {
    name: 'open tickets by queue',
    run: (desk) =>
      desk.call('aggregate-entity', {
        entity: 'Tickets',
        query: { status: { noteq: 'Complete' } },
        groupBy: ['queueID'],
      }),
    bare: async (script) => {
      await script.labels('Tickets');
      await script.send('POST', 'Tickets/query', {
        filter: [condition('status', 5, 'noteq')],
        IncludeFields: ['id', 'queueID'],
      });
    },
  },
  {
    name: 'a contact by e-mail, and a new phone number',
    run: async (desk) => {
      await desk.call('search-contacts', { search: 'andre.alder1@contosoltd.example' });
      await desk.write('update-contact', { id: 30684005, phone: '5551791999' });
    },
    bare: async (script) => {
      const [contact] = await script.find(
        'Contacts',
        condition('emailAddress', 'andre.alder1@contosoltd.example'),
      );
      await script.behind([contact ?? {}], 'companyID', 'Companies');
      await script.send('PATCH', `Companies/${String(contact?.companyID)}/Contacts`, {
        id: contact?.id,
        phone: '5551791999',
      });
      await script.read(`Contacts/${contact?.id}`);
    },
  },
  {
    name: 'devices of a company',
    run: (desk) =>
      desk.call('query-entity', {
        entity: 'ConfigurationItems',
        query: { companyID: 'Contoso Ltd', isActive: true },
      }),
    bare: async (script) => {
      const companyID = await script.id('Companies', 'companyName', 'Contoso Ltd');
      await script.labels('ConfigurationItems');
      const found = await script.find('ConfigurationItems', condition('companyID', companyID));
      await script.behind(found, 'contactID', 'Contacts');
      await script.behind(found, 'productID', 'Products');
    },
  },
  {
    name: 'tasks of a project',
    run: (desk) => desk.call('search-tasks', { projectID: 'Fabrikam Inc Firewall Upgrade' }),
    bare: async (script) => {
      const projectID = await script.id('Projects', 'projectName', 'Fabrikam Inc Firewall Upgrade');
      await script.labels('Tasks');
      const found = await script.find('Tasks', condition('projectID', projectID));
      await script.behind(found, 'assignedResourceID', 'Resources');
    },
  },
  {
    name: 'time of one person in a week',
    run: (desk) =>
      desk.call('search-time-entries', { resourceID: resource, dateWorked: '2026-11-09..2026-11-15' }),
    bare: async (script) => {
      await script.find('Resources', condition('lastName', resource.split(' ').at(-1)));
      const found = await script.find(
        'TimeEntries',
        condition('resourceID', resourceID),
        condition('dateWorked', '2026-11-09', 'gte'),
        condition('dateWorked', '2026-11-16', 'lt'),
      );
      await script.behind(found, 'ticketID', 'Tickets');
      await script.behind(found, 'taskID', 'Tasks');
    },
  },
  {
    name: 'a file on a ticket',
    run: (desk) =>
      desk.write('create-attachment', { parentId: ticketNumber, name: 'switch.log', data: file }),
    bare: async (script) => {
      const ticketID = await script.id('Tickets', 'ticketNumber', ticketNumber);
      await script.labels('TicketAttachments');
      const id = await script.create(`Tickets/${ticketID}/Attachments`, {
        attachmentType: 'FILE_ATTACHMENT',
        title: 'switch.log',
        fullPath: 'switch.log',
        publish: 2,
        data: file,
      });
      await script.read(`Tickets/${ticketID}/Attachments/${id}`);
    },
  },
  {
    name: 'charges of a ticket',
    run: (desk) => desk.call('get-ticket', { id: charged, include: ['charges'] }),
    bare: async (script) => {
      await script.read(`Tickets/${charged}`);
      await script.labels('Tickets');
      await script.labels('TicketCharges');
      const found = await script.find('TicketCharges', condition('ticketID', charged));
      await script.behind(found, 'billingCodeID', 'BillingCodes');
    },
  },
];

const deskOf = ({ call }: Awaited<ReturnType<typeof connect>>): Desk => {
  const checked: Desk['call'] = async (name, args) => {
    const answer = await call(name, args);
    if (answer.isError) throw new Error(`${name}: ${answer.text}`);
    return answer;
  };
  return {
    call: checked,
    write: async (name, given) => {
      // The same is created once more when it is all done again.
      const args = name.startsWith('create') ? { ...given, again: true } : given;
      const { text } = await checked(name, args);
      const { text: done } = await checked(name, { ...args, confirm: tokenIn(text) });
      if (!/^(Created|Updated)/.test(done)) throw new Error(`${name}: ${done}`);
    },
  };
};

const verbose = process.argv.includes('--requests');
const listed = (requests: readonly { method: string; path: string; body: unknown }[]) => {
  if (!verbose) return;
  for (const { method, path, body } of requests) {
    const { filter } = z.looseObject({ filter: z.unknown() }).safeParse(body).data ?? {};
    process.stdout.write(
      `    ${method} ${path} ${filter === undefined ? '' : JSON.stringify(filter).slice(0, 150)}\n`,
    );
  }
};

const out = (name: string, cells: readonly (string | number)[]) =>
  process.stdout.write(`${name.padEnd(46)}${cells.map((cell) => String(cell).padStart(10)).join('')}\n`);

out('requests that reached the tenant', ['cold', 'warm', 'bare REST']);
for (const task of tasks) await task.run(deskOf(main));
const sums = [0, 0, 0];
for (const task of tasks) {
  const fresh = await connect();
  const cold = await fresh.requestsOf(() => task.run(deskOf(fresh)));
  const script = new Script(fresh.sandbox);
  await task.bare(script);
  await fresh.close();
  const warm = await main.requestsOf(() => task.run(deskOf(main)));
  const cells = [cold.length, warm.length, script.sent];
  out(task.name, cells);
  listed(cold);
  if (verbose) out('  warm', []);
  listed(warm);
  for (const [index, cell] of cells.entries()) sums[index] = (sums[index] ?? 0) + cell;
}
out(
  'a task, on average',
  sums.map((sum) => (sum / tasks.length).toFixed(1)),
);
await main.close();
