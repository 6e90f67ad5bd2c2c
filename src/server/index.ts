import {
  type ContentBlock,
  type LoggingLevel,
  ProtocolError,
  ProtocolErrorCode,
  type Server,
  type ServerContext,
  specTypeSchemas,
} from '@modelcontextprotocol/server';
import * as z from 'zod';
import { type ActingPerson, actFor, type Person } from '../identity/acting-person.js';
import { didYouMean } from '../names/nearest.js';
import { redactNothing } from '../redact.js';
import { quotedName } from '../text.js';
import { type CacheHints, cacheHints } from './cache-hints.js';
import { callMessage } from './call-message.js';
import {
  answerTimeoutMs,
  callerOf,
  inputRequiredFor,
  isUnknownClient,
  personAsked,
  showsViews,
} from './confirmation/elicitation.js';
import type { CallExtras, CallResult } from './dispatch/dispatch.js';
import { instructions } from './instructions.js';
import { consentOf, viewMembers } from './mcp-apps/answer.js';
import { withViews } from './mcp-apps/definitions.js';
import { RedactingServer } from './output/redacting-server.js';
import type { Block } from './output/render-file.js';
import { registerResources } from './prompts-and-resources/register.js';
import { defaultGate, type ServerSettings } from './settings.js';
import type { TenantServices } from './tenant-services.js';
import { explainConfirm } from './tool-list/confirm-description.js';
import { visibleTools } from './tool-list/visible-tools.js';

export type { LocalFiles } from '../tools/define/define-tool.js';
export { createPersonFinder } from './find-resource-of-person.js';
export type { GateSettings, ServerSettings, TenantAccess } from './settings.js';
export { isWritingTool, visibleTools } from './tool-list/visible-tools.js';

export interface McpServer {
  readonly server: Server;
  /** Resolves when no call is running. */
  idle(): Promise<void>;
}

/** Arguments as they came: reading them by the protocol's schema would leave out the key `__proto__`. */
const callParams = z.object({ name: z.string(), arguments: z.unknown().optional() });

/** A block of an answer as the protocol spells it. */
function contentOf(block: Block): ContentBlock {
  if (block.type === 'image') return block;
  return block.type === 'link'
    ? { type: 'resource_link', uri: block.uri, name: block.name, mimeType: block.mimeType, size: block.size }
    : { type: 'resource', resource: { uri: block.uri, mimeType: block.mimeType, blob: block.data } };
}

/** Does the work when it is first asked for, once; after a failure again. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let pending: Promise<T> | undefined;
  return () => {
    pending ??= work().catch((error: unknown) => {
      pending = undefined;
      throw error;
    });
    return pending;
  };
}

/**
 * Answers a function that makes MCP servers of one tenant. What they list is ready; what answers calls, the
 * tools and the dispatcher behind them, is loaded at the first call and shared, so that a server per request
 * costs next to nothing. Throws when the policy names tools that do not exist.
 */
export function prepareServer(
  settings: ServerSettings,
): (readOnly: boolean, person?: Person | null) => McpServer {
  const tenantServices = once(async () => {
    const [{ createTenantServices }, access] = await Promise.all([
      import('./tenant-services.js'),
      settings.open(),
    ]);
    return createTenantServices(settings, access);
  });
  const definitionOf = (readOnly: boolean): ServerDefinition => ({
    facts: { ...settings.facts, readOnly },
    timeZone: settings.timeZone,
    log: settings.log,
    ...(settings.redact === undefined ? {} : { redact: settings.redact }),
    confirmMode: (settings.confirm ?? defaultGate).mode,
    ofSomeCompanies: (settings.policy?.companies.read.length ?? 0) > 0,
    tools: visibleTools(settings.policy, readOnly, { files: settings.files ?? false }).tools,
    hints: cacheHints(settings, readOnly),
    services: async () => (await tenantServices())(readOnly),
  });
  const readOnlyDefinition = definitionOf(true);
  const definition = settings.facts.readOnly ? readOnlyDefinition : definitionOf(false);
  return (readOnly, person = null) => serverOf(readOnly ? readOnlyDefinition : definition, person);
}

/** The MCP server of a process that serves one client. */
export const createServer = (settings: ServerSettings): McpServer =>
  prepareServer(settings)(settings.facts.readOnly, settings.person);

interface ServerDefinition extends Pick<ServerSettings, 'facts' | 'timeZone' | 'log' | 'redact'> {
  readonly confirmMode: (typeof defaultGate)['mode'];
  readonly ofSomeCompanies: boolean;
  readonly tools: ReturnType<typeof visibleTools>['tools'];
  readonly hints: CacheHints;
  services(): Promise<TenantServices>;
}

/** From the least to the most severe, as the protocol orders them. */
const severity: readonly LoggingLevel[] = [
  'debug',
  'info',
  'notice',
  'warning',
  'error',
  'critical',
  'alert',
  'emergency',
];

/**
 * Handlers bring the schema of their parameters: what does not fit is then its sender's mistake (-32602), told by
 * the name of the parameter, and not a failure of this server.
 */
function serverOf(
  {
    facts,
    timeZone,
    log,
    redact = redactNothing,
    confirmMode,
    tools,
    hints,
    services,
    ofSomeCompanies,
  }: ServerDefinition,
  person: Person | null,
): McpServer {
  const names = tools.map(({ name }) => name);
  const server = new RedactingServer(
    { name: facts.name, title: 'Autotask PSA', version: facts.version },
    {
      capabilities: { tools: {}, resources: {}, prompts: {}, completions: {}, logging: {} },
      instructions: instructions(facts.readOnly, timeZone, confirmMode, person, ofSomeCompanies),
      inputRequired: { roundTimeoutMs: answerTimeoutMs },
      cacheHints: hints.lists,
    },
  );

  server.redact = redact;

  // Until a client of 2025 chooses its level it gets what went wrong and nothing else; later ones choose per call.
  let logLevel: LoggingLevel = 'warning';
  server.setRequestHandler(
    'logging/setLevel',
    { params: specTypeSchemas.SetLevelRequestParams },
    ({ level }) => {
      logLevel = level;
      return {};
    },
  );

  /** For the operator's log, whole; a client that listens learns that it happened. */
  const report = (
    { mcpReq }: ServerContext,
    level: 'debug' | 'warning' | 'error',
    message: string,
    detail = '',
  ) => {
    log(level, detail === '' ? message : `${message}: ${detail}`);
    if (mcpReq.envelope === undefined && severity.indexOf(level) < severity.indexOf(logLevel)) return;
    mcpReq
      .log(level, message, facts.name)
      .catch((error: unknown) => log('debug', `a log message was not delivered: ${String(error)}`));
  };

  server.setRequestHandler('tools/list', { params: specTypeSchemas.PaginatedRequestParams }, (_, context) => {
    const listed = explainConfirm(tools, confirmMode);
    return {
      tools: [...(showsViews(server, context) ? withViews(listed, confirmMode === 'person') : listed)],
    };
  });

  const acting: ActingPerson | null =
    person === null ? null : { person, resource: async () => (await services()).findPerson(person) };

  const running = new Set<Promise<unknown>>();
  /** Counts work as running, so that a shutdown can wait for its answer. */
  async function countRunning<T>(work: () => Promise<T>): Promise<T> {
    const answer = acting === null ? work() : actFor(acting, work);
    running.add(answer);
    try {
      return await answer;
    } finally {
      running.delete(answer);
    }
  }

  const call = (
    name: string,
    args: unknown,
    context: ServerContext,
    extras: Pick<CallExtras, 'progress' | 'person' | 'reader' | 'views' | 'consent' | 'unknownClient'>,
  ): Promise<CallResult> =>
    countRunning(async () => {
      const started = performance.now();
      const { dispatch } = await services();
      const caller = callerOf(server, context);
      const message = callMessage(server, context);
      const given = { signal: context.mcpReq.signal, caller, message, ...extras };
      const result = await dispatch.call(name, args, given, (error) =>
        report(
          context,
          'error',
          `${name} failed unexpectedly`,
          error instanceof Error ? (error.stack ?? error.message) : String(error),
        ),
      );
      const outcome = result.isError ? 'refused' : 'answered';
      report(context, 'debug', `${name} ${outcome} in ${Math.round(performance.now() - started)} ms`);
      return result;
    });

  server.setRequestHandler(
    'tools/call',
    { params: callParams },
    async ({ name: called, arguments: given }, context) => {
      const views = showsViews(server, context);
      const consent = views && confirmMode === 'person' ? consentOf(called, given) : null;
      const { name, args } = consent ?? { name: called, args: given };
      if (!names.includes(name)) {
        const hint = didYouMean(name, names);
        throw new ProtocolError(
          ProtocolErrorCode.InvalidParams,
          `There is no tool ${quotedName(name)}.${hint}`,
        );
      }
      const { mcpReq } = context;
      const token = mcpReq._meta?.progressToken;
      const progress = (rows: number, total?: number, what = 'read') => {
        if (token === undefined) return;
        const params = { progressToken: token, progress: rows, message: `${rows} records ${what}` };
        mcpReq
          .notify({
            method: 'notifications/progress',
            params: total === undefined ? params : { ...params, total },
          })
          .catch((error: unknown) => log('debug', `progress was not delivered: ${String(error)}`));
      };
      const person = personAsked(server, context);
      const answer = await call(name, args, context, {
        progress,
        ...(person === undefined ? {} : { person }),
        ...(consent === null ? {} : { consent: consent.token }),
        unknownClient: isUnknownClient(server, context),
        views,
      });
      const { text, blocks, isError, question } = answer;
      if (question !== undefined) return inputRequiredFor(question);
      const content = [{ type: 'text' as const, text }, ...blocks.map(contentOf)];
      return { content, ...(isError ? { isError } : {}), ...viewMembers(answer) };
    },
  );

  registerResources(server, {
    offersTool: (tool) => names.includes(tool),
    call: (name, args, context) => call(name, args, context, { reader: 'program' }),
    context: async () => (await services()).context,
    countRunning,
    hints,
    showsViews: (context) => showsViews(server, context),
  });

  return {
    server,
    idle: async () => {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}
