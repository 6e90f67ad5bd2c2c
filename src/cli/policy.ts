import type { Config } from '../config/index.js';
import { entityTable, maskLines } from '../policy/rights-table.js';
import { visibleTools } from '../server/index.js';

const orAll = (list: readonly string[] | undefined) => list?.join(' ') ?? 'all';

/** Prints what a server with this configuration may do, and does nothing. */
export async function printPolicy({ policy, writes, readOnly }: Config): Promise<number> {
  const { settings, budget } = policy;
  const { tools, withheld } = visibleTools(policy, readOnly);
  const masks = await maskLines(policy);
  const lines = [
    `writes                  ${readOnly ? 'none: read-only' : `confirmed by ${writes.confirm.mode}`}`,
    `customer-visible notes  ${policy.customerVisibleNotes ? 'allowed' : 'refused'}`,
    `writes per hour         ${budget.limit ?? 'without limit'}`,
    `audit log               ${writes.audit?.path ?? 'none'}`,
    `written in the name of  ${writes.actAs === null ? 'the API user' : `resource ${writes.actAs}`}`,
    `tools                   ${tools.length} offered; withheld: ${withheld.join(' ') || 'none'}`,
    `entities to read        ${orAll(settings.readEntities)}`,
    `entities to write       ${orAll(settings.writeEntities)}`,
    `  to create             ${orAll(settings.createEntities)}`,
    `  to update             ${orAll(settings.updateEntities)}`,
    `  to delete             ${orAll(settings.deleteEntities)}`,
    `hidden fields           ${settings.maskFields?.join(' ') ?? 'none'}`,
    ...masks.map((field) => `  ${field}`),
    '',
    ...entityTable(policy, readOnly),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return 0;
}
