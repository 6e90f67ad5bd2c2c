import {
  InMemoryTransport,
  LOG_LEVEL_META_KEY,
  StreamableHTTPClientTransport,
  type Transport,
  Client as V2Client,
} from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as V1Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as V1Stdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as V1Http } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { InMemoryTransport as V1Memory } from '@modelcontextprotocol/sdk/inMemory.js';
import {
  CallToolResultSchema,
  ElicitRequestSchema,
  LATEST_PROTOCOL_VERSION,
  LoggingMessageNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { viewExtension } from '../../src/view-data.js';

/** The newest revision, which clients of 2025 do not know. */
export const modernVersion = '2026-07-28';

/** The SDK's first version; its second as it is used for servers of 2025, at the newest revision alone, and asking. */
export const clientKinds = ['v1', 'v2', 'v2-pinned', 'v2-auto'] as const;
export type ClientKind = (typeof clientKinds)[number];

/** `TEST_CLIENT=v2-pinned npm test` runs the same tests with another client. */
function kindOf(name: string): ClientKind {
  const known = clientKinds.find((kind) => kind === name);
  if (known === undefined) throw new Error(`TEST_CLIENT must be one of ${clientKinds.join(', ')}`);
  return known;
}
export const usualKind: ClientKind = kindOf(process.env.TEST_CLIENT ?? 'v1');

export const isModern = (kind: ClientKind): boolean => kind === 'v2-pinned' || kind === 'v2-auto';

/** Where the server is: a program to start, an address, or a function that serves the far end of a pipe in memory. */
export type Way =
  | {
      readonly command: string;
      readonly args: readonly string[];
      readonly env: Record<string, string>;
      readonly cwd?: string;
      /** Gets what the program writes to stderr; it goes to ours when absent. */
      readonly onStderr?: (text: string) => void;
    }
  | { readonly url: string; readonly headers: Record<string, string>; readonly fetch?: typeof fetch }
  | { readonly serve: (far: Transport) => Promise<void> };

export interface Reply {
  readonly action: 'accept' | 'decline' | 'cancel';
  readonly content?: Record<string, string | number | boolean>;
}

export interface ClientOptions {
  readonly kind?: ClientKind;
  readonly name?: string;
  /** What the person at the client answers; the client cannot ask when absent. */
  readonly human?: (message: string) => Reply | Promise<Reply>;
  /** Media types of the pages that the client shows as views (MCP Apps); it shows none when absent. */
  readonly views?: readonly string[];
}

export interface CallOptions {
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  readonly onprogress?: (progress: { progress: number; total?: number | undefined }) => void;
}

type Level = 'debug' | 'warning' | 'error';

interface Params {
  readonly name: string;
  readonly arguments?: Record<string, unknown>;
}

export interface ListedTool {
  readonly name: string;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly annotations?: Readonly<Record<string, unknown>> | undefined;
  readonly _meta?: Readonly<Record<string, unknown>> | undefined;
  readonly inputSchema: {
    readonly type: 'object';
    readonly properties?: Readonly<Record<string, unknown>> | undefined;
    readonly required?: readonly string[] | undefined;
  };
}

/** What tests want of a client, whichever it is. */
export type TestClient = Pick<
  V2Client,
  'listResources' | 'listResourceTemplates' | 'listPrompts' | 'readResource' | 'getPrompt' | 'close'
> & {
  listTools(): Promise<{ readonly tools: readonly ListedTool[] }>;
  readonly kind: ClientKind;
  /** The revision of the protocol that was agreed on. */
  readonly version: string | undefined;
  complete: (params: Parameters<V2Client['complete']>[0]) => ReturnType<V2Client['complete']>;
  callTool(params: Params, options?: CallOptions): ReturnType<V2Client['callTool']>;
  /** For clients of 2025 of the connection, for later ones of each call. */
  setLoggingLevel(level: Level): Promise<void>;
  onLog(listener: (message: { level: string; data: unknown }) => void): void;
  getInstructions(): string | undefined;
  /** Of the server where the client started it. */
  readonly pid: number | null;
  /** Of HTTP, while there is one. */
  readonly sessionId: string | undefined;
  terminateSession(): Promise<void>;
  /** The smallest request that there is: `ping`, or `server/discover` where that is gone. */
  ping(): Promise<unknown>;
  onClose(listener: () => void): void;
};

type Program = Extract<Way, { command: string }>;

/** How the SDK's transports start a program, and who reads its stderr then. */
const launch = ({ command, args, env, cwd, onStderr }: Program) => ({
  parameters: {
    command,
    args: [...args],
    env,
    ...(cwd === undefined ? {} : { cwd }),
    stderr: onStderr === undefined ? ('inherit' as const) : ('pipe' as const),
  },
  listen: ({ stderr }: Pick<V1Stdio | StdioClientTransport, 'stderr'>) =>
    stderr?.on('data', (chunk) => onStderr?.(String(chunk))),
});

const capabilitiesOf = ({ human, views }: ClientOptions) => ({
  capabilities: {
    ...(human === undefined ? {} : { elicitation: {} }),
    ...(views === undefined ? {} : { extensions: { [viewExtension]: { mimeTypes: [...views] } } }),
  },
});

async function openV1(way: Way, options: ClientOptions): Promise<TestClient> {
  const client = new V1Client({ name: options.name ?? 'test', version: '1' }, capabilitiesOf(options));
  const { human } = options;
  if (human !== undefined) {
    client.setRequestHandler(ElicitRequestSchema, async ({ params }) => ({
      ...(await human(params.message)),
    }));
  }
  let http: V1Http | undefined;
  let child: V1Stdio | undefined;
  if ('command' in way) {
    const { parameters, listen } = launch(way);
    child = new V1Stdio(parameters);
    listen(child);
    await client.connect(child);
  } else if ('url' in way) {
    const { url, headers, ...more } = way;
    http = new V1Http(new URL(url), { requestInit: { headers }, ...more });
    await client.connect(http);
  } else {
    const [near, far] = V1Memory.createLinkedPair();
    await way.serve(far);
    await client.connect(near);
  }
  return {
    kind: 'v1',
    // It does not tell, and takes no other from a server that knows it.
    version: LATEST_PROTOCOL_VERSION,
    listTools: () => client.listTools(),
    listResources: (params) => client.listResources(params),
    listResourceTemplates: (params) => client.listResourceTemplates(params),
    listPrompts: (params) => client.listPrompts(params),
    readResource: (params) => client.readResource(params),
    getPrompt: (params) => client.getPrompt(params),
    complete: (params) => client.complete(params),
    callTool: async (params, how) =>
      CallToolResultSchema.parse(await client.callTool(params, undefined, how)),
    setLoggingLevel: async (level) => {
      await client.setLoggingLevel(level);
    },
    onLog: (listener) =>
      client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => listener(params)),
    getInstructions: () => client.getInstructions(),
    pid: child?.pid ?? null,
    get sessionId() {
      return http?.sessionId;
    },
    terminateSession: async () => http?.terminateSession(),
    ping: () => client.ping(),
    onClose: (listener) => {
      client.onclose = listener;
    },
    close: () => client.close(),
  };
}

const modes = {
  v2: 'legacy',
  'v2-pinned': { pin: modernVersion },
  'v2-auto': 'auto',
} as const;

async function openV2(kind: keyof typeof modes, way: Way, options: ClientOptions): Promise<TestClient> {
  const client = new V2Client(
    { name: options.name ?? 'test', version: '1' },
    { ...capabilitiesOf(options), versionNegotiation: { mode: modes[kind] } },
  );
  const { human } = options;
  if (human !== undefined) {
    client.setRequestHandler('elicitation/create', async ({ params }) => ({
      ...(await human(params.message)),
    }));
  }
  let http: StreamableHTTPClientTransport | undefined;
  let child: StdioClientTransport | undefined;
  if ('command' in way) {
    const { parameters, listen } = launch(way);
    child = new StdioClientTransport(parameters);
    listen(child);
    await client.connect(child);
  } else if ('url' in way) {
    const { url, headers, ...more } = way;
    http = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers }, ...more });
    await client.connect(http);
  } else {
    const [near, far] = InMemoryTransport.createLinkedPair();
    await way.serve(far);
    await client.connect(near);
  }
  let level: Level | undefined;
  return {
    kind,
    version: client.getNegotiatedProtocolVersion(),
    listTools: () => client.listTools(),
    listResources: (params) => client.listResources(params),
    listResourceTemplates: (params) => client.listResourceTemplates(params),
    listPrompts: (params) => client.listPrompts(params),
    readResource: (params) => client.readResource(params),
    getPrompt: (params) => client.getPrompt(params),
    complete: (params) => client.complete(params),
    callTool: (params, how) =>
      client.callTool(
        level === undefined ? params : { ...params, _meta: { [LOG_LEVEL_META_KEY]: level } },
        how,
      ),
    setLoggingLevel: async (chosen) => {
      if (isModern(kind)) level = chosen;
      else await client.setLoggingLevel(chosen);
    },
    onLog: (listener) =>
      client.setNotificationHandler('notifications/message', ({ params }) => listener(params)),
    getInstructions: () => client.getInstructions(),
    pid: child?.pid ?? null,
    get sessionId() {
      return http?.sessionId;
    },
    terminateSession: async () => http?.terminateSession(),
    ping: () => (isModern(kind) ? client.discover() : client.ping()),
    onClose: (listener) => {
      client.onclose = listener;
    },
    close: () => client.close(),
  };
}

/** A real client of the SDK, connected. */
export function openClient(way: Way, options: ClientOptions = {}): Promise<TestClient> {
  const kind = options.kind ?? usualKind;
  return kind === 'v1' ? openV1(way, options) : openV2(kind, way, options);
}
