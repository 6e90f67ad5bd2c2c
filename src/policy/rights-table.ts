import { load } from '../../generated/load.js';
import { entities } from '../../generated/table.js';
import type { Entity, Operation } from '../model.js';
import { maskOf } from './masking/masks.js';
import { type Action, actions, type Policy } from './policy.js';

const operation = { read: 'get', create: 'create', update: 'patch', delete: 'delete' } as const;

const offers = (entity: Entity, wanted: Operation) =>
  entity.operations.includes(wanted) || entity.parents.some((parent) => parent.operations.includes(wanted));

/** `yes`, `no` where the policy forbids it, `-` where Autotask does not offer it. */
type Cell = 'yes' | 'no' | '-';

function cell(policy: Policy, entity: Entity, action: Action, readOnly: boolean): Cell {
  const offered =
    offers(entity, operation[action]) || (action === 'read' && entity.operations.includes('query'));
  if (!offered) return '-';
  return policy.may(action, entity) && !(readOnly && action !== 'read') ? 'yes' : 'no';
}

/** The same for one entity of the table, by its name. */
export function rightsOf(policy: Policy, name: string, readOnly: boolean): Record<Action, Cell> {
  const entity = entities.find((one) => one.name === name);
  const right = (action: Action): Cell =>
    entity === undefined ? '-' : cell(policy, entity, action, readOnly);
  return { read: right('read'), create: right('create'), update: right('update'), delete: right('delete') };
}

const ways: Readonly<Record<'shared' | 'denied', string>> = {
  shared: 'nothing of any company',
  denied: 'no way to a company is known',
};

/** How a record leads to its company: `timeEntryID > ticketID > companyID`, with `or` where there are several ways. */
export function wayToCompany({ companyScope }: Entity): string {
  if (typeof companyScope === 'string') return ways[companyScope];
  const found = companyScope.map(({ field, entity: name }) => {
    const next = entities.find((one) => one.name === name);
    if (next === undefined || next.singular === 'Company') return field;
    const rest = wayToCompany(next);
    return `${field} > ${rest.includes(' or ') ? `(${rest})` : rest}`;
  });
  return found.join(' or ');
}

/** One line per entity: what this server may do with it, and how it is limited to companies where it is. */
export function entityTable(policy: Policy, readOnly: boolean): string[] {
  const limited = policy.companies.write.length > 0;
  const width = Math.max(...entities.map(({ name }) => name.length));
  const line = (name: string, cells: readonly string[]) =>
    `${name.padEnd(width)}  ${cells.map((text) => text.padEnd(6)).join('  ')}`.trimEnd();
  return [
    line('entity', limited ? [...actions, 'company'] : actions),
    ...entities.map((entity) =>
      line(entity.name, [
        ...actions.map((action) => cell(policy, entity, action, readOnly)),
        ...(limited ? [wayToCompany(entity)] : []),
      ]),
    ),
  ];
}

/** Each mask with the fields that it hides, as far as they are known without a tenant. */
export async function maskLines(policy: Policy): Promise<string[]> {
  const masks = policy.settings.maskFields ?? [];
  const hidden = masks.filter((mask) => maskOf(mask).udf).map((mask) => `${mask} (checked with the tenant)`);
  if (masks.length > 0) {
    for (const entity of entities) {
      if (!policy.masksAny(entity)) continue;
      for (const { name } of (await load[entity.name]?.fields()) ?? []) {
        if (policy.masks(entity, name, false)) hidden.push(`${entity.name}.${name}`);
      }
    }
  }
  return hidden;
}
