import { createChangedRecords } from '../changed-records.js';
import { createEntities } from '../entities/index.js';
import { createCursors } from '../entities/order/cursors/cursor.js';
import { guardReader } from '../policy/guards/guard-reader.js';
import { guardWriter } from '../policy/guards/guard-writer.js';
import { createPolicy } from '../policy/index.js';
import { redactNothing } from '../redact.js';
import type { ToolContext } from '../tools/define/define-tool.js';
import { tools, toolsWithFiles } from '../tools/index.js';
import { createGate } from './confirmation/gate.js';
import { createDispatch } from './dispatch/dispatch.js';
import { createPersonFinder } from './find-resource-of-person.js';
import { defaultGate, type ServerSettings, type TenantAccess } from './settings.js';

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
 * The services of one tenant, read-only or not. They share its entities behind the policy: nothing above can reach
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
    writeVersions = createChangedRecords(),
  } = access;
  const findPerson = personFinderOf(access);
  const guardedReader = reader === null ? null : guardReader(reader, policy);
  const cursors = createCursors(settings.confirm?.key, access.owner ?? tenant);
  const entities = createEntities(guardedReader, whyNoReader, policy, access.marks, cursors, writeVersions);
  const servicesFor = (readOnly: boolean): TenantServices => {
    const context = { entities, server: { ...facts, readOnly }, timeZone, closedStatusIds, files };
    const dispatch = createDispatch({
      tools: (files === null ? tools : toolsWithFiles).filter(
        ({ name, mutates }) => !(readOnly && mutates) && policy.offersTool(name),
      ),
      context,
      rules: {
        writer: readOnly || writer === null ? null : guardWriter(writer, policy, actAs, writeVersions),
        gate: createGate(settings.confirm ?? defaultGate),
        policy,
        audit: access.audit ?? null,
        actAs,
        unattributed,
        ...(tenant === undefined ? {} : { tenant }),
        redact: access.redact ?? redactNothing,
        log,
      },
    });
    return { context, dispatch, findPerson };
  };
  const readOnlyServices = servicesFor(true);
  const services = facts.readOnly ? readOnlyServices : servicesFor(false);
  return (readOnly) => (readOnly ? readOnlyServices : services);
}
