import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  CallToolRequestSchema,
  type ContentBlock,
  ErrorCode,
  ListToolsRequestSchema,
  type LoggingLevel,
  LoggingLevelSchema,
  McpError,
  SetLevelRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
import { didYouMean } from '../nearest.js';
import { mentioned } from '../text.js';
import { answerValidator, askThrough } from './confirmation/elicitation.js';
import type { Answer, CallExtras } from './dispatch/dispatch.js';
import { handle } from './dispatch/request-handler.js';
import { instructions } from './instructions.js';
import { RedactingServer } from './output/redacting-server.js';
import type { Block } from './output/render-file.js';
import { registerResources } from './resources/register.js';
import type { Request } from './resources/services.js';
import { type ServerSettings, usualGate } from './settings.js';
import type { TenantServices } from './tenant-services.js';
import { explainConfirm } from './tool-list/confirm-description.js';
import { visibleTools } from './tool-list/visible-tools.js';

export type { LocalFiles } from '../tools/define/define-tool.js';
export type { ServerSettings, TenantAccess } from './settings.js';
export { visibleTools } from './tool-list/visible-tools.js';

export interface McpServer {
  readonly server: Server;
  /** Resolves when no call is running. */
  idle(): Promise<void>;
}

const callArguments = z.object({ arguments: z.unknown().optional() });

/** A block of an answer as the protocol spells it. */
function contentOf(block: Block): ContentBlock {
  if (block.type === 'image') return block;
  return block.type === 'link'
    ? { type: 'resource_link', uri: block.uri, name: block.name, mimeType: block.mimeType, size: block.size }
    : { type: 'resource', resource: { uri: block.uri, mimeType: block.mimeType, blob: block.data } };
}

/** Does the work when it is first asked for, once; after a failure again. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= work().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

/**
 * Answers a function that makes MCP servers of one tenant. What they list is ready; what answers calls, the
 * tools and the dispatcher behind them, is loaded at the first call and shared, so that a server per request
 * costs next to nothing. Throws when the policy names tools that do not exist.
 */
export function prepareServer(settings: ServerSettings): (readOnly: boolean) => McpServer {
  const desks = once(async () => {
    const [{ createTenantServices }, access] = await Promise.all([
      import('./tenant-services.js'),
      settings.open(),
    ]);
    return createTenantServices(settings, access);
  });
  const faceOf = (readOnly: boolean): ServerDefinition => ({
    facts: { ...settings.facts, readOnly },
    timeZone: settings.timeZone,
    log: settings.log,
    ...(settings.redact === undefined ? {} : { redact: settings.redact }),
    confirmMode: (settings.confirm ?? usualGate).mode,
    tools: visibleTools(settings.policy, readOnly, { files: settings.files ?? false }).tools,
    desk: async () => (await desks())(readOnly),
  });
  const reading = faceOf(true);
  const full = settings.facts.readOnly ? reading : faceOf(false);
  return (readOnly) => serverOf(readOnly ? reading : full);
}

/** The MCP server of a process that serves one client. */
export const createServer = (settings: ServerSettings): McpServer =>
  prepareServer(settings)(settings.facts.readOnly);

interface ServerDefinition extends Pick<ServerSettings, 'facts' | 'timeZone' | 'log' | 'redact'> {
  readonly confirmMode: (typeof usualGate)['mode'];
  readonly tools: ReturnType<typeof visibleTools>['tools'];
  desk(): Promise<TenantServices>;
}

function serverOf({
  facts,
  timeZone,
  log,
  redact = (text) => text,
  confirmMode,
  tools,
  desk,
}: ServerDefinition): McpServer {
  const names = tools.map(({ name }) => name);
  const server = new RedactingServer(
    { name: facts.name, title: 'Autotask PSA', version: facts.version },
    {
      capabilities: { tools: {}, resources: {}, prompts: {}, completions: {}, logging: {} },
      instructions: instructions(facts.readOnly, timeZone, confirmMode),
      jsonSchemaValidator: answerValidator,
    },
  );

  server.redact = redact;

  // Until a client chooses its level it gets what went wrong and nothing else.
  let lowest: LoggingLevel = 'warning';
  handle(server, SetLevelRequestSchema, ({ params }) => {
    lowest = params.level;
    return {};
  });
  const severity = (level: LoggingLevel) => LoggingLevelSchema.options.indexOf(level);

  /** For the operator's log, whole; a client that listens learns that it happened. */
  const tell = (level: 'debug' | 'warning' | 'error', message: string, detail = '') => {
    log(level, detail === '' ? message : `${message}: ${detail}`);
    if (severity(level) < severity(lowest)) return;
    server
      .sendLoggingMessage({ level, logger: facts.name, data: message })
      .catch((error: unknown) => log('debug', `a log message was not delivered: ${String(error)}`));
  };

  handle(server, ListToolsRequestSchema, () => ({
    tools: [...explainConfirm(tools, confirmMode)],
  }));

  // Over HTTP the transport knows who holds the token; over stdio there is one client.
  const callerOf = ({ authInfo }: Pick<Request, 'authInfo'>) =>
    authInfo?.clientId ?? `stdio ${server.getClientVersion()?.name ?? ''}`.trim();

  const running = new Set<Promise<unknown>>();
  /** Counts work as running, so that a shutdown can wait for its answer. */
  async function counted<T>(work: () => Promise<T>): Promise<T> {
    const answer = work();
    running.add(answer);
    try {
      return await answer;
    } finally {
      running.delete(answer);
    }
  }

  const call = (name: string, args: unknown, extras: CallExtras): Promise<Answer> =>
    counted(async () => {
      const started = performance.now();
      const { dispatch } = await desk();
      const result = await dispatch.call(name, args, extras, (error) =>
        tell(
          'error',
          `${name} failed unexpectedly`,
          error instanceof Error ? (error.stack ?? error.message) : String(error),
        ),
      );
      const outcome = result.isError ? 'refused' : 'answered';
      tell('debug', `${name} ${outcome} in ${Math.round(performance.now() - started)} ms`);
      return result;
    });

  handle(server, CallToolRequestSchema, async (request, extra, params) => {
    const { name } = request.params;
    const args = callArguments.parse(params).arguments;
    if (!names.includes(name)) {
      const hint = didYouMean(name, names);
      throw new McpError(ErrorCode.InvalidParams, `There is no tool ${mentioned(name)}.${hint}`);
    }
    const token = extra._meta?.progressToken;
    const progress = (rows: number, total?: number) => {
      if (token === undefined) return;
      const params = { progressToken: token, progress: rows, message: `${rows} records read` };
      extra
        .sendNotification({
          method: 'notifications/progress',
          params: total === undefined ? params : { ...params, total },
        })
        .catch((error: unknown) => log('debug', `progress was not delivered: ${String(error)}`));
    };
    const ask = askThrough(server, extra.requestId, extra.signal);
    const { text, blocks, isError } = await call(name, args, {
      signal: extra.signal,
      progress,
      caller: callerOf(extra),
      ...(ask === undefined ? {} : { ask }),
    });
    const content = [{ type: 'text' as const, text }, ...blocks.map(contentOf)];
    return isError ? { content, isError } : { content };
  });

  registerResources(server, {
    has: (tool) => names.includes(tool),
    call: (name, args, request) =>
      call(name, args, { signal: request.signal, caller: callerOf(request), reader: 'program' }),
    context: async () => (await desk()).context,
    counted,
  });

  return {
    server,
    idle: async () => {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}
