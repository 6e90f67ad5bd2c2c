import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeRecord } from '../support/records.js';
import { type Connection, connect } from '../support/tenant.js';

/** Where several records have one name, the list from which one is to be chosen says which is which. */

let tenant: Connection;
let masked: Connection;
let twins: readonly number[];

const people = [
  [175, 'robin.quill@contoso.example', 1],
  [176, 'robin.quill@fabrikam.example', 1],
  [177, 'robin.quill@adventure.example', 0],
] as const;

async function make({ sandbox }: Connection) {
  const made: number[] = [];
  for (const [companyID, emailAddress, isActive] of people) {
    const contact = { companyID, firstName: 'Robin', lastName: 'Quillby', emailAddress, isActive };
    made.push(await makeRecord(sandbox, `Companies/${companyID}/Contacts`, contact));
  }
  return made;
}

beforeAll(async () => {
  tenant = await connect();
  masked = await connect({ env: { AUTOTASK_MASK_FIELDS: 'Contacts.emailAddress' } });
  twins = await make(tenant);
  expect(await make(masked)).toEqual(twins);
});
afterAll(async () => {
  await masked.close();
  await tenant.close();
});

const calls: [string, Record<string, unknown>][] = [
  ['get-contact', { id: 'Robin Quillby' }],
  ['get-contact', { id: 'Quillby' }],
  ['search-tickets', { contactID: 'Robin Quillby' }],
  ['update-contact', { id: 'Robin Quillby', title: 'Owner' }],
  ['update-ticket', { id: 101730, contactID: 'Robin Quillby' }],
];

describe('people of one name', () => {
  it.each(calls)('are told by their addresses: %s %j', async (tool, args) => {
    const { text } = await tenant.call(tool, args);
    expect(text).toContain(`${twins[0]} = Robin Quillby (robin.quill@contoso.example)`);
    expect(text).toContain(`${twins[1]} = Robin Quillby (robin.quill@fabrikam.example)`);
  });

  it.each(calls)('are told by their companies where addresses are hidden: %s %j', async (tool, args) => {
    const { text } = await masked.call(tool, args);
    expect(text).toContain(`${twins[0]} = Robin Quillby (companyID 175)`);
    expect(text).not.toContain('robin.quill@');
  });

  it('that are not active are not counted in silence', async () => {
    const { text } = await tenant.call('get-contact', { id: 'Quillby' });
    expect(text).toContain('"Quillby" fits 2 active records of Contacts');
    const write = await tenant.call('update-contact', { id: 'Robin Quillby', title: 'Owner' });
    expect(write.text).toContain(`${twins[2]} = Robin Quillby (robin.quill@adventure.example) (inactive)`);
  });
});

describe('records of one name', () => {
  it('are told by what they belong to, and not counted beyond what was read', async () => {
    const { text } = await tenant.call('search-tasks', { phaseID: 'Planning' });
    expect(text).toMatch(/\d+ = Planning \(projectID \d+\), \d+ = Planning \(projectID \d+\)/);
    expect(text).toContain('and 15 more of the first 25 found');
  });
});
