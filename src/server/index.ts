import { Server } from '@modelcontextprotocol/sdk/server/index.js';
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
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv';
import { didYouMean } from '../nearest.js';
import { advertise } from './advertise.js';
import { askThrough } from './ask.js';
import type { Answer, CallExtras } from './dispatch.js';
import { explainConfirm } from './explain-confirm.js';
import { instructions } from './instructions.js';
import { offer } from './offers.js';
import { entitiesOf, prepare, type ServerSettings } from './prepare.js';
import { type Block, resourceBounds } from './shape-file.js';

export type { LocalFiles } from '../tools/define.js';
export { offeredTools, type ServerSettings } from './prepare.js';

export interface McpServer {
  readonly server: Server;
  /** Resolves when no call is running. */
  idle(): Promise<void>;
}

/** A block of an answer as the protocol spells it. */
function contentOf(block: Block): ContentBlock {
  if (block.type === 'image') return block;
  return block.type === 'link'
    ? { type: 'resource_link', uri: block.uri, name: block.name, mimeType: block.mimeType, size: block.size }
    : { type: 'resource', resource: { uri: block.uri, mimeType: block.mimeType, blob: block.data } };
}

// It reads what clients answer to questions; one serves all servers of this process.
const jsonSchemaValidator = new AjvJsonSchemaValidator();

/**
 * Answers a function that makes MCP servers of one tenant: tools from the registry, one dispatcher behind
 * them. What they share is made once, so that a server per request costs next to nothing.
 */
export function prepareServer(settings: ServerSettings): (readOnly: boolean) => McpServer {
  const entities = entitiesOf(settings);
  const reading = prepare(settings, entities, true);
  const full = settings.facts.readOnly ? reading : prepare(settings, entities, false);
  return (readOnly) => serverOf(readOnly ? reading : full, settings.log);
}

/** The MCP server of a process that serves one client. */
export const createServer = (settings: ServerSettings): McpServer =>
  prepareServer(settings)(settings.facts.readOnly);

function serverOf(
  { tools, context, dispatch, confirmMode }: ReturnType<typeof prepare>,
  log: ServerSettings['log'],
): McpServer {
  const facts = context.server;
  const server = new Server(
    { name: facts.name, title: 'Autotask PSA', version: facts.version },
    {
      capabilities: { tools: {}, resources: {}, prompts: {}, completions: {}, logging: {} },
      instructions: instructions(facts.readOnly, context.timeZone, confirmMode),
      jsonSchemaValidator,
    },
  );

  // Until a client chooses its level it gets what went wrong and nothing else.
  let lowest: LoggingLevel = 'warning';
  server.setRequestHandler(SetLevelRequestSchema, ({ params }) => {
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

  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: [...explainConfirm(advertise(tools), confirmMode)],
  }));

  const running = new Set<Promise<unknown>>();
  /** Runs a tool and counts it as running, so that a shutdown can wait for its answer. */
  async function call(name: string, args: unknown, extras: CallExtras): Promise<Answer> {
    const answer = dispatch.call(name, args, extras, (error) =>
      tell(
        'error',
        `${name} failed unexpectedly`,
        error instanceof Error ? (error.stack ?? error.message) : String(error),
      ),
    );
    running.add(answer);
    const started = performance.now();
    try {
      const result = await answer;
      const outcome = result.isError ? 'refused' : 'answered';
      tell('debug', `${name} ${outcome} in ${Math.round(performance.now() - started)} ms`);
      return result;
    } finally {
      running.delete(answer);
    }
  }

  server.setRequestHandler(CallToolRequestSchema, async (request, extra) => {
    const { name, arguments: args } = request.params;
    if (!dispatch.has(name)) {
      const hint = didYouMean(name, dispatch.names());
      throw new McpError(ErrorCode.InvalidParams, `There is no tool ${JSON.stringify(name)}.${hint}`);
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
    const client = server.getClientVersion();
    // Over HTTP the transport knows who holds the token; over stdio there is one client.
    const caller = extra.authInfo?.clientId ?? `stdio ${client?.name ?? ''}`.trim();
    const { text, blocks, isError } = await call(name, args, {
      signal: extra.signal,
      progress,
      caller,
      ...(ask === undefined ? {} : { ask }),
    });
    const content = [{ type: 'text' as const, text }, ...blocks.map(contentOf)];
    return isError ? { content, isError } : { content };
  });

  offer(server, {
    context,
    has: dispatch.has,
    call: (name, args, signal) => call(name, args, { signal, bounds: resourceBounds }),
  });

  return {
    server,
    idle: async () => {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}
