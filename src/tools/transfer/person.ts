import * as z from 'zod';
import type { Row } from '../../client/types.js';
import { ifAllowed } from '../../entities/read/optional-read.js';
import type { WritePlan } from '../../entities/write/plan.js';
import { noRoles, rolesOfResource } from '../define/assignable-roles.js';
import { usualRole } from '../define/assignment-checks.js';
import type { ToolContext } from '../define/define-tool.js';
import type { Belonging } from './belongings.js';

/** Who leaves, or takes over. */
export interface Person {
  readonly id: number;
  readonly row: Row;
}

/** What moves one record, or one assignment. */
export interface Transfer {
  readonly called: string;
  /** One write, or several of which each needs the one before. */
  readonly plan: () => Promise<readonly WritePlan[]>;
  /** What else the successor has to do then. */
  readonly conflicts?: readonly string[];
}

/** Placeholders of the table as values of this call. */
export function filled(open: Belonging['open'], { closedStatusIds }: ToolContext): Row {
  const values: Readonly<Record<string, unknown>> = {
    '{closed}': closedStatusIds,
    '{now}': new Date().toISOString(),
  };
  const fill = (value: unknown): unknown => {
    if (typeof value === 'string') return values[value] ?? value;
    const object = z.record(z.string(), z.unknown()).safeParse(value);
    if (!object.success) return value;
    return Object.fromEntries(Object.entries(object.data).map(([name, inner]) => [name, fill(inner)]));
  };
  return Object.fromEntries(Object.entries(open).map(([name, value]) => [name, fill(value)]));
}

/** The role in which the successor takes over: the same where they hold it, else their default one. */
export async function roleFor(to: Person, row: Row, role: string, context: ToolContext): Promise<Row> {
  const current = row[role];
  const held = await ifAllowed(
    () => rolesOfResource(to.id, typeof current === 'number' ? current : undefined, context),
    noRoles,
  );
  if (held.ids.length === 0 || held.ids.some((id) => id === current)) return { [role]: current };
  return { [role]: (await usualRole(to.id, held, context)) ?? held.ids[0] };
}
