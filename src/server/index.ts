import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  CallToolRequestSchema,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
} from '@modelcontextprotocol/sdk/types.js';
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv';
import type { AutotaskReader, AutotaskWriter } from '../client/types.js';
import { createEntities, type Entities } from '../entities/index.js';
import { didYouMean } from '../nearest.js';
import type { ServerFacts } from '../tools/define.js';
import { tools as allTools } from '../tools/index.js';
import { advertise } from './advertise.js';
import { type Answer, type CallExtras, createDispatch } from './dispatch.js';
import { instructions } from './instructions.js';
import { offer } from './offers.js';

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
}

export interface McpServer {
  readonly server: Server;
  /** Resolves when no call is running. */
  idle(): Promise<void>;
}

const readTools = allTools.filter((tool) => !tool.mutates);
// It reads what clients answer to questions; one serves all servers of this process.
const jsonSchemaValidator = new AjvJsonSchemaValidator();

/** What all servers of one tenant with the same rights have in common. */
function prepare(settings: ServerSettings, entities: Entities, readOnly: boolean) {
  const { timeZone, closedStatusIds, writer } = settings;
  const server = { ...settings.facts, readOnly };
  const tools = readOnly ? readTools : allTools;
  const context = { entities, server, timeZone, closedStatusIds };
  return { tools, context, dispatch: createDispatch({ tools, context, writer: readOnly ? null : writer }) };
}

/**
 * Answers a function that makes MCP servers of one tenant: tools from the registry, one dispatcher behind
 * them. What they share is made once, so that a server per request costs next to nothing.
 */
export function prepareServer(settings: ServerSettings): (readOnly: boolean) => McpServer {
  const entities = createEntities(settings.reader, settings.whyNoReader);
  const reading = prepare(settings, entities, true);
  const full = settings.facts.readOnly ? reading : prepare(settings, entities, false);
  return (readOnly) => serverOf(readOnly ? reading : full, settings.log);
}

/** The MCP server of a process that serves one client. */
export const createServer = (settings: ServerSettings): McpServer =>
  prepareServer(settings)(settings.facts.readOnly);

function serverOf(
  { tools, context, dispatch }: ReturnType<typeof prepare>,
  log: ServerSettings['log'],
): McpServer {
  const facts = context.server;
  const server = new Server(
    { name: facts.name, title: 'Autotask PSA', version: facts.version },
    {
      capabilities: { tools: {}, resources: {}, prompts: {}, completions: {}, logging: {} },
      instructions: instructions(facts.readOnly, context.timeZone),
      jsonSchemaValidator,
    },
  );

  /** For the operator's log, whole; a client that listens learns that it happened. */
  const tell = (level: 'warning' | 'error', message: string, detail: string) => {
    log(level, `${message}: ${detail}`);
    server
      .sendLoggingMessage({ level, logger: facts.name, data: message })
      .catch((error: unknown) => log('debug', `a log message was not delivered: ${String(error)}`));
  };

  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: [...advertise(tools)] }));

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
    try {
      return await answer;
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
    const { text, isError } = await call(name, args, { signal: extra.signal, progress });
    return isError ? { content: [{ type: 'text', text }], isError } : { content: [{ type: 'text', text }] };
  });

  offer(server, { context, call: (name, args, signal) => call(name, args, { signal }) });

  return {
    server,
    idle: async () => {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}
