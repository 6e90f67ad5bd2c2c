import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { McpServer } from '../../server/index.js';
import { cancelWhenAbandoned } from './abandoned.js';
import type { Outline } from './body.js';
import { Refusal } from './refusal.js';
import type { Limits } from './settings.js';

interface Session {
  readonly transport: StreamableHTTPServerTransport;
  /** Whose it is: nobody else may use it, whoever knows its id. */
  readonly owner: string;
  /** Answers and streams that are being written. */
  open: number;
  usedAt: number;
  end(): Promise<void>;
}

const unknown = () => new Refusal(404, 'Session not found: initialize a new one.', {}, -32001);

/** What a session is opened with. */
export interface Opening {
  readonly owner: string;
  server(): McpServer;
  /** Called once, when the session ends. */
  ended(): void;
}

export interface Sessions {
  /** Serves a request within its session; opens one for `initialize`. */
  serve(
    request: IncomingMessage,
    response: ServerResponse,
    opening: Opening,
    body: unknown,
    outline: Outline | null,
  ): Promise<void>;
  readonly open: number;
  close(): Promise<void>;
}

/** Sessions live in this process: replicas need a balancer that sends a session to the same one. */
export function createSessions({
  sessions: most,
  sessionIdleMs,
}: Pick<Limits, 'sessions' | 'sessionIdleMs'>): Sessions {
  const sessions = new Map<string, Session>();

  /** Those that nobody waits for, the longest unused first. */
  const idle = () =>
    [...sessions.values()].filter(({ open }) => open === 0).sort((a, b) => a.usedAt - b.usedAt);
  const endAll = async (list: readonly Session[]) => {
    await Promise.allSettled(list.map((session) => session.end()));
  };
  const sweep = () => endAll(idle().filter(({ usedAt }) => usedAt <= Date.now() - sessionIdleMs));
  const timer = setInterval(() => void sweep(), Math.max(500, Math.min(60_000, sessionIdleMs / 2))).unref();

  const use = (session: Session, response: ServerResponse) => {
    session.open += 1;
    session.usedAt = Date.now();
    response.once('close', () => {
      session.open -= 1;
      session.usedAt = Date.now();
    });
  };

  async function begin({ owner, server, ended }: Opening): Promise<Session> {
    if (sessions.size >= most) await endAll(idle().slice(0, 1));
    if (sessions.size >= most) {
      throw new Refusal(503, 'This server is at its limit of sessions; try again later.', {
        'Retry-After': '5',
      });
    }
    const id = randomUUID();
    const mcp = server();
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => id });
    const session: Session = { transport, owner, open: 0, usedAt: Date.now(), end: () => mcp.server.close() };
    await mcp.server.connect(transport);
    mcp.server.onclose = () => {
      if (sessions.delete(id)) ended();
    };
    sessions.set(id, session);
    return session;
  }

  return {
    async serve(request, response, opening, body, outline) {
      const id = request.headers['mcp-session-id'];
      let session: Session;
      if (id === undefined && outline?.initializes === true) {
        session = await begin(opening).catch((error: unknown) => {
          opening.ended();
          throw error;
        });
      } else {
        opening.ended();
        if (id === undefined)
          throw new Refusal(400, 'Mcp-Session-Id is required: initialize a session first.');
        const known = sessions.get(String(id));
        if (known === undefined || known.owner !== opening.owner) throw unknown();
        session = known;
      }
      use(session, response);
      if (outline !== null) cancelWhenAbandoned(session.transport, response, outline);
      await session.transport.handleRequest(request, response, body);
      // Whoever was refused holds no id to come back with.
      if (id === undefined && response.statusCode >= 400) await session.end();
    },
    get open() {
      return sessions.size;
    },
    async close() {
      clearInterval(timer);
      await endAll([...sessions.values()]);
    },
  };
}
