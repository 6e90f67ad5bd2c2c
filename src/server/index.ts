import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  CallToolRequestSchema,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
} from '@modelcontextprotocol/sdk/types.js';
import type { AutotaskReader, AutotaskWriter } from '../client/types.js';
import { createEntities } from '../entities/index.js';
import { didYouMean } from '../nearest.js';
import type { ServerFacts } from '../tools/define.js';
import { tools as allTools } from '../tools/index.js';
import { advertise } from './advertise.js';
import { createDispatch } from './dispatch.js';
import { instructions } from './instructions.js';

export interface ServerSettings {
  readonly facts: ServerFacts;
  readonly timeZone: string;
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

/** The MCP server: tools from the registry, one dispatcher behind them. */
export function createServer(settings: ServerSettings): McpServer {
  const { facts, log } = settings;
  const tools = facts.readOnly ? allTools.filter((tool) => !tool.mutates) : allTools;
  const dispatch = createDispatch({
    tools,
    writer: facts.readOnly ? null : settings.writer,
    context: {
      entities: createEntities(settings.reader, settings.whyNoReader),
      server: facts,
      timeZone: settings.timeZone,
    },
  });
  const server = new Server(
    { name: facts.name, title: 'Autotask PSA', version: facts.version },
    { capabilities: { tools: {} }, instructions: instructions(facts.readOnly, settings.timeZone) },
  );

  let listed: ReturnType<typeof advertise> | undefined;
  server.setRequestHandler(ListToolsRequestSchema, () => {
    listed ??= advertise(tools);
    return { tools: listed };
  });

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
