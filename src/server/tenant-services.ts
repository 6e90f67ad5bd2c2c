import { createChangedRecords } from '../changed-records.js';
import { createEntities } from '../entities/index.js';
import { createCursors } from '../entities/order/cursors/cursor.js';
import { guardReader, guardWriter } from '../policy/guard.js';
import { createPolicy } from '../policy/index.js';
import type { ToolContext } from '../tools/define/define-tool.js';
import { tools, toolsWithFiles } from '../tools/index.js';
import { createGate } from './confirmation/gate.js';
import { createDispatch } from './dispatch/dispatch.js';
import { createPersonFinder } from './person-resource.js';
import { type ServerSettings, type TenantAccess, usualGate } from './settings.js';

/** What answers the calls to one tenant, with or without the right to write. */
export interface TenantServices {
  readonly context: Omit<ToolContext, 'signal' | 'progress'>;
  readonly dispatch: ReturnType<typeof createDispatch>;
  readonly findPerson: ReturnType<typeof createPersonFinder>;
}

const finders = new WeakMap<TenantAccess, ReturnType<typeof createPersonFinder>>();

/** One for all who share the access, whatever their policies. */
function personFinderOf(access: TenantAccess): ReturnType<typeof createPersonFinder> {
  const known = finders.get(access) ?? createPersonFinder(access.reader);
  finders.set(access, known);
  return known;
}

/**
 * The desks of one tenant. They share its entities as the policy lets them be seen: nothing above can reach
 * Autotask in another way, and what the tools get has no method that writes.
 */
export function createTenantServices(
  settings: ServerSettings,
  access: TenantAccess,
): (readOnly: boolean) => TenantServices {
  const { timeZone, closedStatusIds, facts, log, policy = createPolicy() } = settings;
  const {
    reader,
    writer,
    whyNoReader,
    actAs = null,
    unattributed = 'refuse',
    tenant,
    files = null,
    changes = createChangedRecords(),
  } = access;
  const findPerson = personFinderOf(access);
  const guarded = reader === null ? null : guardReader(reader, policy);
  const cursors = createCursors(settings.confirm?.key, access.owner ?? tenant);
  const entities = createEntities(guarded, whyNoReader, policy, access.marks, cursors, changes);
  const make = (readOnly: boolean): TenantServices => {
    const context = { entities, server: { ...facts, readOnly }, timeZone, closedStatusIds, files };
    const dispatch = createDispatch({
      tools: (files === null ? tools : toolsWithFiles).filter(
        ({ name, mutates }) => !(readOnly && mutates) && policy.offersTool(name),
      ),
      context,
      rules: {
        writer: readOnly || writer === null ? null : guardWriter(writer, policy, actAs, changes),
        gate: createGate(settings.confirm ?? usualGate),
        policy,
        audit: access.audit ?? null,
        actAs,
        unattributed,
        ...(tenant === undefined ? {} : { tenant }),
        redact: access.redact ?? ((text) => text),
        log,
      },
    });
    return { context, dispatch, findPerson };
  };
  const reading = make(true);
  const full = facts.readOnly ? reading : make(false);
  return (readOnly) => (readOnly ? reading : full);
}
