import type { AuditLog } from '../audit/index.js';
import type { AutotaskReader, AutotaskWriter } from '../client/types.js';
import { createEntities, type Entities } from '../entities/index.js';
import type { Marks } from '../entities/mark.js';
import { InvalidInput } from '../errors.js';
import type { Redact } from '../log.js';
import { createPolicy, guardReader, guardWriter, type Policy } from '../policy/index.js';
import type { LocalFiles, ServerFacts, Tool } from '../tools/define.js';
import { toolsWithFiles, tools as usualTools } from '../tools/index.js';
import { createDispatch } from './dispatch.js';
import { createGate, type GateSettings, usualGate } from './gate.js';

export interface ServerSettings {
  readonly facts: ServerFacts;
  readonly timeZone: string;
  readonly closedStatusIds: readonly number[];
  /** Null without credentials: tools are listed and entities described, anything else says what is missing. */
  readonly reader: AutotaskReader | null;
  /** Null in read-only mode. */
  readonly writer: AutotaskWriter | null;
  readonly whyNoReader?: string;
  readonly log: (level: 'debug' | 'info' | 'warning' | 'error', message: string) => void;
  /** What the operator allows; everything but customer-visible notes unless given. */
  readonly policy?: Policy;
  /** How writes are confirmed; by token unless given. */
  readonly confirm?: GateSettings;
  /** Where writes are recorded; nowhere unless given. */
  readonly audit?: AuditLog | null;
  /** Tells this tenant from others in the audit log and in confirm tokens. */
  readonly tenant?: string;
  /** The resource in whose name records are written. */
  readonly actAs?: number | null;
  /** Fields that receive a mark on create. */
  readonly marks?: Marks;
  /** Takes the secrets of this server out of a text. */
  readonly redact?: Redact;
  /** Files on this machine that may be attached; none unless given. */
  readonly files?: LocalFiles | null;
}

/** Which tools a client is shown, by name; throws when the policy names tools that do not exist. */
export function offeredTools(policy: Policy, readOnly: boolean, files = false) {
  const allTools = files ? toolsWithFiles : usualTools;
  const strays = policy.strayTools(allTools.map(({ name }) => name));
  if (strays.length > 0) {
    throw new InvalidInput(
      'The configuration is not right.',
      strays.map((problem) => ({ field: 'disabledTools (AUTOTASK_DISABLED_TOOLS)', problem })),
    );
  }
  const offers = (tool: Tool) => !(readOnly && tool.mutates) && policy.offersTool(tool.name);
  const tools = allTools.filter(offers);
  return {
    tools,
    offered: tools.map(({ name }) => name),
    withheld: allTools.filter((tool) => !offers(tool)).map(({ name }) => name),
  };
}

/**
 * The entities of a tenant as the policy lets them be seen: nothing above this line can reach Autotask in
 * another way, and what is handed out here has no method that writes.
 */
export function entitiesOf({
  reader,
  whyNoReader,
  policy = createPolicy(),
  marks,
}: ServerSettings): Entities {
  return createEntities(reader === null ? null : guardReader(reader, policy), whyNoReader, policy, marks);
}

/** Tools and dispatcher of one tenant, with or without the right to write. */
export function prepare(settings: ServerSettings, entities: Entities, readOnly: boolean) {
  const { timeZone, closedStatusIds, writer, policy = createPolicy(), actAs = null, log } = settings;
  const { files = null } = settings;
  const { tools } = offeredTools(policy, readOnly, files !== null);
  const context = { entities, server: { ...settings.facts, readOnly }, timeZone, closedStatusIds, files };
  const gate = createGate(settings.confirm ?? usualGate);
  const dispatch = createDispatch({
    tools,
    context,
    rules: {
      writer: readOnly || writer === null ? null : guardWriter(writer, policy, actAs),
      gate,
      policy,
      audit: settings.audit ?? null,
      actAs,
      ...(settings.tenant === undefined ? {} : { tenant: settings.tenant }),
      redact: settings.redact ?? ((text) => text),
      log,
    },
  });
  return { tools, context, dispatch, confirmMode: gate.mode };
}
