import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  CallToolRequestSchema,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
} from '@modelcontextprotocol/sdk/types.js';
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv';
import type { AutotaskReader, AutotaskWriter } from '../client/types.js';
import { createEntities } from '../entities/index.js';
import { didYouMean } from '../nearest.js';
import type { ServerFacts, Tool } from '../tools/define.js';
import { tools as allTools } from '../tools/index.js';
import { advertise } from './advertise.js';
import { createDispatch } from './dispatch.js';
import { instructions } from './instructions.js';

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
// Compiling schemas is for answers of clients; one compiler serves all servers of this process.
const jsonSchemaValidator = new AjvJsonSchemaValidator();

/**
 * Answers a function that makes MCP servers of one tenant: tools from the registry, one dispatcher behind
 * them. What they share is made once, so that a server per request costs next to nothing.
 */
export function prepareServer(settings: ServerSettings): (readOnly?: boolean) => McpServer {
  const entities = createEntities(settings.reader, settings.whyNoReader);
  const prepare = (readOnly: boolean) => {
    const facts = { ...settings.facts, readOnly };
    const tools = readOnly ? readTools : allTools;
    const { timeZone, closedStatusIds } = settings;
    const dispatch = createDispatch({
      tools,
      writer: readOnly ? null : settings.writer,
      context: { entities, server: facts, timeZone, closedStatusIds },
    });
    return () => connectable(settings, facts, tools, dispatch);
  };
  const reading = prepare(true);
  const full = settings.facts.readOnly ? reading : prepare(false);
  return (readOnly = false) => (readOnly ? reading() : full());
}

/** The MCP server for a process that serves one client. */
export const createServer = (settings: ServerSettings): McpServer => prepareServer(settings)();

function connectable(
  { timeZone, log }: ServerSettings,
  facts: ServerFacts,
  tools: readonly Tool[],
  dispatch: ReturnType<typeof createDispatch>,
): McpServer {
  const server = new Server(
    { name: facts.name, title: 'Autotask PSA', version: facts.version },
    {
      capabilities: { tools: {} },
      instructions: instructions(facts.readOnly, timeZone),
      jsonSchemaValidator,
    },
  );

  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: [...advertise(tools)] }));

  const running = new Set<Promise<unknown>>();
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
    const call = dispatch.call(name, args, { signal: extra.signal, progress }, (error) =>
      log(
        'error',
        `${name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      ),
    );
    running.add(call);
    try {
      const { text, isError } = await call;
      return isError ? { content: [{ type: 'text', text }], isError } : { content: [{ type: 'text', text }] };
    } finally {
      running.delete(call);
    }
  });

  return {
    server,
    idle: async () => {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}
